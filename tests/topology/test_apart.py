"""The processes of `docker-compose.yml` without containers: migrate, then API and worker apart, on given servers."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.embedded.postgres import Postgres
from tests.running import Inbox, Visitor, environment, eventually

SECRET = "a-secret-that-api-and-worker-share-000"


@pytest.fixture
async def bare_temporal(temporal_program: Path) -> AsyncIterator[str]:
    """A server that knows nothing of Chatref, as a cluster's namespace would at first."""
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(temporal_program)) as server:
        yield server.client.service_client.config.target_host


async def test_api_and_worker_run_apart_on_given_servers(
    postgres: Postgres, bare_temporal: str, tmp_path: Path
) -> None:
    [port] = free_ports(1)
    settings = environment(
        DATABASE_URL=await postgres.create_database("apart"),
        TEMPORAL_ADDRESS=bare_temporal,
        CHATREF_SECRET=SECRET,
        CHATREF_ADMIN_EMAIL="",
    )

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"{arguments[0]}.log").open("wb")
        return subprocess.Popen([sys.executable, "-m", "chatref", *arguments], env=settings, stdout=log, stderr=log)

    assert await asyncio.to_thread(start("migrate", "--demo").wait, 60) == 0, (tmp_path / "migrate.log").read_text()
    sign_in = re.search(r"Sign in: (admin\S+)  (\S+)", (tmp_path / "migrate.log").read_text())
    assert sign_in

    processes = [start("api", "--host", LOOPBACK, "--port", str(port)), start("worker")]
    try:
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}") as http:
            await eventually(lambda: _is_ready(http), "the API is ready")
            visitor = Visitor(http)
            await visitor.open()
            await visitor.say("How do I skip a box?")
            await visitor.sees(
                lambda events: [event["author"]["kind"] for event in events] == ["visitor", "assistant"], "an answer"
            )
            inbox = Inbox(http)
            await inbox.sign_in(*sign_in.groups())
            assert [event["seq"] for event in await inbox.events(visitor.id)] == [1, 2]
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        ends = [await asyncio.to_thread(process.wait, 20) for process in processes]
    # uvicorn ends by the signal that it was stopped with, as a shell expects.
    assert ends == [-signal.SIGTERM, 0], [file.read_text() for file in tmp_path.glob("*.log")]


async def test_migrating_twice_changes_nothing(postgres: Postgres, bare_temporal: str) -> None:
    settings = environment(
        DATABASE_URL=await postgres.create_database("twice"), TEMPORAL_ADDRESS=bare_temporal, CHATREF_SECRET=SECRET
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "chatref", "migrate"], env=settings, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert "Sign in: " in outputs[0]
    assert outputs[1] == ""


async def _is_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/ready")).is_success
    except httpx.HTTPError:
        return False
