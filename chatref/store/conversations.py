"""Conversations: opening them, and the inbox's lists of them. What happens in them is written by `record`."""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store import usage, views
from chatref.store.database import Database

COUNTED_AT_MOST = 10_000
_DATA_EXCEPTION = "22"  # SQLSTATE's class for values that do not parse


class View(StrEnum):
    """The inbox's lists."""

    NEEDS_HUMAN = "needs_human"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"
    RESOLVED = "resolved"


class Sort(StrEnum):
    WAITING = "waiting"
    LATEST = "latest"
    PRIORITY = "priority"


class BadCursor(ValueError):
    """Not a cursor that this sort order gave out."""


_IN_VIEW = {
    View.NEEDS_HUMAN: "(c.state = 'escalated' or c.state = 'human_owned' and c.waiting_since is not null)",
    View.MINE: "c.state = 'human_owned' and c.owner_id = :me",
    View.UNASSIGNED: "c.state = 'escalated'",
    View.ALL: "c.state <> 'resolved' and c.last_seq > 0",
    View.RESOLVED: "c.state = 'resolved'",
}

_RANK = "array_position(array['urgent', 'high', 'normal', 'low'], c.priority)"
_WAIT = "coalesce(c.waiting_since, 'infinity')"


@dataclass(frozen=True)
class _Order:
    """A total order: expressions with their types, and the id last. All of them ascend, or all descend."""

    keys: tuple[tuple[str, str], ...]
    descending: bool = False

    @property
    def by(self) -> str:
        direction = " desc" if self.descending else ""
        return ", ".join(f"{key}{direction}" for key, _ in (*self.keys, ("c.id", "uuid")))

    @property
    def cursor(self) -> str:
        return ", ".join(f"({key})::text" for key, _ in self.keys)

    @property
    def beyond(self) -> str:
        left = ", ".join(key for key, _ in self.keys)
        right = ", ".join(f"cast(cast(:key{n} as text) as {type_})" for n, (_, type_) in enumerate(self.keys))
        than = "<" if self.descending else ">"
        return f"({left}, c.id) {than} ({right}, cast(cast(:key_id as text) as uuid))"


_LATEST_FIRST = ("-extract(epoch from c.changed_at)", "numeric")
_ORDERS = {
    Sort.WAITING: _Order(((_WAIT, "timestamptz"), _LATEST_FIRST)),
    Sort.LATEST: _Order((("c.changed_at", "timestamptz"),), descending=True),
    Sort.PRIORITY: _Order(((_RANK, "int"), (_WAIT, "timestamptz"), _LATEST_FIRST)),
}


@dataclass(frozen=True)
class Opening:
    """Who begins a conversation, and where. `identified`: the owner's server vouched for who it is. `time_zone` is the
    visitor's (IANA), empty where it is not known."""

    conversation_id: UUID
    visitor_id: UUID
    site_id: UUID
    name: str
    email: str
    attributes: dict[str, Any]
    identified: bool
    page: dict[str, str]
    time_zone: str


@dataclass(frozen=True)
class Query:
    """Which conversations. `me` is the asking agent; `words` are searched for in who wrote and what was written."""

    view: View
    me: UUID
    tag: str = ""
    team: str = ""
    words: str = ""
    sort: Sort | None = None

    @property
    def order(self) -> Sort:
        waiting_first = self.view in (View.NEEDS_HUMAN, View.UNASSIGNED)
        return self.sort or (Sort.WAITING if waiting_first else Sort.LATEST)


@dataclass(frozen=True)
class Page:
    """Rows as the inbox shows them; `next_cursor` is None on the last page."""

    items: list[dict[str, Any]]
    next_cursor: str | None


