"""The `chatref` command."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chatref.embedded.state import DEFAULT_DIRECTORY

if TYPE_CHECKING:
    from chatref.settings import TemporalSettings

app = typer.Typer(
    help="An AI assistant in front of every customer chat, and a person behind it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
agents = typer.Typer(help="The people who answer.", no_args_is_help=True)
app.add_typer(agents, name="agents")
sources = typer.Typer(help="What the assistant answers from.", no_args_is_help=True)
app.add_typer(sources, name="sources")
actions = typer.Typer(help="Custom actions: what hands a chat over to a person.", no_args_is_help=True)
app.add_typer(actions, name="actions")

DataOption = Annotated[Path, typer.Option("--data", metavar="DIR", help="Where everything is kept.")]


_UNKNOWN = 2


class NothingRuns(typer.Exit):
    """No `chatref up` runs where one was looked for; the user has been told."""


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        app()
    except SystemExit as ended:
        # Threads of Temporal's SDK may abort an interpreter that takes itself apart (temporalio/sdk-python#300).
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 1)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Where browsers reach Chatref.")] = 8080,
    data: DataOption = DEFAULT_DIRECTORY,
    demo: Annotated[bool, typer.Option("--demo", help="Add a demo shop with content, actions and two agents.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Run everything: PostgreSQL, Temporal, the API with its web pages, a worker, and the watchdog."""
    from chatref.embedded.postgres import PostgresFailed
    from chatref.embedded.state import DirectoryInUse
    from chatref.embedded.supervisor import ServiceFailed
    from chatref.embedded.tools import ToolMissing
    from chatref.up import Options, PortInUse
    from chatref.up import up as run

    problems: list[str] = []
    try:
        with _settings_checked():
            asyncio.run(run(Options(port=port, directory=data, demo=demo, browser=not no_browser)))
    except* (DirectoryInUse, PortInUse, PostgresFailed, ServiceFailed, ToolMissing) as failed:
        problems = [str(error) for error in _each(failed)]
    if problems:
        for problem in problems:
            typer.echo(f"chatref: {problem}", err=True)
        raise typer.Exit(1)


@app.command()
def api(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8080,
) -> None:
    """Run the API and its web pages, against DATABASE_URL and TEMPORAL_ADDRESS."""
    from chatref.composition import serve_api

    _run(serve_api(host, port))


@app.command()
def worker() -> None:
    """Run a worker of the conversations, against DATABASE_URL and TEMPORAL_ADDRESS."""
    from chatref.composition import run_worker

    _run(run_worker())


@app.command()
def watchdog(
    memory: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to remember what was told, for the next start.")
    ] = None,
) -> None:
    """Watch over everything, and tell supervisors of what no worker can: by e-mail, webhook and log.

    Notices when PostgreSQL or Temporal is away, no worker is at work, a conversation is stuck, or a wait is
    unprotected. Run it apart from the rest, against DATABASE_URL and TEMPORAL_ADDRESS.
    """
    from chatref.composition import run_watchdog

    _run(run_watchdog(memory))


@app.command()
def migrate(
    demo: Annotated[bool, typer.Option("--demo", help="Add the demo shop as well.")] = False,
    admin_email: Annotated[str, typer.Option(envvar="CHATREF_ADMIN_EMAIL", help="The first admin's address.")] = "",
    admin_password: Annotated[
        str, typer.Option(envvar="CHATREF_ADMIN_PASSWORD", help="Made up and shown where none is given.")
    ] = "",
) -> None:
    """Bring the database and Temporal's search attributes up to date, and add what a new installation starts with."""
    from temporalio.service import RPCError

    from chatref.composition import temporal_client
    from chatref.installation import prepare_database, prepare_temporal
    from chatref.settings import Settings
    from workflows.names import SEARCH_ATTRIBUTES

    keywords = [key.name for key in SEARCH_ATTRIBUTES]

    async def run() -> None:
        settings = Settings()
        seeded = await prepare_database(
            settings.database_url, demo=demo, admin_email=admin_email, admin_password=admin_password
        )
        for sign_in in ([seeded.admin] if seeded.admin else []) + seeded.agents:
            shown = "(the password you gave)" if sign_in.password == admin_password else sign_in.password
            typer.echo(f"Sign in: {sign_in.email}  {shown}")
        try:
            await prepare_temporal(await temporal_client(settings), keywords)
        except RPCError as error:
            typer.echo(
                f"chatref: Temporal did not take the search attributes ({error.message}). "
                f"Add {', '.join(keywords)} to the namespace as Keyword, with its own tools.",
                err=True,
            )
            raise typer.Exit(1) from None

    with _settings_checked():
        asyncio.run(run())


