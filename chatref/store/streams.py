"""What one connected client is sent: a bounded queue of ready-made Server-Sent Events."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from chatref.store import views

QUEUED_AT_MOST = 256
"""Chunks; a client that lets more gather is dropped, and resumes where it was."""
REMEMBERED_EVENTS = 64


class Stream:
    """Chunks go in with `put` and come out by iterating, as many at once as there are. It ends when it is closed."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._drafts: dict[tuple[UUID, int], bytes] = {}
        self._news = asyncio.Event()
        self._closed = False

    def put(self, chunk: bytes) -> None:
        if len(self._chunks) >= QUEUED_AT_MOST:
            self.close()
        elif not self._closed:
            self._chunks.append(chunk)
            self._news.set()

    def show(self, conversation_id: UUID, answers_seq: int, draft: bytes) -> None:
        """Send what the assistant is writing there, unless more of it comes before the client takes it."""
        if not self._closed:
            self._drafts[conversation_id, answers_seq] = draft
            self._news.set()

    def close(self) -> None:
        """The client is sent nothing more, not even what is queued."""
        self._closed = True
        self._chunks.clear()
        self._drafts.clear()
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._closed:
                return
            chunk = b"".join((*self._chunks, *self._drafts.values()))
            self._chunks.clear()
            self._drafts.clear()
            yield chunk


class VisitorStream(Stream):
    """One visitor's view of one conversation, in the order of `seq`, each event once.

    An event that was recorded by an attempt that did not last is replaced by another with the same `seq`: that one is
    sent too. It is told apart by its id.
    """

    def __init__(self, conversation_id: UUID, after: int) -> None:
        super().__init__()
        self.conversation_id = conversation_id
        self.sent = after
        self._ids: dict[int, str] = {}
        self._offered: list[bytes] = []

    def since(self, again: int) -> int:
        """After which `seq` to read, given that everything from `again` on may have changed."""
        return self.sent if again > self.sent else max(again, self._oldest_known) - 1

    def offer(self, seq: int, event_id: str, frame: bytes) -> None:
        """Send the event with the next `flush`, unless it was sent. Offer them in order."""
        if seq <= self.sent and self._ids.get(seq, event_id) == event_id:
            return
        self._ids[seq] = event_id
        if len(self._ids) > REMEMBERED_EVENTS:
            del self._ids[min(self._ids)]
        self.sent = max(self.sent, seq)
        self._offered.append(frame)

    def flush(self) -> None:
        """Send what was offered, as one chunk: much to catch up with is not a client that does not read."""
        if self._offered:
            self.put(b"".join(self._offered))
            self._offered.clear()

    @property
    def _oldest_known(self) -> int:
        return min(self._ids, default=self.sent + 1)


class InboxStream(Stream):
    """One agent's view of every conversation."""

    def __init__(self, agent_id: UUID) -> None:
        super().__init__()
        self.agent_id = agent_id


def frame(event: str, data: bytes | dict[str, Any], position: int | None = None) -> bytes:
    """One Server-Sent Event (WHATWG HTML, 9.2). The data is one line of JSON."""
    line = data if isinstance(data, bytes) else views.as_json(data)
    head = b"" if position is None else b"id: %d\n" % position
    return b"%sevent: %s\ndata: %s\n\n" % (head, event.encode(), line)


def standing(cursor: int) -> bytes:
    """Says where a stream stands, without an event: what a client that is cut off next resumes from."""
    return b"id: %d\n\n" % cursor


def read_live(payload: str) -> dict[str, Any]:
    """A message of the live channel; empty when it is none."""
    try:
        message = json.loads(payload)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