_OPEN = """
    with visitor as (
        insert into visitors (id, site_id, name, email, attributes, identified, created_at)
        values ($2, $3, $4, $5, $6, $7, now())
        on conflict (id) do update set
            name = coalesce(nullif(excluded.name, ''), visitors.name),
            email = coalesce(nullif(excluded.email, ''), visitors.email),
            attributes = visitors.attributes || excluded.attributes
    )
    insert into conversations
        (id, visitor_id, site_id, page, created_at, changed_at, last_seq, state, owner_name, team, priority, episode,
         visitor_seen_seq, time_zone)
    values ($1, $2, $3, $8, now(), now(), 0, 'ai_handling', '', '', 'normal', 0, 0, $9)
"""


async def open_one(database: Database, opening: Opening) -> None:
    """A conversation in which nothing is said yet, of a visitor who is new, or known from before."""
    async with database.driver() as connection:
        await connection.execute(
            _OPEN,
            opening.conversation_id,
            opening.visitor_id,
            opening.site_id,
            opening.name,
            opening.email,
            json.dumps(opening.attributes),
            opening.identified,
            json.dumps(opening.page),
            opening.time_zone,
        )


async def page(session: AsyncSession, query: Query, cursor: str = "", limit: int = 50) -> Page:
    """One page of a list. Raises `BadCursor`."""
    order = _ORDERS[query.order]
    conditions = [_IN_VIEW[query.view]]
    values: dict[str, Any] = {"limit": limit + 1}
    if query.view is View.MINE:
        values["me"] = query.me
    if query.tag:
        conditions.append("c.tags @> array[cast(:tag as text)]")
        values["tag"] = query.tag
    if query.team:
        conditions.append("t.slug = :team")
        values["team"] = query.team
    if query.words:
        conditions.append(
            "(v.name ilike :like or v.email ilike :like or exists (select from events e where e.conversation_id = c.id"
            " and e.type in ('message', 'note')"
            " and to_tsvector('simple'::regconfig, e.text) @@ to_tsquery('simple'::regconfig, :words)))"
        )
        values |= {"like": f"%{_escaped(query.words)}%", "words": _prefixes(query.words)}
    if cursor:
        conditions.append(order.beyond)
        values |= _keys(cursor, len(order.keys))
    statement = (
        f"select {views.CONVERSATION_COLUMNS}, array[{order.cursor}] as cursor from {views.CONVERSATION_TABLES}"
        f" where {' and '.join(conditions)} order by {order.by} limit :limit"
    )
    try:
        rows = (await (await session.connection()).execute(text(statement), values)).mappings().all()
    except DBAPIError as error:
        if cursor and str(getattr(error.orig, "sqlstate", "")).startswith(_DATA_EXCEPTION):
            raise BadCursor("not a cursor of this list") from error
        raise
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(
        items=[views.conversation(row) for row in shown],
        next_cursor=_cursor(shown[-1]["cursor"], shown[-1]["id"]) if more else None,
    )


_ONE = f"select {views.CONVERSATION_COLUMNS} from {views.CONVERSATION_TABLES} where c.id = $1"
_EARLIER = """
    select id, state, created_at, last_message, handoff from conversations
    where visitor_id = $1 and id <> $2 and last_seq > 0 order by created_at desc limit 20
"""


async def detail(database: Database, conversation_id: UUID) -> dict[str, Any] | None:
    """The row with the visitor's context: earlier conversations, browser, and how far the visitor has read."""
    async with database.driver() as connection:
        row = await connection.fetchrow(_ONE, conversation_id)
        if row is None:
            return None
        earlier = await connection.fetch(_EARLIER, row["visitor_id"], conversation_id)
        model = await usage.of_conversation(connection, conversation_id)
    context: dict[str, Any] = {
        "earlier": [views.earlier(other) for other in earlier],
        "model": model,
        "seen_seq": row["visitor_seen_seq"],
        "time_zone": row["time_zone"],
    }
    if user_agent := row["page"].get("user_agent"):
        context["user_agent"] = user_agent
    return {**views.conversation(row), "context": context}


async def site_of(database: Database, conversation_id: UUID) -> UUID | None:
    """The site that it was opened on; None where there is no such conversation."""
    async with database.driver() as connection:
        site_id: UUID | None = await connection.fetchval(
            "select site_id from conversations where id = $1", conversation_id
        )
    return site_id


