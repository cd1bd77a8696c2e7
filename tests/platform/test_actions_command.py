"""`chatref actions apply FILE`: shows a plan, asks, and does what it showed."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatref.conversation.action_file import write_actions
from chatref.conversation.actions import CustomAction
from chatref.store import actions
from chatref.store.database import Database
from chatref.store.seed import seed

SWAP = CustomAction(id="swap", name="Swap a plant")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await seed(database, demo=True)
    yield database
    await database.close()


async def here(database: Database) -> list[CustomAction]:
    async with database.session() as session:
        return await actions.latest(session)


async def apply(url: str, file: Path, *options: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatref", "actions", "apply", str(file), *options]
    environment = {"DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parents[2])}
    return await asyncio.to_thread(
        subprocess.run, command, env=environment, input=answer, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
async def file(tmp_path: Path, database: Database) -> Path:
    """As exported, but for one action that is new, one that goes, and one that changes."""
    [_, second, *others] = await here(database)
    file = tmp_path / "actions.yaml"
    file.write_text(write_actions([SWAP, second.model_copy(update={"reply": "Done."}), *others]), "utf-8")
    return file


async def test_it_shows_the_plan_and_does_nothing_when_the_answer_is_no(
    database: Database, database_url: str, file: Path
) -> None:
    before = await here(database)
    done = await apply(database_url, file, answer="n\n")
    assert done.returncode == 1
    for line in ("+ swap  Swap a plant", f"- {before[0].id}  {before[0].name}", f"~ {before[1].id}  {before[1].name}"):
        assert line in done.stdout.splitlines()
    assert f"    reply: {before[1].reply} → Done." in done.stdout.splitlines()
    assert "1 to create, 1 to change, 1 to delete, 3 unchanged." in done.stdout
    assert await here(database) == before


async def test_it_does_what_it_showed_when_the_answer_is_yes(database: Database, database_url: str, file: Path) -> None:
    before = await here(database)
    done = await apply(database_url, file, answer="y\n")
    assert done.returncode == 0
    assert done.stdout.endswith("Applied.\n")
    after = await here(database)
    assert [action.id for action in after] == ["swap", *[action.id for action in before[1:]]]
    assert (after[1].reply, after[1].version) == ("Done.", before[1].version + 1)
    assert after[2:] == before[2:]


async def test_it_can_be_told_not_to_ask_and_changes_nothing_twice(
    database: Database, database_url: str, file: Path
) -> None:
    assert (await apply(database_url, file, "--yes")).returncode == 0
    after = await here(database)
    again = await apply(database_url, file, "--yes")
    assert (again.returncode, again.stdout) == (0, "Nothing changes.\n")
    assert await here(database) == after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: swap, name: Swap, team: nowhere}", "chatref: swap: team: there is no team nowhere"),
        ("- {id: swap, name: Swap, colour: red}", "chatref: swap: colour: Extra inputs are not permitted"),
        ("nothing", "chatref: the file must be a list of actions"),
    ],
)
async def test_a_file_that_is_wrong_changes_nothing(
    database: Database, database_url: str, tmp_path: Path, text: str, said: str
) -> None:
    before = await here(database)
    file = tmp_path / "wrong.yaml"
    file.write_text(text, "utf-8")
    done = await apply(database_url, file, "--yes")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{said}\n")
    assert await here(database) == before