@app.command()
def waits(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: the same as GET /api/v1/waits.")] = False,
    data: DataOption = DEFAULT_DIRECTORY,
) -> None:
    """List every visitor who waits for a person, and any whose wait nothing protects.

    Compares the database with the running workflows and the timers in their histories. Ends with 0 where every wait has
    exactly one live deadline, 1 where one has not, and 2 where that could not be found out. The installation is that of
    DATABASE_URL and TEMPORAL_ADDRESS, or else the `chatref up` which runs in DIR.
    """
    from chatref.composition import Unknown, look_at_waits
    from chatref.waits_report import lines

    try:
        found = asyncio.run(look_at_waits(_temporal(data), _database_url(data)))
    except NothingRuns as error:
        raise typer.Exit(_UNKNOWN) from error
    except Unknown as error:
        typer.echo(f"chatref: {error}", err=True)
        raise typer.Exit(_UNKNOWN) from None
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        for line in lines(found):
            typer.echo(line)
    if found.unprotected:
        raise typer.Exit(1)


@agents.command("add")
def add_agent(
    email: str,
    name: Annotated[str, typer.Option(help="What visitors and colleagues see.")] = "",
    role: Annotated[Role | None, typer.Option(help="What the agent may do; `agent` where it is new.")] = None,
    password: Annotated[str, typer.Option(help="Made up and shown where none is given.")] = "",
    team: Annotated[list[str] | None, typer.Option(help="A team's slug; may be repeated.")] = None,
    chat_limit: Annotated[int | None, typer.Option(min=1, max=1000, help="Offer them no more chats at once.")] = None,
    data: DataOption = DEFAULT_DIRECTORY,
) -> None:
    """Add an agent; one who is there already gets a new password, and what else is given.

    The database is DATABASE_URL, or else that of the `chatref up` which runs in DIR.
    """
    from chatref.installation import UnknownTeam, add_or_change_agent

    try:
        sign_in = asyncio.run(
            add_or_change_agent(
                _database_url(data),
                email,
                name=name,
                role=role and role.value,
                password=password,
                team_slugs=team,
                chat_limit=chat_limit,
            )
        )
    except UnknownTeam as error:
        typer.echo(f"chatref: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{sign_in.email}  {sign_in.password}")


@agents.command("key")
def add_key(
    email: str,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    data: DataOption = DEFAULT_DIRECTORY,
) -> None:
    """Make an API key for a program, which acts as this agent. It is shown this once.

    The database is DATABASE_URL, or else that of the `chatref up` which runs in DIR.
    """
    from chatref.installation import UnknownAgent, make_api_key

    try:
        typer.echo(asyncio.run(make_api_key(_database_url(data), email, name)))
    except UnknownAgent as error:
        typer.echo(f"chatref: {error}", err=True)
        raise typer.Exit(1) from None


@actions.command("apply")
def apply_actions(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="As the inbox exports it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = DEFAULT_DIRECTORY,
) -> None:
    """Make the custom actions those of a YAML file: what is not in it is deleted. Shows what that changes, and asks.

    The database is DATABASE_URL, or else that of the `chatref up` which runs in DIR.
    """
    from chatref.conversation.action_file import ActionFileInvalid, read_actions
    from chatref.installation import apply_actions, plan_actions
    from chatref.plan_text import lines
    from chatref.store.actions import PlanOutdated

    try:
        wanted = read_actions(file.read_text("utf-8"))
        plan = asyncio.run(plan_actions(_database_url(data), wanted))
        for line in lines(plan):
            typer.echo(line)
        if plan.changes_nothing:
            return
        if not yes:
            typer.confirm("Apply?", abort=True)
        asyncio.run(apply_actions(_database_url(data), wanted, plan.basis))
    except UnicodeDecodeError:
        problems = ["the file is not UTF-8 text"]
    except ActionFileInvalid as error:
        problems = error.problems
    except PlanOutdated:
        problems = ["somebody else changed the actions in the meantime; look at the plan again"]
    else:
        typer.echo("Applied.")
        return
    for problem in problems:
        typer.echo(f"chatref: {problem}", err=True)
    raise typer.Exit(1)


