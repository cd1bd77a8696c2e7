"""What alerts tell of, read from the conversation as it is now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from chatref.conversation.events import Handoff
from chatref.store.database import Database

_HANDOFF = TypeAdapter(Handoff)
_SUBJECT = """
select v.name, c.waiting_since, c.handoff
from conversations c join visitors v on v.id = c.visitor_id where c.id = $1
"""
_ANSWER = """
select e.text, e.author_name, s.name as site
from events e join conversations c on c.id = e.conversation_id join sites s on s.id = c.site_id
where e.conversation_id = $1 and e.id = $2 and e.type = 'message' and e.author_kind in ('agent', 'assistant')
"""


@dataclass(frozen=True)
class Subject:
    visitor: str
    waiting_since: datetime | None
    handoff: Handoff | None


@dataclass(frozen=True)
class Answer:
    """`author` is the agent's name, or the assistant's."""

    text: str
    author: str
    site: str


async def subject(database: Database, conversation_id: UUID) -> Subject | None:
    """Who waits, since when and why; None where there is no such conversation. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection:
        row = await connection.fetchrow(_SUBJECT, conversation_id)
    if row is None:
        return None
    handoff = _HANDOFF.validate_python(row["handoff"]) if row["handoff"] else None
    return Subject(row["name"], row["waiting_since"], handoff)


async def answer(database: Database, conversation_id: UUID, event_id: str) -> Answer | None:
    """What an agent or the assistant wrote. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection:
        row = await connection.fetchrow(_ANSWER, conversation_id, event_id)
    return Answer(row["text"], row["author_name"], row["site"]) if row else None
