"""The live feed: nothing missed, nothing twice, whatever happens between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import uuid4

import pytest

from chatref.store import conversations
from chatref.store.agents import Identity
from chatref.store.channels import Config
from chatref.store.database import Database
from chatref.store.feed import Feed
from chatref.store.streams import QUEUED_AT_MOST, InboxStream, Stream
from tests.line import line_to
from tests.store.conftest import Log

ADA = Identity(uuid4(), "ada@example.com", "Ada", "agent", True, ())


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[Feed]:
    feed = Feed(database, lambda what: None)
    await feed.start()
    await feed.listening()
    yield feed
    await feed.stop()


async def received(stream: Stream, number: int, seconds: float = 5.0) -> list[tuple[str, str]]:
    """The kinds and ids of so many Server-Sent Events."""
    frames: list[tuple[str, str]] = []
    async with asyncio.timeout(seconds), aclosing(aiter(stream)) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            for block in chunk.decode().strip().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in block.split("\n"))
                if "event" in lines:
                    frames.append((lines["event"], lines.get("id", "")))
            if len(frames) >= number:
                break
    return frames


async def silent(stream: Stream, seconds: float = 0.3) -> None:
    with pytest.raises(TimeoutError):
        await received(stream, 1, seconds)


class TestVisitors:
    async def test_what_is_there_and_what_comes_is_one_sequence(self, feed: Feed, log: Log) -> None:
        conversation = await log.open()
        await log.say(conversation, 1, 2)
        with feed.conversation(conversation, after=1) as stream:
            await log.say(conversation, 3)
            assert await received(stream, 2) == [("event", "2"), ("event", "3")]
            await silent(stream)

    async def test_much_to_catch_up_with_comes_in_pages(
        self, feed: Feed, log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatref.store.feed.EVENTS_AT_ONCE", 4)
        conversation, other = await log.open(), await log.open()
        await log.say(conversation, *range(1, 11))
        await log.say(other, 1)
        with feed.conversation(conversation, 0) as stream, feed.conversation(other, 0) as second:
            assert [seq for _, seq in await received(stream, 10, 15)] == [str(seq) for seq in range(1, 11)]
            assert await received(second, 1, 15) == [("event", "1")]
            await log.say(conversation, 11)
            assert await received(stream, 1, 15) == [("event", "11")]

    async def test_everybody_gets_what_they_lack(self, feed: Feed, log: Log) -> None:
        conversation = await log.open()
        await log.say(conversation, 1, 2, 3)
        with feed.conversation(conversation, 0) as new, feed.conversation(conversation, 2) as back:
            assert [seq for _, seq in await received(new, 3)] == ["1", "2", "3"]
            assert [seq for _, seq in await received(back, 1)] == ["3"]
            await log.say(conversation, 4)
            assert await received(new, 1) == await received(back, 1) == [("event", "4")]

    async def test_what_a_lost_attempt_left_is_replaced(self, feed: Feed, log: Log) -> None:
        conversation = await log.open()
        with feed.conversation(conversation, 0) as stream:
            await log.say(conversation, 1)
            await log.say(conversation, 2, 3, text="lost")
            assert len(await received(stream, 3)) == 3
            await log.say(conversation, 2, fence=2, text="durable")
            assert await received(stream, 1) == [("event", "2")]
            await log.say(conversation, 3, fence=3, text="durable too")
            assert await received(stream, 1) == [("event", "3")]
            await silent(stream)

    async def test_a_burst_is_sent_once(self, feed: Feed, log: Log) -> None:
        conversation = await log.open()
        with feed.conversation(conversation, 0) as stream:
            for seq in range(1, 51):
                await log.say(conversation, seq)
            frames = await received(stream, 50)
            assert [int(seq) for _, seq in frames] == list(range(1, 51))
            await silent(stream)

    async def test_who_has_much_to_catch_up_with_is_not_dropped(self, feed: Feed, log: Log) -> None:
        conversation = await log.open()
        many = QUEUED_AT_MOST + 50
        await log.say(conversation, *range(1, many + 1))
        with feed.conversation(conversation, 0) as stream:
            assert await received(stream, many) == [("event", str(seq)) for seq in range(1, many + 1)]


class TestInbox:
    async def test_rows_and_alerts_arrive(self, feed: Feed, log: Log) -> None:
        async with feed.inbox(ADA) as stream:
            conversation = await log.open()
            await log.say(conversation, 1)
            await log.alert(conversation, 2)
            kinds = [kind for kind, _ in await received(stream, 3) if kind != "presence"]
            assert "conversation" in kinds
            assert "alert" in kinds

    async def test_a_transaction_that_commits_late_is_not_missed(
        self, feed: Feed, log: Log, database: Database
    ) -> None:
        early, late = await log.open(), await log.open()
        async with feed.inbox(ADA) as stream, database.driver() as connection:
            slow = connection.transaction()
            await slow.start()
            await connection.execute(
                "update conversations set last_seq = 1, changed_xid = (pg_current_xact_id()::text)::bigint"
                " where id = $1",
                late,
            )
            await log.say(early, 1)
            frames = [frame for frame in await received(stream, 2) if frame[0] == "conversation"]
            position = int(frames[-1][1])
            await slow.commit()
        missed = await feed.resume(position)
        assert str(late).encode() in missed

    async def test_a_row_is_sent_once_per_change(self, feed: Feed, log: Log) -> None:
        async with feed.inbox(ADA) as stream:
            conversation = await log.open()
            await log.say(conversation, 1)
            await received(stream, 2)
            other = await log.open()
            await log.say(other, 1)
            assert [kind for kind, _ in await received(stream, 1)] == ["conversation"]
            await silent(stream)


class TestTrouble:
    async def test_rows_restored_from_another_cluster_do_not_count_as_new_for_ever(
        self, feed: Feed, log: Log, database: Database
    ) -> None:
        conversation = await log.open()
        await log.say(conversation, 1)
        async with database.driver() as connection:
            await connection.execute("update conversations set changed_xid = changed_xid + 1000000")
        await conversations.renumber_restored(database)
        async with database.driver() as connection:
            assert await connection.fetchval("select max(changed_xid) from conversations") < 1_000_000
        position = await feed.position()
        assert b"event: conversation" not in await feed.resume(position)

    async def test_after_the_database_was_away_everything_missed_is_sent(self, database_url: str, log: Log) -> None:
        async with line_to(database_url) as (line, url):
            database = Database(url)
            reread: list[Config | None] = []
            feed = Feed(database, reread.append)
            await feed.start()
            await feed.listening()
            conversation = await log.open()
            with feed.conversation(conversation, 0) as stream:
                async with feed.inbox(ADA) as inbox:
                    await log.say(conversation, 1)
                    assert await received(stream, 1) == [("event", "1")]
                    await received(inbox, 2)
                    await line.cut()
                    await log.say(conversation, 2)
                    await asyncio.sleep(0.3)
                    await line.mend()
                    assert await received(stream, 1, 10) == [("event", "2")]
                    assert "conversation" in [kind for kind, _ in await received(inbox, 1, 10)]
                    await line.cut()
                    await log.alert(conversation, 3)
                    await asyncio.sleep(0.3)
                    await line.mend()
                    assert [kind for kind, _ in await received(inbox, 2, 10)] == ["alert", "conversation"]
            assert reread == [None, None, None]
            await feed.stop()
            await database.close()

    async def test_who_does_not_read_finds_only_the_newest_of_a_draft(self) -> None:
        stream, conversation = InboxStream(uuid4()), uuid4()
        stream.put(b"event\n\n")
        for number in range(QUEUED_AT_MOST * 2):
            stream.show(conversation, 1, b"%d\n\n" % number)
        async with aclosing(aiter(stream)) as chunks:  # type: ignore[type-var]
            assert await anext(chunks) == b"event\n\n%d\n\n" % (QUEUED_AT_MOST * 2 - 1)

    async def test_who_does_not_read_is_dropped(self) -> None:
        stream = InboxStream(uuid4())
        for _ in range(QUEUED_AT_MOST + 1):
            stream.put(b": \n\n")
        async with asyncio.timeout(1):
            assert [chunk async for chunk in stream] == []

    async def test_what_is_said_while_nobody_listens_costs_nothing(self, feed: Feed, log: Log) -> None:
        conversation = await log.open()
        await log.say(conversation, 1)
        await asyncio.sleep(0.1)
        assert not feed._hints
