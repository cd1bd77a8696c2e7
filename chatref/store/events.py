"""Reading a conversation's log."""

from typing import Any
from uuid import UUID

from chatref.store import views
from chatref.store.database import Database

PAGE = 1000

_FROM = f"select {views.EVENT_COLUMNS} from events e where e.conversation_id = $1 and e.seq > $2"
_AFTER = f"{_FROM} order by e.seq limit {PAGE}"
_PUBLIC_AFTER = f"{_FROM} and e.public order by e.seq limit {PAGE}"


async def after(database: Database, conversation_id: UUID, seq: int) -> list[dict[str, Any]]:
    """Every event after `seq`, as agents see it, at most `PAGE` at once."""
    async with database.driver() as connection:
        return [views.event(row) for row in await connection.fetch(_AFTER, conversation_id, seq)]


async def public_after(database: Database, conversation_id: UUID, seq: int) -> list[dict[str, Any]]:
    """The events after `seq` that the visitor may see, at most `PAGE` at once."""
    async with database.driver() as connection:
        return [views.visitors_event(row) for row in await connection.fetch(_PUBLIC_AFTER, conversation_id, seq)]
