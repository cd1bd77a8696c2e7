"""Whether a wait is protected: exactly one live deadline in the engine, and no disagreement about who waits.

It compares two witnesses: the row in the database, and the running workflow with the timers of its history.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chatref.conversation.deadlines import DeadlineKind
from chatref.conversation.events import State

WAIT_DEADLINES = frozenset(
    {
        DeadlineKind.ALERT_AGAIN,
        DeadlineKind.OPENING,
        DeadlineKind.CLOSING,
        DeadlineKind.ALERT_OWNER,
        DeadlineKind.RETURN_TO_QUEUE,
    }
)
FAILING_ATTEMPTS = 3
"""A killed worker costs a task its first attempt; from the third on it is not the worker."""
TASK_TAKES_AT_MOST = timedelta(seconds=30)
TIMER_LATE_AT_MOST = timedelta(seconds=30)
DEADLINES_APART_AT_MOST = timedelta(seconds=60)


class Flaw(StrEnum):
    """What is wrong with a wait."""

    NO_WORKFLOW = "no_workflow"
    NO_DEADLINE = "no_deadline"
    SEVERAL_DEADLINES = "several_deadlines"
    OVERDUE = "overdue"
    TOO_LATE = "too_late"
    STUCK = "stuck"
    DISAGREEMENT = "disagreement"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Flaw.NO_WORKFLOW: "no workflow is running for it: nothing will ever alert anybody",
    Flaw.NO_DEADLINE: "its workflow has no timer for the wait",
    Flaw.SEVERAL_DEADLINES: "its workflow has more than one timer for the wait",
    Flaw.OVERDUE: "its timer has passed and did not fire",
    Flaw.TOO_LATE: "its timer is later than the deadline that agents are shown",
    Flaw.STUCK: "its workflow task fails or is not finished: nothing happens until that is mended",
    Flaw.DISAGREEMENT: "the database and the engine do not agree on who waits, or for whom",
}


@dataclass(frozen=True)
class Waiting:
    """What the database says of a conversation. `waiting_since` is None where nobody waits."""

    conversation_id: str
    state: State
    team: str
    owner_id: str
    owner_name: str
    waiting_since: datetime | None
    deadline: datetime | None

    @property
    def waits(self) -> bool:
        return self.state is State.ESCALATED or self.waiting_since is not None


@dataclass(frozen=True)
class Timer:
    """A timer that was started and neither fired nor was cancelled. `purpose` is what it was said to be for."""

    purpose: str
    at: datetime


@dataclass(frozen=True)
class Running:
    """What the engine says of a running conversation.

    `state` and `owner_id` are None while its workflow has not told yet. `task_since` is when the workflow task that is
    pending was first scheduled; None where there is none.
    """

    state: State | None
    owner_id: str | None
    timers: tuple[Timer, ...]
    task_since: datetime | None = None
    task_attempt: int = 1

    @property
    def deadlines(self) -> tuple[Timer, ...]:
        return tuple(timer for timer in self.timers if timer.purpose in WAIT_DEADLINES)

    @property
    def waits(self) -> bool:
        return self.state is State.ESCALATED or bool(self.deadlines)

    def stuck(self, now: datetime) -> bool:
        if self.task_since is None:
            return False
        return self.task_attempt >= FAILING_ATTEMPTS or now - self.task_since > TASK_TAKES_AT_MOST


def is_wait(row: Waiting | None, running: Running | None) -> bool:
    """Either witness is enough."""
    return bool(row and row.waits) or bool(running and running.waits)


def flaws(row: Waiting | None, running: Running | None, now: datetime) -> tuple[Flaw, ...]:
    """What is wrong with a wait; nothing where it is protected."""
    if running is None:
        return (Flaw.NO_WORKFLOW,)
    found = []
    if running.stuck(now):
        found.append(Flaw.STUCK)
    if len(running.deadlines) > 1:
        found.append(Flaw.SEVERAL_DEADLINES)
    # A workflow task under way is about to change the rest, and the engine itself times it.
    if found or running.task_since is not None:
        return tuple(found)
    if row is None or not row.waits or not _same(row, running):
        found.append(Flaw.DISAGREEMENT)
    match running.deadlines:
        case ():
            found.append(Flaw.NO_DEADLINE)
        case (timer, *_):
            if now - timer.at > TIMER_LATE_AT_MOST:
                found.append(Flaw.OVERDUE)
            if row and row.deadline and timer.at - row.deadline > DEADLINES_APART_AT_MOST:
                found.append(Flaw.TOO_LATE)
    return tuple(found)


def _same(row: Waiting, running: Running) -> bool:
    """State and owner; a run that has not told them yet does not contradict."""
    return running.state is None or (row.state, row.owner_id) == (running.state, running.owner_id or "")
