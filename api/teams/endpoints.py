"""Teams: whom a conversation is for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from api.fields import Name, Slug
from api.problems import Problem, not_found, problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from chatref.store import actions, teams
from chatref.store.channels import Config
from chatref.store.tables import Team

router = APIRouter(
    prefix="/api/v1/teams", tags=["teams"], dependencies=AUTHENTICATED, responses=problems(401, 403, 404, 409, 422, 503)
)


class TeamBody(BaseModel):
    slug: Slug = Field(examples=["billing"])
    name: Name
    is_default: bool = Field(False, description="The team for whatever names none. There is exactly one.")


class TeamOut(TeamBody):
    id: UUID

    @classmethod
    def of(cls, team: Team) -> "TeamOut":
        return cls(id=team.id, slug=team.slug, name=team.name, is_default=team.is_default)


class TeamList(BaseModel):
    items: list[TeamOut]


async def _team(team_id: UUID, services: Use) -> Team:
    async with services.database.session() as session:
        team = await teams.get(session, team_id)
    if team is None:
        raise not_found("team")
    return team


Known = Annotated[Team, Depends(_team)]


@router.get("")
async def list_teams(caller: Caller, services: Use) -> TeamList:
    """Every team, the default one first."""
    async with services.database.session() as session:
        return TeamList(items=[TeamOut.of(team) for team in await teams.everyone(session)])


@router.post("", status_code=201)
async def create(body: TeamBody, admin: Admin, services: Use) -> TeamOut:
    """A new team."""
    return await _save(Team(slug=body.slug, name=body.name), body, services)


@router.get("/{team_id}")
async def read(team: Known, caller: Caller) -> TeamOut:
    """One team."""
    return TeamOut.of(team)


@router.put("/{team_id}")
async def replace(team: Known, body: TeamBody, admin: Admin, services: Use) -> TeamOut:
    """Change a team. What already lies with it under its old slug falls to the default team."""
    if team.is_default and not body.is_default:
        raise Problem(409, "invalid", "Make another team the default first.")
    return await _save(team, body, services)


@router.delete("/{team_id}", status_code=204)
async def delete(team: Known, admin: Admin, services: Use) -> None:
    """Remove a team. Its conversations fall to the default team, which itself cannot be removed."""
    if team.is_default:
        raise Problem(409, "invalid", "The default team cannot be removed.")
    async with services.database.session() as session:
        users = [action.name for action in await actions.latest(session) if action.team == team.slug]
        if users:
            raise Problem(409, "in_use", f"Actions hand over to this team: {', '.join(users)}.")
        await teams.remove(session, team)
    await services.configuration.refresh(Config.TEAMS)


async def _save(team: Team, body: TeamBody, services: Use) -> TeamOut:
    async with services.database.session() as session:
        same = await teams.by_slug(session, body.slug)
        if same is not None and same.id != team.id:
            raise Problem(409, "exists", "Another team has this slug.")
        team = same or team
        team.slug, team.name, team.is_default = body.slug, body.name, body.is_default
        await teams.save(session, team)
    await services.configuration.refresh(Config.TEAMS)
    return TeamOut.of(team)
