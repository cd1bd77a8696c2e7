"""The assistant's briefing, and what its model costs."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.problems import problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Admin
from chatref.assistant.briefing import Briefing
from chatref.store import briefings, usage
from chatref.store.channels import Config

router = APIRouter(
    prefix="/api/v1/assistant",
    tags=["assistant"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 422, 503),
)


class BriefingOut(Briefing):
    version: int = Field(description="Grows with every change; 0 before the first.")


class UsageOfDay(BaseModel):
    """Requests to the model that were answered, also where the answer could not be used."""

    day: str = Field(description="In UTC.", examples=["2026-03-02"])
    model: str
    conversations: int
    requests: int
    input_tokens: int
    output_tokens: int


class UsageList(BaseModel):
    items: list[UsageOfDay]


@router.get("")
async def read(admin: Admin, services: Use) -> BriefingOut:
    """What the owner tells the assistant."""
    async with services.database.session() as session:
        version, briefing = await briefings.current(session)
    return BriefingOut(**dict(briefing), version=version)


@router.put("")
async def replace(body: Briefing, admin: Admin, services: Use) -> BriefingOut:
    """Replace it, for every answer from now on. It counts where a model answers; without one, the content is quoted."""
    async with services.database.session() as session:
        version = await briefings.replace(session, body)
    await services.configuration.refresh(Config.BRIEFING)
    return BriefingOut(**dict(body), version=version)


@router.get("/usage")
async def usage_by_day(
    admin: Admin, services: Use, days: Annotated[int, Query(ge=1, le=366, description="How far back.")] = 30
) -> UsageList:
    """What the model cost, in tokens, by day and model, the newest day first. Days without any are left out."""
    return UsageList(items=[UsageOfDay(**day) for day in await usage.by_day(services.database, days)])
