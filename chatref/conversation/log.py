"""The log in the making: what has happened in a conversation and is not recorded yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from chatref.conversation.events import Author, Event, EventType
from chatref.conversation.state import ConversationState


class NewId(Protocol):
    """Makes a UUID; in a workflow a deterministic one."""

    def __call__(self) -> str: ...


class Log:
    """Numbers events on from the state's `seq`, and keeps them until they are taken."""

    def __init__(self, state: ConversationState, new_id: NewId) -> None:
        self._state = state
        self._new_id = new_id
        self._events: list[Event] = []

    def write(
        self,
        kind: EventType,
        author: Author,
        at: datetime,
        *,
        event_id: str = "",
        text: str = "",
        public: bool = False,
        data: Mapping[str, Any] | None = None,
    ) -> Event:
        """One event more. Without an `event_id` it gets a new one."""
        self._state.seq += 1
        # PostgreSQL's text has no NUL, and a workflow must never fail to write down what it took.
        text = text.replace("\0", "")
        event = Event(self._state.seq, event_id or self._new_id(), kind, at, author, text, public, dict(data or {}))
        self._events.append(event)
        return event

    def take(self) -> tuple[Event, ...]:
        """What was written since the last call."""
        events, self._events = tuple(self._events), []
        return events
