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


@router.get("/live")
async def live() -> Live:
    """The process runs."""
    return Live(status="ok")


@router.get("/ready", responses={503: {"model": Ready, "description": "What is false fails."}})
async def ready(response: Response, services: Use) -> Ready:
    """The database can be reached, Temporal takes what it is given, and a worker is at work.

    Visitors' messages are accepted as long as Temporal takes them: send them where `/health/live` answers.
    """
    database, temporal, workers = await asyncio.gather(_database(services), _temporal(services), _workers(services))
    works = database and temporal and workers
    if not works:
        response.status_code = 503
    return Ready(status="ok" if works else "failing", database=database, temporal=temporal, workers=workers)


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


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(2):
            await services.database.ping()
    except (DatabaseUnavailable, TimeoutError):
        return False
    return True
