"""For load balancers and operators."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.services import Services, Use
from chatref.store.database import DatabaseUnavailable

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    status: str = Field("ok", description="`ok`.")


class Ready(BaseModel):
    status: str = Field(description="`ok`, or `failing`.")
    database: bool
    temporal: bool


@router.get("/live")
async def live() -> Live:
    """The process runs."""
    return Live(status="ok")


@router.get("/ready", responses={503: {"model": Ready, "description": "What is false fails."}})
async def ready(response: Response, services: Use) -> Ready:
    """The database and Temporal can be reached."""
    database, temporal = await asyncio.gather(_database(services), services.conversations.healthy())
    if not (database and temporal):
        response.status_code = 503
    return Ready(status="ok" if database and temporal else "failing", database=database, temporal=temporal)


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(2):
            await services.database.ping()
    except (DatabaseUnavailable, TimeoutError):
        return False
    return True
