"""The roster in the database: who is free, what waits, and what has been offered to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from chatref.conversation import assignment
from chatref.conversation.assignment import AWAY_AFTER, Colleague, Queued
from chatref.conversation.events import Person
from chatref.store.database import Database

OFFER_LASTS = timedelta(seconds=30)
"""After it, the next is asked."""

_LOCK = "select pg_advisory_xact_lock(hashtext('chatref.roster'))"
# A team that is no more leaves its work to the default team.
_QUEUE = """
select c.id, coalesce(t.slug, d.slug) as team, c.waiting_since,
       array(select agent_id from offers o where o.conversation_id = c.id and o.waiting_since = c.waiting_since) as asked
from conversations c left join teams t on t.slug = c.team cross join (select slug from teams where is_default) d
where c.state = 'escalated' and c.waiting_since is not null
  and not exists (select from offers o where o.conversation_id = c.id and o.waiting_since = c.waiting_since
                  and o.until > $1)
"""
_COLLEAGUES = """
select a.id, a.name, a.available, a.seen_at, a.chat_limit,
       array(select t.slug from teams t join agent_teams m on m.team_id = t.id where m.agent_id = a.id) as teams,
       (select count(*) from conversations c where c.owner_id = a.id and c.state = 'human_owned')
       + (select count(*) from offers o join conversations c on c.id = o.conversation_id and c.state = 'escalated'
          where o.agent_id = a.id and o.until > $1) as load,
       coalesce((select max(o.at) from offers o where o.agent_id = a.id), a.created_at) as free_since
from agents a where a.active
"""
_OFFER = """
insert into offers (id, conversation_id, agent_id, waiting_since, at, until)
select $1, c.id, $3, c.waiting_since, $4, $5 from conversations c where c.id = $2
"""
_UNTOLD = """
select o.id, o.conversation_id, a.id as agent_id, a.name from offers o join agents a on a.id = o.agent_id
where not o.told and o.until > $1 order by o.at
"""
# Of who was there once they had taken it, and is not any more. Programs send no heartbeat: they are never away.
_LEFT = """
select c.id, c.owner_id from conversations c join agents a on a.id = c.owner_id
where c.state = 'human_owned' and c.waiting_since is not null and a.seen_at is not null
  and (not a.available or a.seen_at < $1)
  and a.seen_at >= (select max(e.at) from events e where e.conversation_id = c.id and e.type = 'transition'
                    and e.data ->> 'to' = 'human_owned')
"""


@dataclass(frozen=True)
class Made:
    """An offer that its conversation has not heard of yet."""

    id: UUID
    conversation_id: UUID
    to: Person


async def match(database: Database, now: datetime) -> None:
    """Offer what waits to whoever is free. One process at a time. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection, connection.transaction():
        await connection.execute(_LOCK)
        queue = [_queued(row) for row in await connection.fetch(_QUEUE, now)]
        if not queue:
            return
        colleagues = [_colleague(row) for row in await connection.fetch(_COLLEAGUES, now)]
        for offer in assignment.offers(queue, colleagues, now):
            await connection.execute(
                _OFFER, uuid4(), UUID(offer.conversation_id), UUID(offer.to.id), now, now + OFFER_LASTS
            )


async def untold(database: Database, now: datetime) -> list[Made]:
    """Offers that hold, and that their conversations are still to hear of. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection:
        rows = await connection.fetch(_UNTOLD, now)
    return [Made(row["id"], row["conversation_id"], Person(str(row["agent_id"]), row["name"])) for row in rows]


async def told(database: Database, offer_id: UUID) -> None:
    async with database.driver() as connection:
        await connection.execute("update offers set told = true where id = $1", offer_id)


async def left(database: Database, now: datetime) -> list[tuple[UUID, UUID]]:
    """Conversations in which the visitor waits for an agent who has gone, and that agent."""
    async with database.driver() as connection:
        return [(row["id"], row["owner_id"]) for row in await connection.fetch(_LEFT, now - AWAY_AFTER)]


def _queued(row: asyncpg.Record) -> Queued:
    return Queued(str(row["id"]), row["team"], row["waiting_since"], frozenset(map(str, row["asked"])))


def _colleague(row: asyncpg.Record) -> Colleague:
    return Colleague(
        id=str(row["id"]),
        name=row["name"],
        teams=frozenset(row["teams"]),
        available=row["available"],
        seen_at=row["seen_at"],
        free_since=row["free_since"],
        load=row["load"],
        limit=row["chat_limit"],
    )
