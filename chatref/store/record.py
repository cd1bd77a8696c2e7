"""The conversation's log: what a workflow writes with every step, and what a later run reads of it."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from chatref.conversation import exchanges
from chatref.conversation.conversation import UNANSWERED_AT_MOST
from chatref.conversation.events import Author, AuthorKind, Detail, Event, EventType, Handoff, Person, Priority, State
from chatref.conversation.turns import Exchange, VisitorMessage
from chatref.effects import ConversationRow, Past, RecordBatch
from chatref.store.database import Database

REMEMBERED_IDS = 500
TRANSCRIPT_AT_MOST = 60

_HANDOFF = TypeAdapter(Handoff)
_DETAILS = TypeAdapter(tuple[Detail, ...])

# One statement, so that a step costs one round trip and is atomic. The row's lock orders writers; the fence turns away
# a worker that lost its task; rows beyond the batch are what such a lost attempt left. An equal batch again writes
# nothing and hints nothing. The id alone does not make it equal: a run draws the same ids again, for what now happens.
_RECORD = """
with subject as (
    update conversations set
        fence = $2, last_seq = $3::int, state = $4, owner_id = $5, owner_name = $6, team = $7, tags = $8, priority = $9,
        waiting_since = $10, deadline = $11, handoff = $12, details = $13, episode = $14,
        target = $18, opens_at = $19, last_message = coalesce($15, last_message), changed_at = now(),
        changed_xid = (pg_current_xact_id()::text)::bigint
    where id = $1::uuid and fence <= $2
    returning id
), stale as (
    delete from events using subject where conversation_id = subject.id and seq > $3::int returning seq
), written as (
    insert into events (conversation_id, seq, id, type, at, author_kind, author_id, author_name, text, public, data)
    select subject.id, batch.*
    from subject, jsonb_to_recordset($16) as batch(
        seq int, id text, type text, at timestamptz, author_kind text, author_id text, author_name text, text text,
        public boolean, data jsonb)
    on conflict (conversation_id, seq) do update set
        id = excluded.id, type = excluded.type, at = excluded.at, author_kind = excluded.author_kind,
        author_id = excluded.author_id, author_name = excluded.author_name, text = excluded.text,
        public = excluded.public, data = excluded.data
    where (events.id, events.type, events.at, events.author_kind, events.author_id, events.author_name, events.text,
           events.public, events.data)
        is distinct from
          (excluded.id, excluded.type, excluded.at, excluded.author_kind, excluded.author_id, excluded.author_name,
           excluded.text, excluded.public, excluded.data)
    returning seq
), hint as (
    select pg_notify('chatref_events', concat_ws(':', $1::uuid, $17::int, $3::int))
    from (select seq from written union all select seq from stale) as changed limit 1
)
select (select count(*) from subject) as recorded, (select count(*) from hint) as hinted
"""

_RECALL_ROW = """
select last_seq, fence, state, owner_id, owner_name, team, tags, priority, waiting_since, deadline, target, opens_at,
       handoff, details, episode, visitors.email, visitors.identified, time_zone
from conversations join visitors on visitors.id = visitor_id where conversations.id = $1
"""

_RECALL_IDS = """
select id from events where conversation_id = $1 and type in ('message', 'note') order by seq desc limit $2
"""

_RECALL_UNANSWERED = """
select id, text, at, data from events
where conversation_id = $1 and type = 'message' and author_kind = 'visitor' and seq > (
    select coalesce(max(seq), 0) from events
    where conversation_id = $1 and type = 'message' and author_kind <> 'visitor'
)
order by seq desc limit $2
"""

_TRANSCRIPT = """
select * from (
    select seq, id, type, at, author_kind, author_id, author_name, text, public, data
    from events where conversation_id = $1 and type = 'message' order by seq desc limit $2
) as latest order by seq
"""


class UnknownConversation(Exception):
    """No conversation has this id: it was never opened, or its site was deleted."""


class ConversationLog:
    """Writes and reads the log on the given database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, batch: RecordBatch) -> None:
        """Write the batch in one transaction, replacing what a lost attempt left; safe to repeat.

        Raises `UnknownConversation`, or `DatabaseUnavailable`.
        """
        arguments = _arguments(batch)
        async with self._database.driver() as connection:
            try:
                result = await connection.fetchrow(_RECORD, *arguments)
            except asyncpg.UniqueViolationError:
                result = await self._record_in_order(connection, batch)
            assert result is not None
            if not result["recorded"] and not await self._superseded(connection, batch):
                raise UnknownConversation(batch.conversation_id)

    async def recall(self, conversation_id: str) -> Past:
        """What earlier runs left. Raises `UnknownConversation`, or `DatabaseUnavailable`."""
        async with self._database.driver() as connection:
            row = await connection.fetchrow(_RECALL_ROW, UUID(conversation_id))
            if row is None:
                raise UnknownConversation(conversation_id)
            visitor = _visitor(row)
            if row["last_seq"] == 0:
                return visitor
            ids = await connection.fetch(_RECALL_IDS, UUID(conversation_id), REMEMBERED_IDS)
            unanswered = await connection.fetch(_RECALL_UNANSWERED, UUID(conversation_id), UNANSWERED_AT_MOST)
        return replace(
            visitor,
            last_seq=row["last_seq"],
            fence=row["fence"],
            message_ids=tuple(record["id"] for record in reversed(ids)),
            row=_row(row),
            unanswered=tuple(
                VisitorMessage(record["id"], record["text"], record["at"], record["data"].get("action", ""))
                for record in reversed(unanswered)
            ),
            answers=_answers(await self.transcript(conversation_id)),
        )

    async def transcript(self, conversation_id: str) -> tuple[Event, ...]:
        """What visitor, assistant and agents said, oldest first; of a long conversation, the latest."""
        async with self._database.driver() as connection:
            records = await connection.fetch(_TRANSCRIPT, UUID(conversation_id), TRANSCRIPT_AT_MOST)
        return tuple(read_event(record) for record in records)

    async def _record_in_order(self, connection: asyncpg.Connection, batch: RecordBatch) -> Any:
        """The rare case that an id in the batch stands elsewhere in the log.

        After it, that was in a lost attempt, and goes. Before it, the id is older than what the workflow remembers: the
        repetition is kept under a new id and out of the visitor's sight, so that no seq is missing.
        """
        first = batch.events[0].seq
        conversation_id = UUID(batch.conversation_id)
        async with connection.transaction():
            fence = await connection.fetchval(
                "select fence from conversations where id = $1 for update", conversation_id
            )
            if fence is not None and fence <= batch.fence:
                await connection.execute(
                    "delete from events where conversation_id = $1 and seq >= $2", conversation_id, first
                )
            known = await connection.fetch(
                "select id from events where conversation_id = $1 and seq < $2 and id = any($3)",
                conversation_id,
                first,
                [event.id for event in batch.events],
            )
            return await connection.fetchrow(_RECORD, *_arguments(batch, {record["id"] for record in known}))

    async def _superseded(self, connection: asyncpg.Connection, batch: RecordBatch) -> bool:
        return bool(
            await connection.fetchval("select true from conversations where id = $1", UUID(batch.conversation_id))
        )


