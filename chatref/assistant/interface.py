"""What an assistant is, and how it fails."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from chatref.conversation.turns import Outcome, Turn, Usage


class AssistantUnavailable(Exception):
    """The model cannot answer now: overloaded, rate-limited, too slow, unreachable. Trying again may help.

    `retry_after` is how long the model's server asked to be left alone, if it did.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AssistantUnusable(Exception):
    """Trying again will not help: refused credentials, an unknown model, or nothing usable twice over."""


class Assistant(ABC):
    """Decides a turn in which no custom action fired and no detail is being asked for."""

    @abstractmethod
    async def answer(self, turn: Turn) -> Outcome:
        """An answer, an action or a handoff; never `THINK`. Raises `AssistantUnavailable` or `AssistantUnusable`."""


class Draft(Protocol):
    """An answer in the making, as the visitor and watching agents see it."""

    def show(self, text: str) -> None:
        """All of it so far, in place of what was shown before; empty to withdraw it. Returns at once."""


class Drafts(Protocol):
    """Where answers are shown while they are written. It is a courtesy: nothing waits for it, and it never fails."""

    def of(self, turn: Turn) -> AbstractAsyncContextManager[Draft]:
        """The draft of the turn's answer. Left by an exception, it is withdrawn; else what is said takes its place."""


class Meter(Protocol):
    """Where what a model costs is written down."""

    async def used(self, turn: Turn, usage: Usage) -> None:
        """One request was answered. Never fails."""
