"""One `chatref up` for all that is killed in it, with short waits."""

import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from chatref.embedded.ports import free_ports
from tests.running import Inbox, Installation, Visitor

LADDER_SECONDS = (4, 8)
POLICY = {
    "ladder": [{"after": LADDER_SECONDS[0], "audience": "team"}, {"after": LADDER_SECONDS[1], "audience": "everybody"}],
    "repeat_every": "PT1H",
    "turn_limit": 20,
}


@pytest.fixture(scope="package")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    installation = Installation(
        tmp_path_factory.mktemp("faults"), free_ports(1)[0], {"CHATREF_PRIVATE_ADDRESSES": "true"}
    )
    await installation.start()
    yield installation
    await installation.stop(signal.SIGTERM)


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=installation.run["url"], timeout=10) as http:
        yield http


@pytest.fixture
async def inbox(http: httpx.AsyncClient) -> Inbox:
    inbox = Inbox(http)
    await inbox.sign_in()
    (await http.put("/api/v1/service-policy", json=POLICY)).raise_for_status()
    return inbox


@pytest.fixture
async def visitors(http: httpx.AsyncClient) -> list[Visitor]:
    visitors = [Visitor(http) for _ in range(6)]
    for visitor in visitors:
        await visitor.open()
    return visitors
