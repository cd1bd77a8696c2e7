"""What reports count is kept, and never differs from what the log says now."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from chatref.conversation.facts import Facts
from chatref.conversation.reports import Period
from chatref.reports import waits_report
from chatref.store import facts
from chatref.store.database import Database
from tests.past import Chat, Past

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
APRIL = datetime(2024, 4, 1, tzinfo=UTC)
AT = datetime(2024, 3, 4, 10, tzinfo=UTC)
MANY = 10_000
KINDS = 50
COLD_SECONDS, WARM_SECONDS = 60.0, 10.0


@pytest.fixture
def past(database: Database) -> Past:
    return Past(database)


async def march(database: Database) -> list[Facts]:
    return await facts.between(database, MARCH, APRIL)


async def kept(database: Database) -> dict[UUID, int]:
    """Which state of each conversation its facts are of."""
    async with database.driver() as connection:
        rows = await connection.fetch("select conversation_id, changed_xid from ledger_facts")
    return {row["conversation_id"]: row["changed_xid"] for row in rows}


async def test_what_has_not_changed_is_not_derived_again(past: Past, database: Database) -> None:
    one, other = Chat(AT).escalates(), Chat(AT).escalates()
    await past.holds(one, other)
    assert len(await march(database)) == 2
    before = await kept(database)
    async with database.driver() as connection:
        # Facts that the log does not say: whoever reads them back has not looked at it.
        await connection.execute("update ledger_facts set facts = $1", json.dumps({"handoffs": [], "waits": []}))
    await past.holds(other.after(seconds=30).replies())
    found = await march(database)
    assert sorted(len(each.waits) for each in found) == [0, 1]
    assert {key for key, xid in (await kept(database)).items() if before[key] != xid} == {other.id}


async def test_a_log_that_a_later_attempt_wrote_anew_is_derived_anew(past: Past, database: Database) -> None:
    chat = Chat(AT).escalates().after(seconds=30).replies()
    await past.holds(chat)
    [found] = await march(database)
    assert found.waits[0].ended_at == AT + timedelta(seconds=30)
    async with database.driver() as connection:
        last_seq = await connection.fetchval("select last_seq from conversations")
    # As many events as before, with the same numbers: only the last says something else.
    again = Chat(AT).escalates().after(seconds=40).replies().take()
    assert again[-1].seq == last_seq
    await past.record(chat, again[-1:])
    [found] = await march(database)
    assert found.waits[0].ended_at == AT + timedelta(seconds=40)


async def test_facts_of_an_earlier_version_are_derived_anew(
    past: Past, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await past.holds(Chat(AT).escalates())
    await march(database)
    async with database.driver() as connection:
        await connection.execute("update ledger_facts set facts = $1", json.dumps({"handoffs": [], "waits": []}))
    monkeypatch.setattr("chatref.store.facts.FACTS_VERSION", 2)
    [found] = await march(database)
    assert len(found.waits) == 1


async def test_more_than_a_batch_is_derived_whole(
    past: Past, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "BATCH", 3)
    await past.holds(*(Chat(AT).escalates() for _ in range(10)))
    assert len(await march(database)) == 10


async def test_those_who_ask_at_the_same_time_get_the_same(past: Past, database: Database) -> None:
    chats = [Chat(AT).escalates() for _ in range(60)]
    await past.holds(*chats)
    # More than once: two that take rows in different orders need not meet.
    for _ in range(10):
        answers = await asyncio.gather(*(march(database) for _ in range(6)))
        assert [len(each) for each in answers] == [60] * 6
        assert set(await kept(database)) == {chat.id for chat in chats}
        async with database.driver() as connection:
            await connection.execute("delete from ledger_facts")


async def test_asking_while_chats_go_on_ends_with_what_the_log_says(past: Past, database: Database) -> None:
    chats = [Chat(AT).escalates() for _ in range(20)]
    await past.holds(*chats)

    async def go_on() -> None:
        for chat in chats:
            await past.holds(chat.after(seconds=30).replies())

    async def ask() -> None:
        for _ in range(10):
            await march(database)

    await asyncio.gather(go_on(), ask(), ask())
    assert all(each.waits[0].ended_at for each in await march(database))


async def test_a_conversation_that_is_deleted_is_in_no_report(past: Past, database: Database) -> None:
    await past.holds(Chat(AT).escalates())
    assert len(await march(database)) == 1
    async with database.driver() as connection:
        await connection.execute("delete from conversations")
    assert await march(database) == []


async def test_conversations_of_other_times_and_without_people_are_left_out(past: Past, database: Database) -> None:
    alone = Chat(AT).writes()
    await past.holds(Chat(APRIL).escalates(), alone)
    assert await march(database) == []
    # It was looked at, and need not be again.
    assert alone.id in await kept(database)


async def test_a_report_of_ten_thousand_handoffs(database: Database, past: Past) -> None:
    """Prints how long it took; fails only where something grows faster than the number."""
    await _fill(database, past)
    period = Period(MARCH, APRIL, ZoneInfo("Europe/Berlin"))
    now = datetime.now(UTC)
    seconds = []
    for _ in range(2):
        began = time.monotonic()
        found = await waits_report(database, period, now)
        seconds.append(time.monotonic() - began)
        assert found.total.handoffs == MANY
    print(f"\nreport of {MANY} handoffs: {seconds[0]:.2f} s cold, {seconds[1]:.2f} s warm")
    assert (seconds[0] < COLD_SECONDS, seconds[1] < WARM_SECONDS) == (True, True)


async def _fill(database: Database, past: Past) -> None:
    """A few kinds of conversations, and copies of them until there are as many."""
    kinds = []
    for number in range(KINDS):
        chat = Chat(MARCH + timedelta(hours=14 * number), ("support", "billing")[number % 2])
        chat.escalates().after(seconds=20 + 13 * number).replies().after(seconds=40).writes()
        kinds.append(chat.after(seconds=50).replies().after(seconds=60).resolves())
    await past.holds(*kinds)
    async with database.driver() as connection, connection.transaction():
        await connection.execute(_COPIES)
        await connection.execute(_COPY_CONVERSATIONS)
        await connection.execute(_COPY_EVENTS)
        await connection.execute("analyze conversations, events")


_COPIES = f"""
create temporary table copies on commit drop as
select gen_random_uuid() as id, c.id as original from conversations c, generate_series(2, {MANY // KINDS})
"""
_COPY_CONVERSATIONS = """
insert into conversations (id, site_id, visitor_id, page, created_at, changed_at, last_seq, state, owner_name, team,
                           priority, episode, visitor_seen_seq)
select copies.id, site_id, visitor_id, page, created_at, changed_at, last_seq, state, owner_name, team,
       priority, episode, visitor_seen_seq
from conversations c join copies on copies.original = c.id
"""
_COPY_EVENTS = """
insert into events (conversation_id, seq, id, type, at, author_kind, author_id, author_name, text, public, data)
select copies.id, seq, e.id, type, at, author_kind, author_id, author_name, text, public, data
from events e join copies on copies.original = e.conversation_id
"""
