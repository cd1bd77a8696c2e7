"""`chatref sources` as somebody types it, against an installation that runs."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from chatref.embedded.ports import free_ports
from tests.running import Inbox, Installation, environment

COMMAND_SECONDS = 120


@dataclass
class Ended:
    """A command that has ended: how, and what it said."""

    status: int
    told: str
    complaints: str


async def command(*arguments: str, **settings: str) -> Ended:
    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "chatref", "sources", *arguments],
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )

    ended = await asyncio.to_thread(run)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("sources"), free_ports(1)[0])
    await installation.start()
    yield installation
    await installation.stop(signal.SIGTERM)


async def test_files_and_folders_are_added_and_listed(installation: Installation, tmp_path: Path) -> None:
    data = ("--data", str(installation.directory))
    (tmp_path / "gift-cards.md").write_text("# Gift cards\n\nQuokka cards are valid for three years.\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "hours.txt").write_text("We open the wombat house at nine.\n")
    (tmp_path / "logo.png").write_bytes(b"no text")

    added = await command("add", str(tmp_path), *data)
    assert (added.status, added.complaints) == (0, "")
    assert [line.split("  ")[1:] for line in added.told.splitlines()] == [["ready", "hours"], ["ready", "Gift cards"]]

    listed = await command("list", *data)
    assert listed.status == 0
    [cards] = [line.split() for line in listed.told.splitlines() if line.endswith("Gift cards")]
    assert cards[1:4] == ["file", "ready", "1"]
    assert cards[0] in added.told

    async with httpx.AsyncClient(base_url=installation.run["url"], timeout=10) as http:
        await Inbox(http).sign_in()
        found = (await http.post("/api/v1/knowledge/search", json={"text": "quokka cards"})).raise_for_status().json()
    assert (found["found"], found["passages"][0]["source"]["id"]) == (True, cards[0])


async def test_what_cannot_be_read_is_told_and_the_rest_is_read(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "a-scan.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "help.md").write_text("# Help\n\nAsk the capybara.\n")
    added = await command("add", str(tmp_path), "--data", str(installation.directory))
    assert added.status == 1
    assert "The PDF is damaged." in added.complaints
    assert "ready  Help" in added.told


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("add", "nowhere.md"), "There is no file nowhere.md, and a web address begins with http:// or https://."),
        (("add", "pyproject.toml"), "pyproject.toml cannot be read. Only .docx, .htm,"),
        (("add", "bench"), "There is no file in bench that can be read."),
        (("add", "README.md", "--site"), "README.md is not a site"),
        (("add", "http://"), "http:// is not a web address."),
        (("add", "http://127.0.0.1:1/inside"), "private network"),
    ],
)
async def test_mistakes_are_told_with_what_to_do(
    arguments: tuple[str, ...], advice: str, installation: Installation
) -> None:
    ended = await command(*arguments, "--data", str(installation.directory))
    assert (ended.status, advice in ended.complaints) == (1, True), ended
    assert "Traceback" not in ended.complaints


async def test_where_nothing_runs_it_says_what_to_start(tmp_path: Path) -> None:
    (tmp_path / "help.md").write_text("# Help\n\nText.\n")
    [port] = free_ports(1)
    for arguments in (("list",), ("add", str(tmp_path / "help.md"))):
        nowhere = await command(*arguments, "--data", str(tmp_path))
        assert (nowhere.status, "Start `chatref up` there" in nowhere.complaints) == (1, True), nowhere
        away = await command(
            *arguments,
            DATABASE_URL=f"postgresql://nobody@127.0.0.1:{port}/none",
            TEMPORAL_ADDRESS=f"127.0.0.1:{port}",
        )
        assert (away.status, "Check DATABASE_URL and TEMPORAL_ADDRESS." in away.complaints) == (1, True), away
        assert "Traceback" not in away.complaints
