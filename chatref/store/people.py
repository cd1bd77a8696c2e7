"""The people behind an audience: who is to be told, and who of them is at their desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chatref.conversation.assignment import AWAY_AFTER
from chatref.conversation.policy import Audience
from chatref.store.database import Database

_AWAY_AFTER = f"interval '{AWAY_AFTER.total_seconds()} seconds'"
THERE = f"(a.available and coalesce(a.seen_at > now() - {_AWAY_AFTER}, false))"
"""Whether the agent `a` takes chats, and is at their desk."""

# A team that is no more is the default team; without supervisors, admins are.
_AUDIENCES = f"""
with names as (
    select coalesce((select slug from teams where slug = $1), (select slug from teams where is_default)) as team,
           coalesce((select slug from teams where slug = $2), (select slug from teams where is_default)) as fallback
), people as (
    select a.id, a.email,
           {THERE} as there,
           exists (select from agent_teams m join teams t on t.id = m.team_id
                   where m.agent_id = a.id and t.slug = names.team) as team,
           exists (select from agent_teams m join teams t on t.id = m.team_id
                   where m.agent_id = a.id and t.slug = names.fallback) as fallback,
           a.role = 'supervisor' or a.role = 'admin'
               and not exists (select from agents s where s.active and s.role = 'supervisor') as supervisors
    from agents a, names where a.active
)
"""
_THERE = f"""{_AUDIENCES}
select count(*) filter (where team and there) as team, count(*) filter (where fallback and there) as fallback,
       count(*) filter (where supervisors and there) as supervisors, count(*) filter (where there) as everybody,
       exists (select from push_subscriptions) as push,
       array_agg(id) filter (where there and id = any($3)) as agents
from people
"""
_PEOPLE = f"""{_AUDIENCES}
select id, email from people
where case $3 when 'team' then team when 'fallback' then fallback when 'supervisors' then supervisors
              when 'everybody' then true else id = $4 end
order by email
"""
_SEEN = f"""
update agents set seen_at = now(),
    here_since = case when seen_at > now() - {_AWAY_AFTER} then here_since else now() end
where id = $1
"""
_GROUPS = (Audience.TEAM, Audience.FALLBACK, Audience.SUPERVISORS, Audience.EVERYBODY)


@dataclass(frozen=True)
class Reach:
    """How many of each audience are there, who of the agents that were asked about, and whether any browser takes
    pushes."""

    there: dict[Audience, int]
    agents: frozenset[UUID]
    push: bool


@dataclass(frozen=True)
class Colleague:
    id: UUID
    email: str


async def reach(database: Database, team: str, fallback: str, agents: Iterable[UUID] = ()) -> Reach:
    """For a conversation of this team. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection:
        row = await connection.fetchrow(_THERE, team, fallback, list(agents))
    assert row is not None, "counts always answer"
    return Reach({group: row[group.value] for group in _GROUPS}, frozenset(row["agents"] or ()), row["push"])


async def of_audience(
    database: Database, audience: Audience, team: str, fallback: str, agent: UUID | None
) -> list[Colleague]:
    """Everybody whom it means, there or not; `agent` where it means one. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection:
        rows = await connection.fetch(_PEOPLE, team, fallback, audience.value, agent)
    return [Colleague(row["id"], row["email"]) for row in rows]


async def seen(database: Database, agent_id: UUID) -> None:
    """Their inbox is open now. Raises `DatabaseUnavailable`."""
    async with database.driver() as connection:
        await connection.execute(_SEEN, agent_id)
