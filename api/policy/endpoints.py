"""The service policy: how long anybody may wait, and who is told when. There is one, called `default`."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.problems import not_found, problems
from api.services import Services, Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from chatref.conversation.policy import ServicePolicy
from chatref.store import policies
from chatref.store.channels import Config

router = APIRouter(
    prefix="/api/v1/service-policy",
    tags=["service policy"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 422, 503),
)


class PolicyOut(ServicePolicy):
    id: Literal["default"] = "default"
    version: int = Field(description="Grows with every change. Conversations keep the one that their run began with.")


class PolicyList(BaseModel):
    items: list[PolicyOut]


@router.get("")
async def list_policies(caller: Caller, services: Use) -> PolicyList:
    """The service policy, in a list of one."""
    return PolicyList(items=[await _current(services)])


@router.put("")
async def replace(body: ServicePolicy, admin: Admin, services: Use) -> PolicyOut:
    """Replace the service policy, for runs that begin from now on. Durations are ISO 8601 (`PT1M`) or seconds."""
    async with services.database.session() as session:
        version = await policies.replace(session, body)
    await services.configuration.refresh(Config.POLICY)
    return _out(version, body)


@router.get("/default")
async def read(caller: Caller, services: Use) -> PolicyOut:
    """The service policy."""
    return await _current(services)


@router.put("/default")
async def replace_default(body: ServicePolicy, admin: Admin, services: Use) -> PolicyOut:
    """The same as `PUT /service-policy`."""
    return await replace(body, admin, services)


async def _current(services: Services) -> PolicyOut:
    async with services.database.session() as session:
        current = await policies.current(session)
    if current is None:
        raise not_found("service policy")
    return _out(*current)


def _out(version: int, policy: ServicePolicy) -> PolicyOut:
    return PolicyOut(**dict(policy), version=version)
