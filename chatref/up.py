"""`chatref up`: everything in one process tree, from the database to the web pages, in one directory."""

import asyncio
import os
import signal
import sys
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import typer
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from chatref.embedded.ports import LOOPBACK, is_free, remembered_ports
from chatref.embedded.postgres import Postgres
from chatref.embedded.service import Service
from chatref.embedded.state import DEFAULT_DIRECTORY, Directory
from chatref.embedded.supervisor import Supervisor
from chatref.embedded.temporal import TemporalServer
from chatref.embedded.tools import fetch_temporal
from chatref.installation import prepare_database, prepare_temporal
from chatref.settings import TemporalSettings
from chatref.store.seed import Seeded
from workflows.names import SEARCH_ATTRIBUTES, TASK_QUEUE


class PortInUse(Exception):
    """Somebody else listens on the port that browsers shall use."""


@dataclass(frozen=True)
class Options:
    port: int
    directory: Path
    demo: bool
    browser: bool


class Given(BaseSettings):
    """What the environment may say instead of `chatref up` deciding. A server that is given is used, not started."""

    model_config = SettingsConfigDict(env_prefix="CHATREF_", env_ignore_empty=True)

    database_url: str | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    """Use this PostgreSQL instead of starting one."""
    temporal_address: str | None = Field(None, validation_alias=AliasChoices("TEMPORAL_ADDRESS"))
    """Use this Temporal server instead of starting one."""
    secret: SecretStr | None = Field(None, min_length=32)
    """Signs visitor tokens and browser pushes; made up at the first start and kept in the directory where none is
    given."""
    postgres_port: int | None = None
    """Where the embedded PostgreSQL listens; a free port, the same at every start, where none is given."""
    temporal_port: int | None = None
    """The same for the embedded Temporal server."""
    temporal_ui_port: int | None = None
    """The same for its web UI."""
    admin_email: str = ""
    """The first admin's address; `admin@chatref.local` where none is given."""
    admin_password: SecretStr = SecretStr("")
    """The first admin's password; made up and shown once where none is given."""


async def up(options: Options) -> None:
    """Runs until Ctrl-C or SIGTERM, and then stops what it started; asked a second time, it stops at once."""
    directory = Directory(options.directory.resolve())
    with directory.held():
        ended = directory.end_leftovers()
        directory.withdraw()
        if ended:
            _say(f"Ended what was left of an earlier run: {', '.join(ended)}")
        installation = _Installation(options, directory)
        asked = asyncio.Event()

        def stop() -> None:
            if asked.is_set():
                installation.supervisor.kill()
            asked.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        starting = asyncio.create_task(installation.start())
        waiting = asyncio.create_task(asked.wait())
        try:
            await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await waiting
            starting.cancel()
            with suppress(asyncio.CancelledError):
                await starting
        finally:
            waiting.cancel()
            _say("\nStopping")
            await installation.supervisor.stop()
            directory.forget_processes()
            directory.withdraw()