@sources.command("add")
def add_source(
    what: Annotated[str, typer.Argument(metavar="PATH|URL", help="A file, a folder of files, or a page's address.")],
    site: Annotated[bool, typer.Option("--site", help="The whole site that begins at this address.")] = False,
    pages: Annotated[int, typer.Option(help="How many pages of a site to read at most.", min=1, max=2000)] = 200,
    data: DataOption = DEFAULT_DIRECTORY,
) -> None:
    """Add a file, every file of a folder, a web page or a whole site, and wait until all is read.

    Reads Markdown, text, HTML, PDF and DOCX; ends with 1 where something could not be read. The installation is that of
    DATABASE_URL and TEMPORAL_ADDRESS, or else the `chatref up` which runs in DIR.
    """
    from chatref.library import NotASource, add_and_wait, named

    def show(done: int, found: int) -> None:
        if found > 1:
            typer.echo(f"{done} of {found} pages")

    page_limit = pages if site else None

    async def add() -> bool:
        whole = True
        for each in named(what):
            try:
                source = await add_and_wait(database_url, temporal, each, page_limit=page_limit, show=show)
            except NotASource as error:
                typer.echo(f"chatref: {error}", err=True)
                whole = False
                continue
            typer.echo(f"{source.id}  {source.status}  {source.title}")
            if source.status == "failed":
                typer.echo(f"chatref: {source.error}", err=True)
                whole = False
        return whole

    database_url, temporal = _database_url(data), _temporal(data)
    with _reachable(data):
        try:
            whole = asyncio.run(add())
        except NotASource as error:
            typer.echo(f"chatref: {error}", err=True)
            whole = False
    if not whole:
        raise typer.Exit(1)


@sources.command("list")
def list_sources(data: DataOption = DEFAULT_DIRECTORY) -> None:
    """Every source, with its state and the number of passages that answer."""
    from chatref.library import described

    database_url = _database_url(data)
    with _reachable(data):
        lines = asyncio.run(described(database_url))
    for line in lines:
        typer.echo(line)


@contextmanager
def _reachable(data: Path) -> Iterator[None]:
    """Ends the command with what to do where the database or Temporal is away."""
    from chatref.engine import EngineUnavailable
    from chatref.store.database import DatabaseUnavailable

    try:
        yield
    except DatabaseUnavailable:
        problem = "The database cannot be reached."
    except EngineUnavailable as error:
        problem = str(error)
    else:
        return
    advice = "Check DATABASE_URL and TEMPORAL_ADDRESS."
    if "DATABASE_URL" not in os.environ:
        advice = f"Start `chatref up` in {data} (again), or set DATABASE_URL and TEMPORAL_ADDRESS."
    typer.echo(f"chatref: {problem} {advice}", err=True)
    raise typer.Exit(1)


def _running(data: Path, name: str) -> str:
    try:
        return str(json.loads((data / "run.json").read_text())[name])
    except FileNotFoundError:
        typer.echo(f"chatref: nothing runs in {data}. Start `chatref up` there, or set DATABASE_URL.", err=True)
        raise NothingRuns(1) from None


def _database_url(data: Path) -> str:
    return os.environ["DATABASE_URL"] if "DATABASE_URL" in os.environ else _running(data, "database_url")


def _temporal(data: Path) -> "TemporalSettings":
    from chatref.settings import TemporalSettings

    if "TEMPORAL_ADDRESS" in os.environ or "DATABASE_URL" in os.environ:
        return TemporalSettings()
    return TemporalSettings(temporal_address=_running(data, "temporal_address"))


def _run(main: Coroutine[Any, Any, None]) -> None:
    """In uvloop: less time per message than asyncio's own loop."""
    import uvloop

    with _settings_checked(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


@contextmanager
def _settings_checked() -> Iterator[None]:
    """Ends the command where a setting is missing or not valid, with which one and why, and never with its value."""
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as error:
        if error.title not in ("Settings", "TemporalSettings", "Given"):
            raise
        problems = [(str(each["loc"][0]).upper(), each["msg"]) for each in error.errors(include_input=False)]
    else:
        return
    for name, problem in problems:
        usual = name.startswith(("CHATREF_", "DATABASE_", "TEMPORAL_", "OPENAI_"))
        typer.echo(f"chatref: {name if usual else f'CHATREF_{name}'}: {problem}", err=True)
    raise typer.Exit(1)


def _each(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """The errors in a group and the groups in it."""
    found = []
    for error in group.exceptions:
        found += _each(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
