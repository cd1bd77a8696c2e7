"""What the core asks of the engine, and tells it, from outside. `workflows` implements it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from chatref.conversation.events import Person
from chatref.conversation.protection import Running

WORK_WAITS_AT_MOST = timedelta(seconds=15)


class EngineUnavailable(Exception):
    """Temporal did not answer; the message says how that came."""


@dataclass(frozen=True)
class Workers:
    """Who takes up conversations' tasks. `backlog` is how long the oldest task has been waiting for somebody."""

    polling: int
    backlog: timedelta

    @property
    def at_work(self) -> bool:
        return self.polling > 0 and self.backlog <= WORK_WAITS_AT_MOST


class Engine(ABC):
    """Every call raises `EngineUnavailable` where Temporal does not answer in time."""

    @abstractmethod
    async def with_people(self) -> set[str]:
        """The ids of the conversations that run and that, it says, wait for a person or are with one."""

    @abstractmethod
    async def running(self, conversation_id: str) -> Running | None:
        """None where no workflow runs for it."""

    @abstractmethod
    async def workers(self) -> Workers: ...

    @abstractmethod
    async def beat(self) -> None:
        """Have it write something down, as it would a visitor's message: it may answer and yet not be able to.

        Nothing is written while there are no workers.
        """


class Dispatch(ABC):
    """Says it to the conversation, which decides. Both raise `EngineUnavailable`; one that has ended hears nothing."""

    @abstractmethod
    async def offer(self, conversation_id: str, to: Person) -> None: ...

    @abstractmethod
    async def owner_left(self, conversation_id: str, agent_id: str) -> None: ...
