"""The watchdog as a process of its own, while what it watches is cut off, killed and brought back."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.policy import ServicePolicy
from chatref.embedded.ports import LOOPBACK
from chatref.embedded.postgres import Postgres
from chatref.installation import prepare_database, prepare_temporal
from chatref.store.database import Database
from tests.conftest import patiently
from tests.line import Line, line_to
from tests.running import environment, eventually
from tests.watchdog.receivers import Board, Mailbox, board, mailbox
from tests.workflows.desk import Desk, ScriptedResponder, connected
from workflows.inspection import Executions
from workflows.names import SEARCH_ATTRIBUTES, TASK_QUEUE

PATIENCE_SECONDS = 120
SECRET = "a-secret-that-api-and-worker-share-000"


@dataclass
class Site:
    """Servers of its own with lines to them, a worker, and a watchdog behind the lines."""

    to_database_url: str
    database: Database
    client: Client
    to_database: Line
    to_temporal: Line
    mail: Mailbox
    hook: Board
    settings: dict[str, str]
    directory: Path
    processes: dict[str, subprocess.Popen[bytes]]

    def start(self, name: str, *arguments: str, **settings: str) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "chatref", name, *arguments],
                env=self.settings | settings,
                stdout=log,
                stderr=log,
            )

    def start_watchdog(self) -> None:
        self.start(
            "watchdog",
            *("--memory", str(self.memory)),
            DATABASE_URL=self.to_database_url,
            TEMPORAL_ADDRESS=f"{LOOPBACK}:{self.to_temporal.port}",
        )

    @property
    def memory(self) -> Path:
        return self.directory / "watchdog.json"

    async def kill(self, name: str) -> None:
        self.processes[name].kill()
        await asyncio.to_thread(self.processes[name].wait, 30)

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text()

    async def told(self, subject: str, times: int = 1) -> None:
        """By e-mail and by webhook; and in the log."""

        async def arrived() -> bool:
            mails = self.mail.subjects.count(f"[Chatref] {subject}")
            posts = sum(text.startswith(f"*{subject}*") for text in self.hook.texts)
            assert mails <= times, self.mail.subjects
            assert posts <= times, self.hook.texts
            return mails == posts == times and f"{subject}." in self.log("watchdog")

        try:
            await eventually(arrived, subject, within=PATIENCE_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}; told: {self.mail.subjects}, log: {self.log('watchdog')[-2000:]}") from None


@pytest.fixture(scope="module")
async def site(
    postgres: Postgres, temporal_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    database_url = await postgres.create_database("watched")
    await prepare_database(database_url)
    server = await patiently(lambda: WorkflowEnvironment.start_local(dev_server_existing_path=str(temporal_program)))
    address = server.client.service_client.config.target_host
    await prepare_temporal(server.client, [key.name for key in SEARCH_ATTRIBUTES])
    async with (
        line_to(database_url) as (to_database, through),
        line_to(f"temporal://{address}") as (to_temporal, _),
        mailbox() as mail,
        board() as hook,
    ):
        site = Site(
            through,
            Database(database_url),
            connected(server.client),
            to_database,
            to_temporal,
            mail,
            hook,
            environment(
                DATABASE_URL=database_url,
                TEMPORAL_ADDRESS=address,
                CHATREF_SECRET=SECRET,
                CHATREF_SMTP_URL=f"smtp://{LOOPBACK}:{mail.port}",
                CHATREF_WATCHDOG_EMAIL="boss@example.com",
                CHATREF_WATCHDOG_WEBHOOK=hook.url,
                CHATREF_WATCHDOG_EVERY="0.3",
                CHATREF_WATCHDOG_PATIENCE="1",
                CHATREF_WATCHDOG_REMIND_AFTER="PT1H",
            ),
            tmp_path_factory.mktemp("watched"),
            {},
        )
        site.start("worker")
        await eventually(lambda: polls(site), "the worker polls", within=PATIENCE_SECONDS)
        site.start_watchdog()
        await eventually(lambda: written(site.memory), "the watchdog has looked", within=PATIENCE_SECONDS)
        try:
            yield site
        finally:
            for process in site.processes.values():
                process.send_signal(signal.SIGTERM)
            ends = {name: await asyncio.to_thread(process.wait, 30) for name, process in site.processes.items()}
            await site.database.close()
            await server.shutdown()
        assert ends == {"worker": 0, "watchdog": 0}, site.log("watchdog")
        # Neither who is told nor how to get there stands in a log.
        assert "secret-of-the-hook" not in site.log("watchdog")


async def polls(site: Site) -> bool:
    return (await Executions(site.client).workers()).at_work


async def all_told(memory: Path) -> bool:
    return [set(each["told"]) for each in json.loads(memory.read_text())] == [{"log", "email", "webhook"}]


async def written(file: Path) -> bool:
    return file.exists()


@pytest.fixture(autouse=True)
async def nothing_told_yet(site: Site) -> None:
    site.mail.messages.clear()
    site.hook.posts.clear()


async def test_a_database_that_is_away_is_told_and_so_is_its_return(site: Site) -> None:
    await site.to_database.cut()
    await site.told("PostgreSQL cannot be reached")
    await site.to_database.mend()
    await site.told("Over: PostgreSQL cannot be reached")


async def test_temporal_that_is_away_is_told_and_so_is_its_return(site: Site) -> None:
    await site.to_temporal.cut()
    await site.told("Temporal does not work")
    await site.to_temporal.mend()
    await site.told("Over: Temporal does not work")


async def test_a_channel_that_fails_is_tried_again_and_does_not_hold_up_the_other(site: Site) -> None:
    site.mail.refuses = True
    site.hook.answers = [HTTPStatus.BAD_GATEWAY, HTTPStatus.TOO_MANY_REQUESTS]
    await site.to_database.cut()

    async def posted() -> bool:
        return [text.partition("\n")[0] for text in site.hook.texts] == ["*PostgreSQL cannot be reached*"]

    await eventually(posted, "the webhook is told though it failed twice", within=PATIENCE_SECONDS)
    assert site.mail.messages == []
    site.mail.refuses = False
    await site.told("PostgreSQL cannot be reached")
    await site.to_database.mend()
    await site.told("Over: PostgreSQL cannot be reached")


async def test_a_wait_without_a_workflow_is_told(site: Site) -> None:
    desk = Desk(site.client, site.database, ScriptedResponder(), TASK_QUEUE, ServicePolicy())
    await desk.open()
    async with site.database.driver() as connection:
        await connection.execute(
            "update conversations set state = 'escalated', waiting_since = now() where id = $1::text::uuid",
            desk.conversation_id,
        )
    await site.told("Visitors wait unprotected")
    assert "1 of 1 waits are unprotected: no workflow is running for it" in site.mail.messages[0].get_content()
    listed = subprocess.run(
        [sys.executable, "-m", "chatref", "waits"], env=site.settings, capture_output=True, text=True
    )
    assert listed.returncode == 1, listed.stderr
    assert desk.conversation_id in listed.stdout
    async with site.database.driver() as connection:
        await connection.execute("delete from conversations where id = $1::text::uuid", desk.conversation_id)
    await site.told("Over: Visitors wait unprotected")


async def test_that_nobody_can_look_at_the_waits_is_told(site: Site) -> None:
    """Every part answers, and yet nothing is known."""
    async with site.database.driver() as connection:
        async with connection.transaction():
            await connection.execute("lock table conversations in access exclusive mode")
            await site.told("It cannot be checked who waits")
        await site.told("Over: It cannot be checked who waits")


async def test_a_killed_worker_is_told_of_and_so_is_the_next_one(site: Site) -> None:
    await site.kill("worker")
    desk = Desk(site.client, site.database, ScriptedResponder(), TASK_QUEUE, ServicePolicy())
    await desk.open()
    await desk.say("Is anybody there?")
    await site.told("No worker is at work")
    # A watchdog that is itself killed goes on where it was: nothing is told twice, and the end still is.
    await eventually(lambda: all_told(site.memory), "the watchdog remembers whom it told", within=PATIENCE_SECONDS)
    await site.kill("watchdog")
    site.start_watchdog()
    site.start("worker")
    await site.told("Over: No worker is at work")
    await site.told("No worker is at work")
