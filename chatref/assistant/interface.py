"""What an assistant is, and how it fails."""

from abc import ABC, abstractmethod
from datetime import timedelta

from chatref.conversation.turns import Outcome, Turn


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
