"""Everything that changes, for one agent's inbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter, Request, Response
from sse_starlette import EventSourceResponse

from api.live.sse import HEARTBEAT_SECONDS, HELLO, event_stream
from api.problems import problems
from api.services import LastEventId, Services, Use
from api.session.caller import AUTHENTICATED, Caller, identify
from chatref.store.agents import Identity
from chatref.store.database import DatabaseUnavailable
from chatref.store.streams import InboxStream

router = APIRouter(prefix="/api/v1", tags=["live"], dependencies=AUTHENTICATED)


@router.get("/stream", response_class=EventSourceResponse, responses=problems(401, 503))
async def stream(request: Request, caller: Caller, services: Use, last_event_id: LastEventId) -> Response:
    """Live changes as Server-Sent Events; the agent counts as online meanwhile.

    `conversation`: a changed row, as in the lists. `alert`: `{conversation_id, event}`. `presence`:
    `{agent_id, name, available, online}`. `typing`: `{conversation_id, author}`. `seen`: `{conversation_id, seq}`,
    how far the visitor has read. Resumed by `Last-Event-ID`: rows come at least once, and the newest one of a
    conversation counts; of an alert, `event.id` tells whether it is known.
    """
    # Taken before the answer begins: who reads the lists once it has begun then misses nothing in between.
    cursor = await services.feed.position() if last_event_id is None else last_event_id
    return event_stream(_changes(request, services, caller, cursor))


async def _changes(request: Request, services: Services, caller: Identity, cursor: int) -> AsyncIterator[bytes]:
    async with services.feed.inbox(caller) as news:
        watching = asyncio.create_task(_end_with_access(request, services, news))
        try:
            yield HELLO + await services.feed.resume(cursor)
            async for chunk in news:
                yield chunk
        finally:
            watching.cancel()


async def _end_with_access(request: Request, services: Services, news: InboxStream) -> None:
    """End the stream with what let its agent in. Most ends are told at once by `access_changed`; nobody tells of a
    session whose time is over, and what is told may be missed."""
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        with suppress(DatabaseUnavailable):
            if await identify(request, services) is None:
                news.close()
                return
