"""One `chatref up --demo` whose assistant asks a model's server that the test leads by the hand, and people at it."""

import signal
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from playwright.async_api import expect

from chatref.composition import WEB_PAGES
from chatref.embedded.ports import free_ports
from tests.browser.conftest import (  # noqa: F401 - the same people, at another installation
    PATIENCE_MS,
    ada,
    admin,
    bo,
    crew,
    new_context,
    nobody_waits,
    sit_down,
    visit,
)
from tests.browser.test_access import axe  # noqa: F401
from tests.openai_server import KEY, OpenAIServer, openai_server
from tests.running import Inbox, Installation


@pytest.fixture(scope="package")
def model_server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
def model(model_server: OpenAIServer) -> OpenAIServer:
    """The server, with nothing planned and nothing asked yet."""
    model_server.script.clear()
    model_server.requests.clear()
    return model_server


@pytest.fixture(scope="package")
async def installation(
    tmp_path_factory: pytest.TempPathFactory, model_server: OpenAIServer
) -> AsyncIterator[Installation]:
    if not (WEB_PAGES / "widget.js").exists():
        pytest.skip("The web pages are not built here: run `make setup`.")
    expect.set_options(timeout=PATIENCE_MS)
    settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model_server.url, "CHATREF_OPENAI_MODEL": "test-model"}
    installation = Installation(tmp_path_factory.mktemp("streaming"), free_ports(1)[0], settings)
    await installation.start()
    async with httpx.AsyncClient(base_url=installation.run["url"], timeout=10) as http:
        await Inbox(http).sign_in()
        # A test may look at a half-written answer for as long as it likes.
        (await http.put("/api/v1/service-policy", json={"turn_limit": "PT5M"})).raise_for_status()
    yield installation
    await installation.stop(signal.SIGTERM)
