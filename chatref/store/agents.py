"""Agents, their teams, sessions and keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.database import Database
from chatref.store.tables import Agent, AgentSession, AgentTeam, ApiKey, PushSubscription, Team

SESSION_LASTS = timedelta(days=14)


@dataclass(frozen=True)
class Identity:
    """Who is calling. `teams` are slugs."""

    id: UUID
    email: str
    name: str
    role: str
    available: bool
    teams: tuple[str, ...]
    chat_limit: int | None = None


_IDENTITY = """
    select a.id, a.email, a.name, a.role, a.available,
           array(select t.slug from teams t join agent_teams m on m.team_id = t.id
                 where m.agent_id = a.id order by t.slug) as teams, a.chat_limit
    from agents a
"""
_BY_SESSION = (
    _IDENTITY
    + "join agent_sessions s on s.agent_id = a.id where s.token_hash = $1 and s.expires_at > now() and a.active"
)
_BY_KEY = _IDENTITY + "join api_keys k on k.agent_id = a.id where k.token_hash = $1 and a.active"
_EVERYBODY = text(_IDENTITY + "where a.active order by lower(a.name), a.id")
_ONE = text(_IDENTITY + "where a.active and a.id = :id")


def _identity(row: Iterable[Any]) -> Identity:
    agent_id, email, name, role, available, teams, chat_limit = row
    return Identity(agent_id, email, name, role, available, tuple(teams), chat_limit)


async def by_session(database: Database, token_hash: str) -> Identity | None:
    async with database.driver() as connection:
        row = await connection.fetchrow(_BY_SESSION, token_hash)
    return _identity(row) if row else None


async def by_key(database: Database, token_hash: str) -> Identity | None:
    async with database.driver() as connection:
        row = await connection.fetchrow(_BY_KEY, token_hash)
    return _identity(row) if row else None


async def everybody(session: AsyncSession) -> list[Identity]:
    return [_identity(row) for row in await (await session.connection()).execute(_EVERYBODY)]


async def one(session: AsyncSession, agent_id: UUID) -> Identity | None:
    row = (await (await session.connection()).execute(_ONE, {"id": agent_id})).one_or_none()
    return _identity(row) if row else None


async def by_email(session: AsyncSession, email: str) -> Agent | None:
    """E-mail addresses are compared without regard to case, and stored in lower case."""
    return (await session.exec(select(Agent).where(Agent.email == email.lower()))).one_or_none()


async def get(session: AsyncSession, agent_id: UUID) -> Agent | None:
    agent = await session.get(Agent, agent_id)
    return agent if agent and agent.active else None


async def add(session: AsyncSession, agent: Agent, team_slugs: Sequence[str]) -> None:
    """The slugs must exist; check them with `teams.missing`."""
    session.add(agent)
    await session.flush()
    await set_teams(session, agent.id, team_slugs)


async def set_teams(session: AsyncSession, agent_id: UUID, team_slugs: Sequence[str]) -> None:
    await session.exec(delete(AgentTeam).where(col(AgentTeam.agent_id) == agent_id))
    for team in await session.exec(select(Team).where(col(Team.slug).in_(team_slugs))):
        session.add(AgentTeam(agent_id=agent_id, team_id=team.id))
    await session.flush()


async def set_availability(session: AsyncSession, agent_id: UUID, available: bool) -> None:
    """Who was not available and is now has come."""
    changes = {"available": available} | ({"here_since": datetime.now(UTC)} if available else {})
    same = update(Agent).where(col(Agent.id) == agent_id, col(Agent.available) != available)
    await session.exec(same.values(changes))


async def admins(session: AsyncSession) -> int:
    """How many can administer."""
    count = select(func.count()).select_from(Agent).where(col(Agent.active), Agent.role == "admin")
    return (await session.exec(count)).one()


async def other_admins(session: AsyncSession, agent_id: UUID) -> int:
    """How many can administer but for this one. Until the transaction ends nobody else counts: of two admins who send
    each other away at once, the second finds out."""
    await (await session.connection()).execute(text("select pg_advisory_xact_lock(hashtext('chatref.admins'))"))
    count = (
        select(func.count())
        .select_from(Agent)
        .where(col(Agent.active), Agent.role == "admin", col(Agent.id) != agent_id)
    )
    return (await session.exec(count)).one()


async def deactivate(session: AsyncSession, agent: Agent) -> None:
    """The agent stays in what was written, and can neither sign in nor be chosen any more."""
    agent.active = False
    agent.password_hash = ""
    session.add(agent)
    await end_sessions(session, agent.id)
    await session.exec(delete(ApiKey).where(col(ApiKey.agent_id) == agent.id))
    await session.exec(delete(AgentTeam).where(col(AgentTeam.agent_id) == agent.id))


async def sign_in(session: AsyncSession, agent_id: UUID, token_hash: str) -> None:
    now = datetime.now(UTC)
    await session.exec(delete(AgentSession).where(col(AgentSession.expires_at) < now))
    session.add(AgentSession(token_hash=token_hash, agent_id=agent_id, expires_at=now + SESSION_LASTS))


async def sign_out(session: AsyncSession, token_hash: str) -> UUID | None:
    """Whose session it was; None where there was none. Its browser takes no more pushes."""
    await session.exec(delete(PushSubscription).where(col(PushSubscription.session) == token_hash))
    ended = delete(AgentSession).where(col(AgentSession.token_hash) == token_hash).returning(col(AgentSession.agent_id))
    agent_id: UUID | None = (await (await session.connection()).execute(ended)).scalar_one_or_none()
    return agent_id


async def end_sessions(session: AsyncSession, agent_id: UUID) -> None:
    """After a new password: whoever had the old one is out, and no browser takes pushes any more."""
    await session.exec(delete(AgentSession).where(col(AgentSession.agent_id) == agent_id))
    await session.exec(delete(PushSubscription).where(col(PushSubscription.agent_id) == agent_id))


async def add_key(session: AsyncSession, agent_id: UUID, name: str, token_hash: str) -> None:
    session.add(ApiKey(token_hash=token_hash, agent_id=agent_id, name=name))
