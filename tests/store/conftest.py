"""A conversation's log, written to as its workflow would."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from chatref.conversation.events import Author, AuthorKind, Event, EventType, Priority, State
from chatref.effects import ConversationRow, RecordBatch
from chatref.store import conversations
from chatref.store.conversations import Opening
from chatref.store.database import Database
from chatref.store.record import ConversationLog
from chatref.store.tables import Site

ROW = ConversationRow(State.AI_HANDLING, None, "", (), Priority.NORMAL, None, None, None, (), 1)


class Log:
    """Records events as a conversation's workflow would."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._log = ConversationLog(database)
        self._site = uuid4()

    async def open(self) -> UUID:
        async with self.database.session() as session:
            await session.merge(Site(id=self._site, key="site", name="Site", identity_secret="secret"))
        opening = Opening(uuid4(), uuid4(), self._site, "", "", {}, False, {}, "")
        await conversations.open_one(self.database, opening)
        return opening.conversation_id

    async def say(self, conversation_id: UUID, *seqs: int, fence: int = 1, text: str = "hello") -> None:
        author = Author(AuthorKind.VISITOR)
        events = tuple(
            Event(seq, str(uuid4()), EventType.MESSAGE, datetime.now(UTC), author, text, public=True) for seq in seqs
        )
        await self.record(conversation_id, fence, *events)

    async def record(self, conversation_id: UUID, fence: int, *events: Event) -> None:
        await self._log.record(RecordBatch(str(conversation_id), fence, events, ROW))

    async def alert(self, conversation_id: UUID, seq: int) -> None:
        event = Event(seq, str(uuid4()), EventType.ALERT, datetime.now(UTC), Author(AuthorKind.SYSTEM))
        row = replace(ROW, state=State.ESCALATED, waiting_since=datetime.now(UTC))
        await self._log.record(RecordBatch(str(conversation_id), 1, (event,), row))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def log(database: Database) -> Log:
    return Log(database)
