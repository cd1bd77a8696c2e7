"""The roster in the database: who is free, what waits, what has been offered to whom, and who has left."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from chatref.conversation.assignment import AWAY_AFTER, Candidate, Offer, Queued
from chatref.store.database import Database
from chatref.store.people import THERE

OFFER_LASTS = timedelta(seconds=30)
"""After it, the next is asked."""
ASKED_AGAIN_AFTER = timedelta(minutes=10)
"""Whoever let an offer pass is busy: the ladder calls, and only later are they asked again."""

_LOCK = "select pg_try_advisory_xact_lock(hashtext('chatref.roster'))"
# A team that is no more leaves its work to the default team. Nobody waits for the answer of who has gone.
_QUEUE = f"""
select c.id, coalesce(t.slug, d.slug) as team, c.waiting_since,
       array(select o.agent_id from offers o where o.conversation_id = c.id and o.waiting_since = c.waiting_since
             and o.at > now() - $1::interval) as asked
from conversations c left join teams t on t.slug = c.team cross join (select slug from teams where is_default) d
where c.state = 'escalated' and c.waiting_since is not null
  and not exists (select from offers o join agents a on a.id = o.agent_id
                  where o.conversation_id = c.id and o.waiting_since = c.waiting_since and o.until > now() and {THERE})
"""
_CANDIDATES = f"""
select a.id, a.name, {THERE} as there, a.chat_limit,
       array(select t.slug from teams t join agent_teams m on m.team_id = t.id where m.agent_id = a.id) as teams,
       (select count(*) from conversations c where c.owner_id = a.id and c.state = 'human_owned') as load,
       exists (select from offers o join conversations c on c.id = o.conversation_id
               where o.agent_id = a.id and o.at > now() - $1::interval and o.until > now() and c.state = 'escalated'
                 and c.waiting_since = o.waiting_since) as considers,
       greatest(a.here_since,
                (select max(o.at) from offers o where o.agent_id = a.id),
                (select max(e.at) from events e where e.author_id = a.id::text and e.type = 'transition'
                 and e.author_kind = 'agent')) as free_since
from agents a where a.active and {THERE}
"""
_OFFER = """
insert into offers (conversation_id, agent_id, waiting_since, at, until) values ($1, $2, $3, now(), now() + $4)
on conflict (conversation_id, agent_id) do update set
    waiting_since = excluded.waiting_since, at = excluded.at, until = excluded.until
"""
# Of who was there when they had taken it, and is not any more. Programs send no heartbeat: they are never away. Who is
# at their desk but takes no new chats goes on with theirs.
_LEFT = """
select c.id, c.owner_id, c.waiting_since from conversations c join agents a on a.id = c.owner_id
where c.state = 'human_owned' and c.waiting_since is not null and a.seen_at < now() - $1::interval
  and a.seen_at > $1::interval * -1 +
      (select max(e.at) from events e where e.conversation_id = c.id and e.type = 'transition'
       and e.data ->> 'to' = 'human_owned')
"""


@dataclass(frozen=True)
class Left:
    """A visitor who waits since then for an agent who has gone away."""

    conversation_id: UUID
    owner_id: UUID
    waiting_since: datetime


@dataclass(frozen=True)
class Floor:
    """How it stands, for the one who holds it: see `floor`."""

    connection: asyncpg.Connection

    async def queue(self) -> list[Queued]:
        """What waits and has not been offered to anybody who may still take it up."""
        rows = await self.connection.fetch(_QUEUE, ASKED_AGAIN_AFTER)
        return [
            Queued(str(row["id"]), row["team"], row["waiting_since"], frozenset(map(str, row["asked"]))) for row in rows
        ]

    async def candidates(self) -> list[Candidate]:
        """Whoever is there."""
        return [
            Candidate(
                id=str(row["id"]),
                name=row["name"],
                teams=frozenset(row["teams"]),
                there=row["there"],
                free_since=row["free_since"],
                load=row["load"],
                limit=row["chat_limit"],
                considers=row["considers"],
            )
            for row in await self.connection.fetch(_CANDIDATES, OFFER_LASTS)
        ]

    async def offered(self, offer: Offer) -> None:
        """Write down that it was, from now on."""
        queued = offer.queued
        await self.connection.execute(
            _OFFER, UUID(queued.conversation_id), UUID(offer.to.id), queued.waiting_since, OFFER_LASTS
        )

    async def left(self) -> list[Left]:
        rows = await self.connection.fetch(_LEFT, AWAY_AFTER)
        return [Left(row["id"], row["owner_id"], row["waiting_since"]) for row in rows]


@asynccontextmanager
async def floor(database: Database) -> AsyncIterator[Floor | None]:
    """The floor, for as long as the block runs, and one process at a time: None while another has it.

    What is written on it stays, whatever comes after. Raises `DatabaseUnavailable`.
    """
    # The lock has a connection of its own: it goes with its transaction, however that ends.
    async with database.driver() as lock, lock.transaction():
        if not await lock.fetchval(_LOCK):
            yield None
            return
        async with database.driver() as connection:
            yield Floor(connection)
