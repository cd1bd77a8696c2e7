"""Answers in the making, on their way to whoever looks on. They are said to the live channel and kept nowhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from chatref.conversation.turns import Turn
from chatref.store import views
from chatref.store.channels import Channel
from chatref.store.database import Database, DatabaseUnavailable

SHOW_EVERY = 0.15
"""Seconds: a few words at a time, which the eye takes for writing."""
REPEAT_EVERY = 2.0
"""Seconds: for who has just connected. Clients forget a draft that is not repeated, because its worker is gone."""
_LONGEST_PAYLOAD = 7_999
"""Bytes; PostgreSQL notifies of no more. A draft that grows beyond stands still until the answer is there."""


class _Draft:
    """What is shown of one answer. Only the newest text counts: it holds all of those before it."""

    def __init__(self, database: Database, turn: Turn) -> None:
        self._database = database
        self._turn = turn
        self._text = ""
        self._shown = ""
        self._changed = asyncio.Event()

    def show(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self._changed.set()

    async def keep_showing(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), REPEAT_EVERY if self._shown else None)
            self._changed.clear()
            await self.say(self._text)
            await asyncio.sleep(SHOW_EVERY)

    async def say(self, text: str) -> None:
        """Nobody misses a draft much: while the database is away, there is none."""
        self._shown = text
        with suppress(DatabaseUnavailable):
            async with self._database.driver() as connection:
                await connection.execute("select pg_notify($1, $2)", Channel.LIVE.value, self._payload(text))

    async def withdraw(self) -> None:
        if self._shown:
            await self.say("")

    def _payload(self, text: str) -> str:
        message: dict[str, Any] = {
            "kind": "draft",
            "conversation_id": self._turn.conversation_id,
            "answers_seq": self._turn.answers_seq,
            "text": text,
        }
        while len(payload := views.as_json(message)) > _LONGEST_PAYLOAD:
            message["text"] = message["text"][: len(message["text"]) * 9 // 10]
        return payload.decode()


class LiveDrafts:
    """Implements `chatref.assistant.interface.Drafts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def of(self, turn: Turn) -> AsyncIterator[_Draft]:
        draft = _Draft(self._database, turn)
        showing = asyncio.create_task(draft.keep_showing(), name="draft")
        try:
            yield draft
        except BaseException:
            await _end(showing)
            # Also when the turn was cancelled: the one that takes its place must not find this one's words.
            await asyncio.shield(draft.withdraw())
            raise
        else:
            await _end(showing)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