async def parties(database: Database, conversation_id: UUID) -> tuple[UUID, UUID] | None:
    """The ids of its visitor and of its site; None where there is no such conversation."""
    async with database.driver() as connection:
        row = await connection.fetchrow("select visitor_id, site_id from conversations where id = $1", conversation_id)
    return None if row is None else (row["visitor_id"], row["site_id"])


async def exists(database: Database, conversation_id: UUID) -> bool:
    async with database.driver() as connection:
        return bool(await connection.fetchval("select true from conversations where id = $1", conversation_id))


_COUNTS = text(
    f"""
    select count(*) filter (where {_IN_VIEW[View.NEEDS_HUMAN]}) as needs_human,
           count(*) filter (where {_IN_VIEW[View.MINE]}) as mine,
           count(*) filter (where {_IN_VIEW[View.UNASSIGNED]}) as unassigned,
           count(*) filter (where {_IN_VIEW[View.ALL]}) as all,
           (select count(*) from (select from conversations where state = 'resolved' limit :at_most) r) as resolved
    from conversations c where c.state <> 'resolved'
    """
)
_TEAM_COUNTS = text(
    f"select t.slug, count(*) as number from {views.CONVERSATION_TABLES}"
    f" where {_IN_VIEW[View.ALL]} and t.slug is not null group by t.slug"
)
_TAG_COUNTS = text(
    f"select tag, count(*) as number from conversations c, unnest(c.tags) tag where {_IN_VIEW[View.ALL]}"
    " group by tag order by 2 desc, 1"
)


async def counts(session: AsyncSession, me: UUID) -> dict[str, Any]:
    """How many are in each view, and of the open ones with each team and tag. `resolved` stops at `COUNTED_AT_MOST`."""
    row = (await (await session.connection()).execute(_COUNTS, {"me": me, "at_most": COUNTED_AT_MOST})).mappings().one()
    teams = await (await session.connection()).execute(_TEAM_COUNTS)
    tags = await (await session.connection()).execute(_TAG_COUNTS)
    return {
        **row,
        "teams": {row.slug: row.number for row in teams},
        "tags": {row.tag: row.number for row in tags},
    }


async def visitor_saw(database: Database, conversation_id: UUID, seq: int) -> int | None:
    """Note how far the visitor has read; never less far than before. None if that is nothing new."""
    async with database.driver() as connection:
        seen: int | None = await connection.fetchval(
            "update conversations set visitor_seen_seq = least($2::int, last_seq)"
            " where id = $1 and visitor_seen_seq < least($2::int, last_seq) returning visitor_seen_seq",
            conversation_id,
            seq,
        )
    return seen


async def renumber_restored(database: Database) -> None:
    """Rows that were restored from another cluster bear its transactions' numbers; one that has not come here yet would
    count as changed for ever, and hide what does change from the inboxes."""
    async with database.driver() as connection:
        await connection.execute(
            "update conversations set changed_xid = (pg_current_xact_id()::text)::bigint"
            " where changed_xid > (pg_current_xact_id()::text)::bigint"
        )


def _prefixes(words: str) -> str:
    """The words as a text search that also finds their continuations: what is typed so far."""
    cleaned = "".join(letter if letter.isalnum() else " " for letter in words).split()
    return " & ".join(f"{word}:*" for word in cleaned)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _cursor(keys: list[str], conversation_id: UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([*keys, str(conversation_id)]).encode()).decode()


def _keys(cursor: str, number: int) -> dict[str, str]:
    try:
        *keys, conversation_id = json.loads(base64.urlsafe_b64decode(cursor))
        if len(keys) != number or not all(isinstance(key, str) for key in keys):
            raise BadCursor(cursor)
        return {f"key{n}": key for n, key in enumerate(keys)} | {"key_id": str(UUID(conversation_id))}
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise BadCursor("not a cursor of this list") from error