def _arguments(batch: RecordBatch, repeated: set[str] | None = None) -> tuple[Any, ...]:
    row, events = batch.row, batch.events
    return (
        UUID(batch.conversation_id),
        batch.fence,
        events[-1].seq,
        row.state.value,
        UUID(row.owner.id) if row.owner else None,
        row.owner.name if row.owner else "",
        row.team,
        list(row.tags),
        row.priority.value,
        row.waiting_since,
        row.deadline,
        _HANDOFF.dump_json(row.handoff).decode() if row.handoff else None,
        _DETAILS.dump_json(row.details).decode(),
        row.episode,
        _last_message(events),
        json.dumps([_stored(event, repeated or set()) for event in events]),
        events[0].seq,
        row.target,
        row.opens_at,
    )


def _stored(event: Event, repeated: set[str]) -> dict[str, Any]:
    again = event.id in repeated
    return {
        "seq": event.seq,
        "id": f"{event.id}#{event.seq}" if again else event.id,
        "type": event.type.value,
        "at": event.at.isoformat(),
        "author_kind": event.author.kind.value,
        "author_id": event.author.id,
        "author_name": event.author.name,
        "text": event.text,
        "public": event.public and not again,
        "data": event.data,
    }


def read_event(record: Any) -> Event:
    author = Author(AuthorKind(record["author_kind"]), record["author_name"], record["author_id"])
    return Event(
        seq=record["seq"],
        id=record["id"],
        type=EventType(record["type"]),
        at=record["at"],
        author=author,
        text=record["text"],
        public=record["public"],
        data=record["data"],
    )


def _visitor(record: Any) -> Past:
    """Who it is with: all that there is to know of a conversation in which nothing was said."""
    email: str = record["email"]
    return Past(vouched_email=email if record["identified"] else "", email=email, time_zone=record["time_zone"])


def _answers(events: tuple[Event, ...]) -> tuple[Exchange, ...]:
    """What agents said, each with what the visitor had written before."""
    answers: list[Exchange] = []
    asked: list[str] = []
    answering = False
    for event in (event for event in events if event.public):
        match event.author.kind:
            case AuthorKind.VISITOR:
                asked, answering = [*([] if answering else asked[-2:]), event.text], False
            case AuthorKind.AGENT:
                answer = exchanges.agent_answered(" ".join(asked), event.text, event.author.name)
                answers, answering = exchanges.with_latest(answers, answer), True
    return tuple(answers)


def _last_message(events: tuple[Event, ...]) -> str | None:
    for event in reversed(events):
        if event.type is EventType.MESSAGE:
            author = {"kind": event.author.kind.value, "name": event.author.name, "id": event.author.id}
            return json.dumps({"seq": event.seq, "author": author, "text": event.text, "at": event.at.isoformat()})
    return None


def _row(record: Any) -> ConversationRow:
    handoff = record["handoff"]
    waiting_since: datetime | None = record["waiting_since"]
    return ConversationRow(
        state=State(record["state"]),
        owner=Person(str(record["owner_id"]), record["owner_name"]) if record["owner_id"] else None,
        team=record["team"],
        tags=tuple(record["tags"]),
        priority=Priority(record["priority"]),
        waiting_since=waiting_since,
        deadline=record["deadline"],
        handoff=_HANDOFF.validate_python(handoff) if handoff else None,
        details=_DETAILS.validate_python(record["details"]),
        episode=record["episode"],
        target=record["target"],
        opens_at=record["opens_at"],
    )