class _Installation:
    """The services of one directory, and the addresses at which they are."""

    def __init__(self, options: Options, directory: Directory) -> None:
        self.options = options
        self.directory = directory
        self.given = Given()
        self.supervisor = Supervisor(directory.path / "logs", self._changed)
        self.url = f"http://{LOOPBACK}:{options.port}"
        self.run: dict[str, Any] = {}

    async def start(self) -> None:
        if not is_free(self.options.port):
            raise PortInUse(
                f"Port {self.options.port} is in use. Stop what listens there, or choose another with --port."
            )
        ports = self._ports()
        async with asyncio.TaskGroup() as group:
            database = group.create_task(self._start_database(ports["postgres"]))
            temporal = group.create_task(self._start_temporal(ports["temporal"], ports["temporal_ui"]))
        database_url = database.result()
        client, temporal_ui_url = temporal.result()
        seeded = await prepare_database(
            database_url,
            demo=self.options.demo,
            admin_email=self.given.admin_email,
            admin_password=self.given.admin_password.get_secret_value(),
        )
        try:
            await self._start_chatref(database_url, client)
            self.run = {
                "url": self.url,
                "inbox_url": f"{self.url}/inbox/",
                "demo_url": f"{self.url}/demo/" if self.options.demo else None,
                "temporal_address": client.service_client.config.target_host,
                "temporal_ui_url": temporal_ui_url,
                "database_url": database_url,
            }
            self._changed()
            self._show_addresses()
        finally:
            # Whatever happened: nobody can read the passwords later.
            self._show_sign_ins(seeded)
        if self.options.browser and _has_browser():
            webbrowser.open(self.run["demo_url"] or self.run["inbox_url"])

    def _ports(self) -> dict[str, int]:
        ports = remembered_ports(self.directory.path / "ports.json", ["postgres", "temporal", "temporal_ui"])
        given = {
            "postgres": self.given.postgres_port,
            "temporal": self.given.temporal_port,
            "temporal_ui": self.given.temporal_ui_port,
        }
        return ports | {name: port for name, port in given.items() if port}

    async def _start_database(self, port: int) -> str:
        if self.given.database_url:
            return self.given.database_url
        postgres = Postgres(self.directory.path / "postgres", port, self.directory.secret("database_password"))
        _say("Starting PostgreSQL")
        postgres.create()
        await self.supervisor.start(postgres.service())
        return await postgres.create_database()

    async def _start_temporal(self, port: int, ui_port: int) -> tuple[Client, str | None]:
        keywords = tuple(key.name for key in SEARCH_ATTRIBUTES)
        if self.given.temporal_address:
            client = await _given_temporal()
            await prepare_temporal(client, keywords)
            return client, None
        program = await fetch_temporal(_say)
        server = TemporalServer(program, self.directory.path / "temporal.db", port, ui_port, keywords)
        _say("Starting Temporal")
        await self.supervisor.start(server.service())
        return await Client.connect(server.address), server.ui_url

    async def _start_chatref(self, database_url: str, client: Client) -> None:
        given = self.given.secret
        environment = {
            "DATABASE_URL": database_url,
            "TEMPORAL_ADDRESS": client.service_client.config.target_host,
            "CHATREF_SECRET": given.get_secret_value() if given else self.directory.secret("secret"),
            "CHATREF_PUBLIC_URL": self.url,
        }

        async def serves(_: int) -> bool:
            try:
                async with httpx.AsyncClient() as http:
                    # Not `ready`: that waits for a worker, and the API serves visitors without one.
                    return (await http.get(f"{self.url}/health/live")).is_success
            except httpx.HTTPError:
                return False

        async def polls(pid: int) -> bool:
            try:
                return await _polls(client, pid)
            except RPCError:
                return False

        memory = self.directory.path / "watchdog.json"
        written = _Written(memory)

        async def watches(_: int) -> bool:
            return written.anew()

        _say("Starting the API, the worker and the watchdog")
        api = _command("api", "--host", LOOPBACK, "--port", str(self.options.port))
        async with asyncio.TaskGroup() as group:
            group.create_task(self.supervisor.start(Service("api", api, serves, environment)))
            group.create_task(self.supervisor.start(Service("worker", _command("worker"), polls, environment)))
            watchdog = _command("watchdog", "--memory", str(memory))
            group.create_task(
                self.supervisor.start(Service("watchdog", watchdog, watches, environment, written.look_before))
            )

    def _changed(self) -> None:
        pids = self.supervisor.pids
        self.directory.record_processes(pids)
        if self.run:
            self.directory.announce(self.run | {"pids": {"up": os.getpid()} | pids})

    def _show_addresses(self) -> None:
        _say("\nChatref is running. Ctrl-C stops it.\n")
        rows = {"Demo shop": "demo_url", "Inbox": "inbox_url", "Temporal": "temporal_ui_url"}
        for label, name in rows.items():
            if self.run[name]:
                _say(f"  {label:<10} {self.run[name]}")

    def _show_sign_ins(self, seeded: Seeded) -> None:
        made = ([seeded.admin] if seeded.admin else []) + seeded.agents
        given = self.given.admin_password.get_secret_value()
        for sign_in in made:
            shown = "(the password you gave)" if sign_in.password == given else sign_in.password
            _say(f"  {'Sign in':<10} {sign_in.email}  {shown}")
        if made:
            elsewhere = "" if self.options.directory == DEFAULT_DIRECTORY else f" --data {self.options.directory}"
            _say(f"\n  Passwords are shown this once. A new one: chatref agents add EMAIL{elsewhere}")
        _say("")


class _Written:
    """Whether a process has written a file since it was started."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._before = 0

    def look_before(self) -> None:
        self._before = self._written_at()

    def anew(self) -> bool:
        return self._written_at() != self._before

    def _written_at(self) -> int:
        return self._file.stat().st_mtime_ns if self._file.exists() else 0


async def _given_temporal() -> Client:
    # Imported here: it loads all that API and worker are made of, and only a given server may need a key or TLS.
    from chatref.composition import temporal_client

    return await temporal_client(TemporalSettings())


async def _polls(client: Client, pid: int) -> bool:
    """Whether the worker asks for work: the server knows who does, by process id and host."""
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return any(poller.identity.startswith(f"{pid}@") for poller in answer.pollers)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "chatref", *arguments]


def _has_browser() -> bool:
    """Somebody sits before a screen."""
    if "CI" in os.environ or not sys.stdout.isatty():
        return False
    return sys.platform == "darwin" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()
