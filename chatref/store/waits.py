"""What the database knows of waits: the conversations in which somebody waits, and the log that a ledger is made of."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from chatref.conversation.events import Event, State
from chatref.conversation.protection import Waiting
from chatref.store.database import Database
from chatref.store.record import read_event

_ROW = """
select id, state, team, owner_id, owner_name, waiting_since, deadline from conversations
"""
_EVERY_WAIT = f"{_ROW} where state = 'escalated' or waiting_since is not null"
_NAMED = f"{_ROW} where id = any($1::uuid[])"

# What visitors and agents wrote is not needed; who did, and when, is.
LEDGER_COLUMNS = "seq, id, type, at, author_kind, author_id, author_name, '' as text, public, data"
LEDGER_EVENTS = """
    (type in ('transition', 'alert') or type = 'message' and (author_kind = 'agent' or data ? 'waiting_since'))
"""
"""What a ledger is made of."""
_LOG = f"select {LEDGER_COLUMNS} from events where conversation_id = $1 and {LEDGER_EVENTS} order by seq"


async def waiting(database: Database) -> dict[str, Waiting]:
    """Every conversation in which the visitor waits for a person, by its id."""
    async with database.driver() as connection:
        return _by_id(await connection.fetch(_EVERY_WAIT))


async def named(database: Database, conversation_ids: Iterable[str]) -> dict[str, Waiting]:
    """These conversations, waiting or not, by their ids; unknown ones are missing."""
    async with database.driver() as connection:
        return _by_id(await connection.fetch(_NAMED, [each for each in map(_uuid, conversation_ids) if each]))


async def log(database: Database, conversation_id: UUID) -> tuple[Event, ...]:
    """The events that `chatref.conversation.waits.ledger` reads, without the text of messages."""
    async with database.driver() as connection:
        return tuple(read_event(record) for record in await connection.fetch(_LOG, conversation_id))


def _uuid(conversation_id: str) -> UUID | None:
    """In Temporal anybody can start a workflow under any name."""
    try:
        return UUID(conversation_id)
    except ValueError:
        return None


def _by_id(records: Iterable[Any]) -> dict[str, Waiting]:
    return {
        str(record["id"]): Waiting(
            conversation_id=str(record["id"]),
            state=State(record["state"]),
            team=record["team"],
            owner_id=str(record["owner_id"]) if record["owner_id"] else "",
            owner_name=record["owner_name"],
            waiting_since=record["waiting_since"],
            deadline=record["deadline"],
        )
        for record in records
    }
