"""What `chatref up` promises about the processes it starts."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from textwrap import dedent

import asyncpg
import psutil
import pytest
from temporalio.client import Client

from chatref.embedded.ports import free_ports, remembered_ports
from chatref.embedded.postgres import Postgres, new_password
from chatref.embedded.service import Service
from chatref.embedded.state import Directory, DirectoryInUse
from chatref.embedded.supervisor import ServiceFailed, Supervisor
from chatref.embedded.temporal import TemporalServer


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "logs", lambda: None)
    yield supervisor
    await supervisor.stop()


async def eventually(condition: Callable[[], Awaitable[bool]], within: float = 20) -> None:
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_a_killed_postgres_comes_back_at_the_same_address_with_what_it_acknowledged(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    server = Postgres(tmp_path / "postgres", free_ports(1)[0], new_password())
    server.create()
    await supervisor.start(server.service())
    url = await server.create_database()
    connection = await asyncpg.connect(url)
    await connection.execute("create table kept as select 42 as answer")
    before = supervisor.pids["postgres"]

    os.kill(before, signal.SIGKILL)

    async def back() -> bool:
        return supervisor.pids["postgres"] != before and await server.service().ready(0)

    await eventually(back)
    again = await asyncpg.connect(url)
    assert await again.fetchval("select answer from kept") == 42
    await again.close()
    connection.terminate()


async def test_a_stale_lock_whose_number_belongs_to_another_program_does_not_stop_postgres(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    server = Postgres(tmp_path / "postgres", free_ports(1)[0], new_password())
    server.create()
    (server.directory / "postmaster.pid").write_text(f"{os.getpid()}\n{server.directory}\n0\n{server.port}\n\n\n")
    await supervisor.start(server.service())
    assert supervisor.pids["postgres"]


async def test_a_killed_temporal_comes_back_with_its_workflows(
    tmp_path: Path, supervisor: Supervisor, temporal_program: Path
) -> None:
    port, ui_port = free_ports(2)
    server = TemporalServer(temporal_program, tmp_path / "temporal.db", port, ui_port, ("ChatrefState",))
    await supervisor.start(server.service())
    client = await Client.connect(server.address)
    handle = await client.start_workflow("Nobody", id="kept", task_queue="nobody")
    before = supervisor.pids["temporal"]

    os.kill(before, signal.SIGKILL)

    async def back() -> bool:
        return supervisor.pids["temporal"] != before and await server.service().ready(0)

    await eventually(back)
    assert (await handle.describe()).run_id == handle.first_execution_run_id


async def test_services_stop_in_the_opposite_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    supervisor = Supervisor(tmp_path / "logs", lambda: None)
    for name in ("first", "second"):
        script = f"""
            import pathlib, signal, sys
            def leave(*_):
                with open({str(order)!r}, "a") as file: file.write({name!r} + " ")
                sys.exit()
            signal.signal(signal.SIGTERM, leave)
            pathlib.Path({str(tmp_path / name)!r}).touch()
            signal.pause()
        """
        await supervisor.start(_python(name, script, partial(_marked, tmp_path / name)))
    await supervisor.stop()
    assert order.read_text() == "second first "


async def test_what_ends_before_it_is_ready_is_reported_with_its_last_words(supervisor: Supervisor) -> None:
    service = _python("short", "raise SystemExit('no such luck')", partial(_marked, Path("/nonexistent")))
    with pytest.raises(ServiceFailed, match="no such luck"):
        await supervisor.start(service)


async def test_what_does_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    script = f"""
        import pathlib, signal, subprocess, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path({str(tmp_path / "child")!r}).write_text(str(child.pid))
        signal.pause()
    """
    supervisor = Supervisor(tmp_path / "logs", lambda: None)
    await supervisor.start(
        _python("stubborn", script, partial(_marked, tmp_path / "child"), stop_within=timedelta(seconds=0.2))
    )
    await asyncio.sleep(0.2)
    child = int((tmp_path / "child").read_text())
    await supervisor.stop()
    await eventually(lambda: _ended(child))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends what was left")
async def test_children_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    script = f"""
        import asyncio, pathlib, sys
        from chatref.embedded.service import Service
        from chatref.embedded.supervisor import Supervisor

        async def ready(pid):
            return True

        async def main():
            supervisor = Supervisor(pathlib.Path({str(tmp_path)!r}), lambda: None)
            await supervisor.start(Service("child", [sys.executable, "-c", "import time; time.sleep(600)"], ready))
            print(supervisor.pids["child"], flush=True)
            await asyncio.sleep(600)

        asyncio.run(main())
    """
    parent = subprocess.Popen([sys.executable, "-c", dedent(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    await eventually(lambda: _ended(child))


async def test_leftovers_of_a_killed_run_are_ended_and_strangers_spared(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    leftover, stranger = subprocess.Popen(sleeper), subprocess.Popen(sleeper)
    try:
        directory = Directory(tmp_path)
        directory.record_processes({"worker": leftover.pid, "api": stranger.pid})
        processes = json.loads((tmp_path / "processes.json").read_text())
        processes["api"]["started"] -= 3600
        (tmp_path / "processes.json").write_text(json.dumps(processes))

        assert directory.end_leftovers() == ["worker"]
        assert leftover.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        for process in (leftover, stranger):
            process.kill()
            process.wait()


def test_two_runs_in_one_directory_are_refused(tmp_path: Path) -> None:
    with Directory(tmp_path).held(), pytest.raises(DirectoryInUse, match="--data"), Directory(tmp_path).held():
        pass


def test_secrets_stay_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = Directory(tmp_path).secret("secret")
    assert Directory(tmp_path).secret("secret") == first
    assert Directory(tmp_path).secret("database_password") != first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_ports_are_the_same_again_unless_taken(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", ["postgres", "temporal"])
    assert remembered_ports(tmp_path / "ports.json", ["postgres", "temporal"]) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first["temporal"]))
        taken.listen()
        second = remembered_ports(tmp_path / "ports.json", ["postgres", "temporal"])
    assert second["postgres"] == first["postgres"]
    assert second["temporal"] != first["temporal"]


def _python(
    name: str,
    script: str,
    ready: Callable[[int], Awaitable[bool]],
    stop_within: timedelta = timedelta(seconds=5),
) -> Service:
    return Service(name, [sys.executable, "-c", dedent(script)], ready, stop_within=stop_within)


async def _marked(path: Path, _: int) -> bool:
    return path.exists()


async def _ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
