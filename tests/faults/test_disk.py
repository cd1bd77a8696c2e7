"""A disk that is full: whoever writes is told so at once, operators are told too, and space is all it needs again."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from chatref.embedded.ports import free_ports
from tests.faults.test_kills import has_each_once, is_answered
from tests.running import Inbox, Installation, Visitor, eventually
from tests.watchdog.receivers import Board, board

SIZE = "600M"
LONG = "When will my box arrive? " + "I really would like to know. " * 60
NOTICED_WITHIN = 90
"""A beat counts for 30 s; then comes the watchdog's patience."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own, that others do not run out of."""
    directory = tmp_path_factory.mktemp("disk")
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(directory)]
    if not mounted or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("A small disk cannot be made here: it takes root and mount.")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


@pytest.fixture(scope="module")
async def hook() -> AsyncIterator[Board]:
    async with board() as hook:
        yield hook


@pytest.fixture(scope="module")
async def small(disk: Path, hook: Board) -> AsyncIterator[Installation]:
    settings = {
        "CHATREF_WATCHDOG_WEBHOOK": hook.url,
        "CHATREF_WATCHDOG_EVERY": "1",
        "CHATREF_WATCHDOG_PATIENCE": "2",
    }
    installation = Installation(disk / "data", free_ports(1)[0], settings)
    await installation.start()
    yield installation
    await installation.stop()


def fill(disk: Path) -> Path:
    """Takes all the space there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
    return filler


async def test_nothing_is_lost_on_a_full_disk_and_somebody_is_told(
    small: Installation, disk: Path, hook: Board
) -> None:
    async with httpx.AsyncClient(base_url=small.run["url"], timeout=15) as http:
        inbox = Inbox(http)
        await inbox.sign_in()
        visitor = Visitor(http)
        await visitor.open()
        await visitor.say(LONG)
        await visitor.sees(is_answered, "an answer")
        filler = await asyncio.to_thread(fill, disk)
        pending: list[str] = []

        async def refused() -> bool:
            """What was accepted until then has to come through; the last of it fills what was free within files."""
            body = {"id": str(uuid4()), "text": LONG}
            answer = await http.post(
                f"/widget/v1/conversations/{visitor.id}/messages", json=body, headers=visitor.headers
            )
            if answer.status_code == 202:
                visitor.accepted.append(body["id"])
                return False
            assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
            assert int(answer.headers["retry-after"]) > 0
            pending.append(body["id"])
            return True

        await eventually(refused, "a message is refused", within=60)

        async def unready() -> bool:
            ready = await http.get("/health/ready")
            return ready.status_code == 503 and not ready.json()["temporal"]

        async def told() -> bool:
            return any(text.startswith("*Temporal does not work*") for text in hook.texts)

        await eventually(unready, "the API says that Temporal takes nothing", within=NOTICED_WITHIN)
        await eventually(told, "the watchdog tells", within=NOTICED_WITHIN)

        filler.unlink()
        await visitor.say(LONG, message_id=pending[0])

        async def ready() -> bool:
            return (await http.get("/health/ready")).status_code == 200

        await eventually(ready, "all works again", within=NOTICED_WITHIN)
        await visitor.sees(
            lambda events: has_each_once(visitor, events) and is_answered(events), "every accepted message once"
        )
        everything = await inbox.events(visitor.id)
        assert [event["seq"] for event in everything] == list(range(1, len(everything) + 1))
