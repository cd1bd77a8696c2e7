"""`chatref up`: one command, one process tree, one directory."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chatref.embedded.ports import free_ports
from tests.running import ADMIN_EMAIL, Inbox, Installation, Visitor, ended, environment, eventually

SECOND_START_SECONDS = 10


@pytest.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up"), free_ports(1)[0])
    await installation.start()
    yield installation
    await installation.stop(signal.SIGTERM)


async def test_it_says_where_everything_is(installation: Installation) -> None:
    run = installation.run
    assert set(run) == {
        *("url", "inbox_url", "demo_url"),
        *("temporal_address", "temporal_ui_url", "database_url", "pids"),
    }
    assert {"api", "worker", "watchdog", "temporal", "postgres"} <= set(run["pids"])
    assert (installation.directory / "run.json").stat().st_mode & 0o077 == 0
    async with httpx.AsyncClient() as http:
        for address in (run["inbox_url"], run["demo_url"], run["temporal_ui_url"], f"{run['url']}/health/ready"):
            assert (await http.get(address, follow_redirects=True)).status_code == 200, address


async def test_an_agent_is_added_to_what_runs_in_the_directory(installation: Installation) -> None:
    add = [sys.executable, "-m", "chatref", "agents", "add", "new@example.com", "--data", str(installation.directory)]
    added = subprocess.run(add, capture_output=True, text=True, env=environment(), check=True)
    email, password = added.stdout.split()
    async with httpx.AsyncClient(base_url=installation.run["url"]) as http:
        await Inbox(http).sign_in(email, password)


async def test_a_program_works_with_an_api_key(installation: Installation) -> None:
    command = [sys.executable, "-m", "chatref", "agents", "key", "ada@chatref.local", "--name", "reports"]
    made = subprocess.run(
        [*command, "--data", str(installation.directory)], capture_output=True, text=True, env=environment(), check=True
    )
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    async with httpx.AsyncClient(base_url=installation.run["url"], headers=headers) as http:
        who = await http.get("/api/v1/session")
    assert who.json()["agent"]["email"] == "ada@chatref.local"


def waits(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatref", "waits", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment(**settings))


async def test_it_lists_who_waits_and_that_they_are_protected(installation: Installation) -> None:
    async with httpx.AsyncClient(base_url=installation.run["url"]) as http:
        visitor = Visitor(http)
        await visitor.open()
        await visitor.say("I want to talk to a person, please")
        await visitor.sees(lambda events: any(event["type"] == "transition" for event in events), "it is escalated")
    listed = waits("--json", "--data", str(installation.directory))
    assert listed.returncode == 0, listed.stdout + listed.stderr
    [wait] = [each for each in json.loads(listed.stdout)["items"] if each["conversation_id"] == visitor.id]
    assert wait["protected"] is True
    table = waits("--data", str(installation.directory))
    assert table.returncode == 0
    assert table.stdout.splitlines()[-1].startswith("1 visitor waits, 0 unprotected")


async def test_who_waits_is_unknown_where_something_is_away(installation: Installation, tmp_path: Path) -> None:
    nothing_runs = waits("--data", str(tmp_path))
    assert (nothing_runs.returncode, nothing_runs.stdout) == (2, "")
    run, nowhere = installation.run, f"127.0.0.1:{free_ports(1)[0]}"
    no_temporal = waits(DATABASE_URL=run["database_url"], TEMPORAL_ADDRESS=nowhere)
    assert (no_temporal.returncode, no_temporal.stdout) == (2, "")
    assert "Temporal cannot be reached" in no_temporal.stderr
    no_database = waits(DATABASE_URL=f"postgresql://u:p@{nowhere}/d", TEMPORAL_ADDRESS=run["temporal_address"])
    assert (no_database.returncode, no_database.stdout) == (2, "")
    assert "database cannot be reached" in no_database.stderr


async def test_a_second_one_in_the_same_directory_is_refused(installation: Installation) -> None:
    second = Installation(installation.directory, free_ports(1)[0]).up()
    output, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "Another `chatref up` is running" in output


async def test_a_port_in_use_is_named_and_so_is_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = Installation(tmp_path, taken.getsockname()[1]).up()
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "is in use" in output
    assert "--port" in output


async def test_it_stops_all_it_started_and_finds_everything_again(installation: Installation) -> None:
    before = installation.run
    async with httpx.AsyncClient(base_url=before["url"]) as http:
        visitor = Visitor(http)
        await visitor.open()
        await visitor.say("How do I skip a box?")
        said = await visitor.sees(lambda events: len(events) >= 2, "an answer")

        output = await installation.stop(signal.SIGINT)
        assert f"{ADMIN_EMAIL}  (the password you gave)" in output
        assert not (installation.directory / "run.json").exists()
        assert [name for name, pid in before["pids"].items() if not ended(pid)] == []

        started = time.monotonic()
        await installation.start()
        # A machine that does other things meanwhile gives each of them its share.
        share = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert time.monotonic() - started <= SECOND_START_SECONDS * share
        again = installation.run
        assert again | {"pids": {}} == before | {"pids": {}}
        assert await visitor.events() == said
        await visitor.say("And how do I pause?")
        await visitor.sees(lambda events: len(events) >= len(said) + 2, "the conversation goes on")


async def test_killed_itself_it_takes_its_children_along_and_starts_again(installation: Installation) -> None:
    before = installation.run
    output = await installation.stop(signal.SIGKILL)
    assert "Stopping" not in output

    await installation.start()
    assert [name for name, pid in before["pids"].items() if not ended(pid)] == []
    assert installation.run["database_url"] == before["database_url"]
    assert installation.run["temporal_address"] == before["temporal_address"]


async def test_asked_twice_it_stops_at_once(tmp_path: Path) -> None:
    installation = Installation(tmp_path, free_ports(1)[0])
    await installation.start()
    pids = installation.run["pids"].values()
    assert installation.process is not None
    installation.process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.1)
    await installation.stop(signal.SIGINT)

    async def gone() -> bool:
        return all(ended(pid) for pid in pids)

    await eventually(gone, "every process ends")
