"""The log, as a conversation's workflow writes it: what a lost attempt left is replaced."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chatref.conversation.events import Author, AuthorKind, Event, EventType, Person
from chatref.store.database import Database
from tests.store.conftest import Log

ADA, BO = (Person(str(uuid4()), name) for name in ("Ada", "Bo"))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def claimed(event_id: str, agent: Person, seq: int = 1, at: datetime = NOW) -> Event:
    author = Author(AuthorKind.AGENT, agent.name, agent.id)
    data = {"event": "claim", "to": "human_owned", "owner": {"id": agent.id, "name": agent.name}}
    return Event(seq, event_id, EventType.TRANSITION, at, author, data=data)


async def logged(database: Database, conversation_id: UUID) -> list[tuple[int, str, str]]:
    async with database.driver() as connection:
        records = await connection.fetch(
            "select seq, id, author_name from events where conversation_id = $1 order by seq", conversation_id
        )
    return [(record["seq"], record["id"], record["author_name"]) for record in records]


@pytest.mark.parametrize("fence", [1, 2], ids=["as long a history", "a longer history"])
async def test_the_next_attempt_may_draw_the_same_id_for_something_else(
    log: Log,
    database: Database,
    fence: int,
) -> None:
    conversation_id = await log.open()
    await log.record(conversation_id, 1, claimed("drawn", ADA), claimed("drawn too", ADA, seq=2))
    await log.record(conversation_id, fence, claimed("drawn", BO, at=NOW + timedelta(seconds=1)))
    assert await logged(database, conversation_id) == [(1, "drawn", "Bo")]


async def test_a_superseded_worker_changes_nothing(log: Log, database: Database) -> None:
    conversation_id = await log.open()
    await log.record(conversation_id, 2, claimed("drawn", BO))
    await log.record(conversation_id, 1, claimed("drawn", ADA))
    assert await logged(database, conversation_id) == [(1, "drawn", "Bo")]


async def test_that_less_has_happened_is_hinted_too(log: Log, database: Database) -> None:
    conversation_id, heard = await log.open(), asyncio.Queue[str]()
    first = claimed("drawn", ADA)
    await log.record(conversation_id, 1, first, claimed("lost", BO, seq=2))

    def hear(*told: Any) -> None:
        heard.put_nowait(told[-1])

    async with database.driver() as connection:
        await connection.add_listener("chatref_events", hear)
        await log.record(conversation_id, 2, first)
        assert await asyncio.wait_for(heard.get(), 5) == f"{conversation_id}:1:1"
        await log.record(conversation_id, 2, first)
        await connection.execute("select 1")
        assert heard.empty(), "an equal batch again"
        await connection.remove_listener("chatref_events", hear)
