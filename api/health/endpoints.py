"""For load balancers and operators."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.services import Services, Use
from chatref.engine import EngineUnavailable
from chatref.store.database import DatabaseUnavailable

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    status: str = Field("ok", description="`ok`.")


class Ready(BaseModel):
    status: str = Field(description="`ok`, or `failing`.")
    database: bool
    temporal: bool
    workers: bool = Field(description="Whether somebody takes up conversations' work.")
    waits: bool = Field(
        description="Whether everybody who waits for a person is protected, as of a moment ago; `GET"
        " /api/v1/waits` lists who is not. True while it cannot be known: what keeps it from being known fails itself."
    )


@router.get("/live")
async def live() -> Live:
    """The process runs."""
    return Live(status="ok")


@router.get("/ready", responses={503: {"model": Ready, "description": "What is false fails."}})
async def ready(response: Response, services: Use) -> Ready:
    """The database can be reached, Temporal takes what it is given, a worker is at work, and nobody waits unprotected.

    Visitors' messages are accepted as long as Temporal takes them: send them where `/health/live` answers.
    """
    database, temporal, workers, waits = await asyncio.gather(
        _database(services), _temporal(services), _workers(services), _waits(services)
    )
    works = database and temporal and workers and waits
    if not works:
        response.status_code = 503
    status = "ok" if works else "failing"
    return Ready(status=status, database=database, temporal=temporal, workers=workers, waits=waits)


async def _temporal(services: Services) -> bool:
    try:
        async with asyncio.timeout(2):
            await services.executions.beat()
    except (EngineUnavailable, TimeoutError):
        return False
    return await services.conversations.healthy()


async def _workers(services: Services) -> bool:
    try:
        async with asyncio.timeout(2):
            return (await services.executions.workers()).at_work
    except (EngineUnavailable, TimeoutError):
        return False


async def _waits(services: Services) -> bool:
    report = await services.waits.latest(within=2)
    return report is None or not report.unprotected


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(2):
            await services.database.ping()
    except (DatabaseUnavailable, TimeoutError):
        return False
    return True
