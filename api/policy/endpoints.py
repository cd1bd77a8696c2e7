"""Service policies: how long anybody may wait, and who is told when. One is the `default`; teams may have their own."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.problems import Problem, invalid, not_found, problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from chatref.conversation.policy import ServicePolicy
from chatref.store import policies, teams, webhooks
from chatref.store.channels import Config
from chatref.store.policies import Versioned

DEFAULT = "default"

router = APIRouter(
    prefix="/api/v1/service-policy",
    tags=["service policy"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 409, 422, 503),
)

PolicyId = Annotated[str, Path(max_length=63, description="`default`, or a team's slug.", examples=["default"])]


class PolicyOut(ServicePolicy):
    id: str = Field(description="`default`, or the slug of the team whose own it is.")
    version: int = Field(description="Grows with every change. Conversations take it up with their next transition.")


class PolicyList(BaseModel):
    items: list[PolicyOut]


@router.get("")
async def list_policies(caller: Caller, services: Use) -> PolicyList:
    """Every service policy, the default one first. A team without one goes by that."""
    async with services.database.session() as session:
        current = await policies.current(session)
    return PolicyList(items=[_out(team, current[team]) for team in sorted(current)])


@router.put("")
async def replace(body: ServicePolicy, admin: Admin, services: Use) -> PolicyOut:
    """The same as `PUT /service-policy/default`."""
    return await replace_one(DEFAULT, body, admin, services)


@router.get("/{policy_id}")
async def read(policy_id: PolicyId, caller: Caller, services: Use) -> PolicyOut:
    """One service policy."""
    team = _team(policy_id)
    async with services.database.session() as session:
        current = await policies.current(session)
    if team not in current:
        raise not_found("service policy")
    return _out(team, current[team])


@router.put("/{policy_id}")
async def replace_one(policy_id: PolicyId, body: ServicePolicy, admin: Admin, services: Use) -> PolicyOut:
    """Replace a service policy, or give a team one of its own. Durations are ISO 8601 (`PT1M`) or seconds.

    Conversations that run take it up with their next transition.
    """
    team = _team(policy_id)
    async with services.database.session() as session:
        wanted = {slug for slug in (team, body.fallback_team) if slug}
        missing = await teams.missing(session, wanted)
        if team in missing:
            raise not_found("team")
        if missing:
            raise invalid("fallback_team", f"there is no team {body.fallback_team}")
        known = {webhook.slug for webhook in await webhooks.everyone(session)}
        if unknown := body.webhooks - known:
            raise invalid("ladder", f"there is no webhook {', '.join(sorted(unknown))}")
        version = await policies.replace(session, body, team)
    await services.configuration.refresh(Config.POLICY)
    return _out(team, Versioned(version, body))


@router.delete("/{policy_id}", status_code=204)
async def delete(policy_id: PolicyId, admin: Admin, services: Use) -> None:
    """Have a team go by the default policy again."""
    team = _team(policy_id)
    if team == policies.DEFAULT:
        raise Problem(409, "invalid", "The default policy cannot be removed; replace it.")
    async with services.database.session() as session:
        if team not in await policies.current(session):
            raise not_found("service policy")
        await policies.remove(session, team)
    await services.configuration.refresh(Config.POLICY)


def _team(policy_id: str) -> str:
    return policies.DEFAULT if policy_id == DEFAULT else policy_id


def _out(team: str, current: Versioned) -> PolicyOut:
    return PolicyOut(**dict(current.policy), id=team or DEFAULT, version=current.version)
