"""Agents: the people of the support team."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from api.fields import Email, Name, Slug
from api.problems import Problem, invalid, not_found, problems
from api.services import Services, Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from chatref.credentials import hash_password
from chatref.store import agents, teams
from chatref.store.agents import Identity
from chatref.store.tables import Agent

router = APIRouter(
    prefix="/api/v1/agents",
    tags=["agents"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 409, 422, 503),
)


class AgentBody(BaseModel):
    email: Email = Field(examples=["ada@example.com"])
    name: Name
    role: Literal["agent", "supervisor", "admin"] = Field(
        "agent",
        description="Supervisors are agents who read reports, and whom the ladder of the service policy may call.",
    )
    password: str | None = Field(
        None,
        min_length=8,
        max_length=1000,
        description="Without one nobody can sign in; on PUT it stays as it is.",
    )
    teams: list[Slug] | None = Field(
        None,
        max_length=100,
        description="Slugs. Without it, a new agent is in the default team; on PUT it stays as it is.",
    )
    chat_limit: int | None = Field(
        None, ge=1, le=1000, description="Offer them no more while they have so many chats; without it, there is none."
    )


class AgentOut(BaseModel):
    id: UUID
    email: str
    name: str
    role: str
    available: bool
    online: bool = Field(description="Has the inbox open.")
    teams: list[str]
    chat_limit: int | None

    @classmethod
    def of(cls, identity: Identity, online: bool) -> "AgentOut":
        return cls(**{**vars(identity), "teams": list(identity.teams)}, online=online)


class AgentList(BaseModel):
    items: list[AgentOut]


async def _agent(agent_id: UUID, services: Use) -> Agent:
    async with services.database.session() as session:
        agent = await agents.get(session, agent_id)
    if agent is None:
        raise not_found("agent")
    return agent


Known = Annotated[Agent, Depends(_agent)]


@router.get("")
async def list_agents(caller: Caller, services: Use) -> AgentList:
    """Every agent, by name."""
    async with services.database.session() as session:
        everybody = await agents.everybody(session)
    return AgentList(items=[_out(identity, services) for identity in everybody])


@router.post("", status_code=201)
async def create(body: AgentBody, admin: Admin, services: Use) -> AgentOut:
    """A new agent."""
    password_hash = await _hash(body.password)
    async with services.database.session() as session:
        same = await agents.by_email(session, body.email)
        if same is not None and same.active:
            raise Problem(409, "exists", "An agent has this e-mail address already.")
        await _check_teams(session, body)
        # Somebody who comes back is the same agent as before.
        agent = same or Agent(email=body.email.lower(), name=body.name)
        agent.name, agent.role, agent.active, agent.available = body.name, body.role, True, True
        agent.chat_limit = body.chat_limit
        agent.password_hash = password_hash or ""
        await agents.add(session, agent, await _teams(session, body))
        identity = await agents.one(session, agent.id)
    assert identity is not None
    return _out(identity, services)


@router.get("/{agent_id}")
async def read(agent: Known, caller: Caller, services: Use) -> AgentOut:
    """One agent."""
    async with services.database.session() as session:
        identity = await agents.one(session, agent.id)
    if identity is None:
        raise not_found("agent")
    return _out(identity, services)


@router.put("/{agent_id}")
async def replace(agent: Known, body: AgentBody, admin: Admin, services: Use) -> AgentOut:
    """Change an agent. A new password ends every session of theirs."""
    password_hash = await _hash(body.password)
    async with services.database.session() as session:
        same = await agents.by_email(session, body.email)
        if same is not None and same.id != agent.id:
            raise Problem(409, "exists", "Another agent has this e-mail address.")
        if body.role != "admin":
            await _check_not_last(session, agent)
        await _check_teams(session, body)
        agent.email, agent.name, agent.role = body.email.lower(), body.name, body.role
        agent.chat_limit = body.chat_limit
        if password_hash is not None:
            agent.password_hash = password_hash
            await agents.end_sessions(session, agent.id)
        agent = await session.merge(agent)
        if body.teams is not None:
            await agents.add(session, agent, body.teams)
        identity = await agents.one(session, agent.id)
    assert identity is not None
    shown = {"agent_id": str(agent.id), "name": agent.name, "available": agent.available}
    await services.feed.say({"kind": "agent", "agent": shown})
    if password_hash is not None:
        await services.feed.access_changed(agent.id)
    return _out(identity, services)


@router.delete("/{agent_id}", status_code=204)
async def delete(agent: Known, admin: Admin, services: Use) -> None:
    """Let an agent go: they are signed out everywhere. What they wrote stays theirs."""
    async with services.database.session() as session:
        await _check_not_last(session, agent)
        await agents.deactivate(session, await session.merge(agent))
    await services.feed.access_changed(agent.id)


async def _check_not_last(session: AsyncSession, agent: Agent) -> None:
    if not await agents.other_admins(session, agent.id):
        raise Problem(409, "last_admin", "Somebody has to be able to administer.")


async def _teams(session: AsyncSession, body: AgentBody) -> list[str]:
    if body.teams is not None:
        return body.teams
    return [team.slug for team in await teams.everyone(session) if team.is_default]


async def _check_teams(session: AsyncSession, body: AgentBody) -> None:
    if missing := await teams.missing(session, body.teams or []):
        raise invalid("teams", f"there is no team {', '.join(sorted(missing))}")


async def _hash(password: str | None) -> str | None:
    return None if password is None else await asyncio.to_thread(hash_password, password)


def _out(identity: Identity, services: Services) -> AgentOut:
    return AgentOut.of(identity, services.feed.presence.is_online(str(identity.id)))
