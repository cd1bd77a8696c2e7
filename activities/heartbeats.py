"""Signs of life of an activity that takes long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from temporalio import activity

HEARTBEAT_EVERY = timedelta(seconds=1)


@asynccontextmanager
async def heartbeats() -> AsyncIterator[None]:
    """Heartbeats are how a cancellation arrives, and how a dead worker is noticed."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(HEARTBEAT_EVERY.total_seconds())

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
