"""The real engines, for every test that wants them: started once per session, on free ports, in temporary places."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from chatref.embedded.ports import free_ports
from chatref.embedded.postgres import Postgres, new_password
from chatref.embedded.process import spawn, stop
from chatref.embedded.supervisor import until_ready
from chatref.embedded.temporal import SPEED_OPTIONS
from chatref.embedded.tools import find_temporal
from chatref.store.migrations import upgrade
from tests.time_skipping import find_test_server
from workflows.names import SEARCH_ATTRIBUTES

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CHROMIUM_OPTIONS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTS_AT_MOST = 5
_TEMPLATE = "template_migrated"
_databases = count(1)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A directory for the whole session, with a short name (Unix sockets) and gone at its end."""
    with tempfile.TemporaryDirectory(prefix="chatref-") as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
async def postgres(scratch: Path) -> AsyncIterator[Postgres]:
    """A PostgreSQL server that forgets on a crash, for speed."""
    [port] = free_ports(1)
    server = Postgres(scratch / "postgres", port, new_password(), durable=False)
    server.create()
    service = server.service()
    log = scratch / "postgres.log"
    process = await spawn(service, log)
    try:
        await until_ready(service, process, log)
        yield server
    finally:
        await stop(process, service.stop_signal, service.stop_within)


@pytest.fixture(scope="session")
async def postgres_url(postgres: Postgres) -> str:
    """An empty database, the same for the whole session."""
    return await postgres.create_database("empty")


@pytest.fixture(scope="session")
async def _migrated(postgres: Postgres) -> str:
    await upgrade(await postgres.create_database(_TEMPLATE))
    return _TEMPLATE


@pytest.fixture
async def database_url(postgres: Postgres, _migrated: str) -> str:
    """A database of the test's own, with every table and nothing in them."""
    return await postgres.create_database(f"test_{next(_databases)}", template=_migrated)


@pytest.fixture(scope="session")
def temporal_program() -> Path:
    """The Temporal CLI."""
    program = find_temporal()
    if program is None:
        pytest.skip("No Temporal server here: run `make setup`.")
    return program


async def patiently(start: Callable[[], Awaitable[WorkflowEnvironment]]) -> WorkflowEnvironment:
    """The SDK gives a server five seconds; on a busy machine Java alone may take longer."""
    for _ in range(STARTS_AT_MOST - 1):
        with contextlib.suppress(RuntimeError):
            return await start()
    return await start()


@pytest.fixture(scope="session")
async def temporal_env(temporal_program: Path) -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server with our search attributes, in memory, as fast as `chatref up` runs it."""
    environment = await patiently(
        lambda: WorkflowEnvironment.start_local(
            dev_server_existing_path=str(temporal_program),
            dev_server_extra_args=[option for option in SPEED_OPTIONS if "journal_mode" not in option],
            search_attributes=SEARCH_ATTRIBUTES,
        )
    )
    try:
        yield environment
    finally:
        await environment.shutdown()


@pytest.fixture(scope="session")
def temporal_client(temporal_env: WorkflowEnvironment) -> Client:
    return temporal_env.client


@pytest.fixture(scope="session")
def temporal_address(temporal_env: WorkflowEnvironment) -> str:
    return temporal_env.client.service_client.config.target_host


@pytest.fixture(scope="session")
async def time_skipping_env() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server where hours pass in milliseconds. Its clock is one for all workflows: one test at a time."""
    server = await find_test_server()
    if isinstance(server, str):
        pytest.skip(server)
    program = str(server)
    environment = await patiently(lambda: WorkflowEnvironment.start_time_skipping(test_server_existing_path=program))
    try:
        yield environment
    finally:
        await environment.shutdown()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium: Playwright's own, or the machine's."""
    async with async_playwright() as playwright:
        browser = await _launch(playwright)
        try:
            yield browser
        finally:
            with contextlib.suppress(PlaywrightError):
                await browser.close()


async def _launch(playwright: Playwright) -> Browser:
    # Chromium's sandbox refuses to run as root.
    options = _CHROMIUM_OPTIONS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    own = playwright.chromium.executable_path
    failed = ""
    for program in [own if Path(own).exists() else None, *map(shutil.which, _CHROMIUM)]:
        if program is None:
            continue
        try:
            return await playwright.chromium.launch(executable_path=program, args=options)
        except PlaywrightError as error:
            # Playwright's own needs libraries that the machine may not have.
            failed = f" ({Path(program).name}: {error.message.splitlines()[0]})"
    pytest.skip(
        f"No browser here{failed}: `playwright install --with-deps chromium`, or your system's package `chromium`."
    )


_statuses: list[int] = []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    _statuses.append(int(exitstatus))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    # Threads of Temporal's SDK may abort an interpreter that takes itself apart (temporalio/sdk-python#300).
    if _statuses:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_statuses[-1])
