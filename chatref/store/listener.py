"""One connection that listens to PostgreSQL's notifications, for as long as the process lives."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import asyncpg

from chatref.store.channels import Channel
from chatref.store.database import DatabaseUnavailable, connect, translated

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
CHECK_EVERY = 10.0
QUERY_LIMIT = 5.0

Heard = Callable[[str], None]
Connected = Callable[[], Awaitable[None]]


class Listener:
    """Calls `heard[channel]` with each payload, and `connected` each time that it listens (again).

    What was said while there was no connection is lost, so `connected` is where the tables are read anew. When that
    fails for want of the database, the listener connects again.
    """

    def __init__(self, database_url: str, heard: Mapping[Channel, Heard], connected: Connected) -> None:
        self._url = database_url
        self._heard = heard
        self._connected = connected
        self._connection: asyncpg.Connection | None = None
        self._one_query = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen, as soon as the database is there."""
        self._task = asyncio.create_task(self._listen_forever(), name="listener")

    async def listening(self) -> None:
        """Returns once it listens."""
        await self._listening.wait()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """A short query over the listening connection. Raises `DatabaseUnavailable`, also while it is not connected."""
        async with self._one_query, translated():
            if self._connection is None:
                raise DatabaseUnavailable("not connected")
            rows: list[asyncpg.Record] = await self._connection.fetch(query, *arguments, timeout=QUERY_LIMIT)
            return rows

    async def _listen_forever(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with translated():
                    await self._listen()
            except DatabaseUnavailable as error:
                logger.warning("not listening to the database (%s), next try in %.1f s", error, pause)
            if self._listening.is_set():
                self._listening.clear()
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self) -> None:
        """Until the connection breaks."""
        connection = await connect(self._url, server_settings={"application_name": "chatref-listener"})
        broken = asyncio.Event()
        connection.add_termination_listener(lambda _: broken.set())
        try:
            await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
            for channel, heard in self._heard.items():
                await connection.add_listener(channel.value, _payload_only(heard))
            self._connection = connection
            await self._connected()
            self._listening.set()
            while not broken.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(broken.wait(), CHECK_EVERY)
                # A connection can be gone without a word (a pulled cable, a failover): ask.
                if not broken.is_set():
                    await self.fetch("select 1")
        finally:
            self._connection = None
            connection.terminate()


def _payload_only(heard: Heard) -> Callable[..., None]:
    def callback(connection: Any, pid: int, channel: str, payload: str) -> None:
        heard(payload)

    return callback
