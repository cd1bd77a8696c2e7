"""The ledger of a conversation: who waited, until when, who was told, who took it, and why it ended.

Derived from the log alone, so that it can be checked and never differs from what happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chatref.conversation.events import Author, AuthorKind, Event, EventType, HandoffReason, Person, State
from chatref.conversation.policy import Audience

_WITH_PEOPLE = (State.ESCALATED, State.HUMAN_OWNED)


class StepKind(StrEnum):
    """What moved a wait on."""

    BEGAN = "began"  # the visitor began to wait
    ALERTED = "alerted"  # somebody was told
    TAKEN = "taken"  # an agent took the conversation, or was given it
    QUEUED = "queued"  # an agent put it into the queue, of the same team or of another
    OVERDUE = "overdue"  # its owner did not answer: back into the queue
    LEFT = "left"  # its owner went away: back into the queue
    TOLD = "told"  # the visitor was told how things stand
    ENDED = "ended"  # the visitor waits no longer


_LOST_BY_OWNER = {"return_overdue": StepKind.OVERDUE, "owner_left": StepKind.LEFT}


class Ending(StrEnum):
    """Why a wait or a handoff is over."""

    ANSWERED = "answered"  # an agent wrote to the visitor; this ends a wait, not the handoff
    RETURNED_TO_ASSISTANT = "returned_to_assistant"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Alert:
    """Whom an alert was for, on which channel, and what became of it. `step` counts from 0 with each responsible.

    `agent` and `agent_name` say who, where one is meant.
    `recipients` is how many servers or people took it, 0 for the inbox; `why` says why a channel failed.
    """

    step: int
    audience: str
    agent: str
    channel: str
    outcome: str
    recipients: int = 0
    why: str = ""
    agent_name: str = ""


@dataclass(frozen=True)
class Step:
    """`team` (a slug) or, where there is one, `owner` is responsible from here on; `deadline` is when the next one is
    due, None where the log does not say. `by` is the agent who did it, None where the engine or the visitor did.
    """

    seq: int
    at: datetime
    kind: StepKind
    team: str
    owner: Person | None
    deadline: datetime | None = None
    by: Person | None = None
    alert: Alert | None = None


@dataclass(frozen=True)
class WaitRecord:
    """An interval in which the visitor waited for a person. `deadline` is the live one, None once it has ended.

    `first` says that no person had answered in its handoff before. `target` is by when the policy wants it answered,
    None where the log does not say. `opens_at` is set while the team is closed, and `closed` is how long it was, up to
    the latest step: the target does not run meanwhile.
    """

    since: datetime
    handoff: int
    first: bool = True
    steps: tuple[Step, ...] = ()
    deadline: datetime | None = None
    target: datetime | None = None
    opens_at: datetime | None = None
    closed: timedelta = timedelta()
    taken_by: Person | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: Person | None = None

    @property
    def team(self) -> str:
        """The team (a slug) that was responsible in the end, or is now; empty where the log names none."""
        ends = (step for step in self.steps if step.kind is StepKind.ENDED)
        return next(ends, self.steps[-1]).team


@dataclass(frozen=True)
class HandoffRecord:
    """One episode with people. `reason` is None where an agent stepped in unasked.

    `number` counts from 1. Action, version, evidence and message are those of the rule that fired, if one did.
    `answered_at` is when an agent first wrote to the visitor. `alerts` are all of it, also those to an owner whose
    visitor is not waiting, and what was heard of one only after the end.
    """

    number: int
    began_at: datetime
    reason: HandoffReason | None
    team: str
    by: Person | None = None
    action: str = ""
    action_id: str = ""
    action_version: int = 0
    evidence: str = ""
    message_id: str = ""
    answered_at: datetime | None = None
    alerts: tuple[Alert, ...] = ()
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: Person | None = None


@dataclass
class Ledger:
    """Both in the order in which they began."""

    handoffs: list[HandoffRecord] = field(default_factory=list)
    waits: list[WaitRecord] = field(default_factory=list)


def ledger(events: Iterable[Event]) -> Ledger:
    """The ledger of one conversation's log, whole and in order. Notes, tags and details may be left out of it."""
    writer = _Writer()
    for event in events:
        match event.type:
            case EventType.TRANSITION:
                writer.moved(event)
            case EventType.ALERT:
                writer.alerted(event)
            case EventType.MESSAGE:
                writer.said(event)
    return writer.ledger


class _Writer:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self._team = ""
        self._owner: Person | None = None
        self._answered: dict[str, int] = {}

    @property
    def _handoff(self) -> HandoffRecord | None:
        handoffs = self.ledger.handoffs
        return handoffs[-1] if handoffs and handoffs[-1].ended_at is None else None

    @property
    def _wait(self) -> WaitRecord | None:
        waits = self.ledger.waits
        return waits[-1] if waits and waits[-1].ended_at is None else None

    def moved(self, event: Event) -> None:
        data, to = event.data, State(event.data["to"])
        by = _person(event.author)
        if to not in _WITH_PEOPLE:
            if self._handoff is not None:
                ending = Ending.RESOLVED if to is State.RESOLVED else Ending.RETURNED_TO_ASSISTANT
                self._end_wait(event, ending, by)
                self.ledger.handoffs[-1] = replace(
                    self.ledger.handoffs[-1], ended_at=event.at, ending=ending, ended_by=by
                )
            self._owner = None
            return
        self._team = data.get("team") or self._team
        owner = data.get("owner") if to is State.HUMAN_OWNED else None
        self._owner = Person(owner["id"], owner["name"]) if owner else None
        if self._handoff is None:
            self._open_handoff(event, by)
        began = self._wait is None and "waiting_since" in data
        if began:
            self._begin_wait(event)
        if self._wait is None:
            return
        if self._owner is not None:
            self._step(event, StepKind.TAKEN, by)
            self.ledger.waits[-1] = replace(self.ledger.waits[-1], taken_by=self._owner, taken_at=event.at)
        elif data["event"] in _LOST_BY_OWNER:
            self._step(event, _LOST_BY_OWNER[data["event"]], by)
        elif not began:
            self._step(event, StepKind.QUEUED, by)

    def alerted(self, event: Event) -> None:
        data = event.data
        alert = Alert(
            data["step"],
            data["audience"],
            data["agent"],
            data["channel"],
            data["outcome"],
            data.get("recipients", 0),
            data.get("why", ""),
            data.get("agent_name", ""),
        )
        if alert.audience == Audience.VISITOR:
            self._mailed(event, alert)
            return
        if handoffs := self.ledger.handoffs:
            handoffs[-1] = replace(handoffs[-1], alerts=(*handoffs[-1].alerts, alert))
        # A new owner is also told of a chat in which the visitor is not waiting.
        if self._wait is not None:
            self._step(event, StepKind.ALERTED, alert=alert)

    def _mailed(self, event: Event, alert: Alert) -> None:
        """An answer is mailed once it has ended a wait, and belongs to that, whatever has come since.

        What agents said is known. Anything else is the assistant's: to a chat that was given back.
        """
        waits = self.ledger.waits
        number = self._answered.get(event.data["about"])
        if number is None and waits and waits[-1].ending is Ending.RETURNED_TO_ASSISTANT:
            number = len(waits) - 1
        if number is not None:
            wait = waits[number]
            step = Step(event.seq, event.at, StepKind.ALERTED, self._team, self._owner, alert=alert)
            self.ledger.waits[number] = replace(wait, steps=(*wait.steps, step))

    def said(self, event: Event) -> None:
        if event.author.kind is AuthorKind.AGENT:
            self._end_wait(event, Ending.ANSWERED, _person(event.author))
            if self.ledger.waits:
                self._answered[event.id] = len(self.ledger.waits) - 1
            if self._handoff is not None and self._handoff.answered_at is None:
                self.ledger.handoffs[-1] = replace(self._handoff, answered_at=event.at)
        elif event.author.kind is AuthorKind.ASSISTANT:
            if self._wait is not None and "deadline" in event.data:
                self._step(event, StepKind.TOLD)
        elif self._handoff is not None and self._wait is None and "waiting_since" in event.data:
            self._begin_wait(event)

    def _open_handoff(self, event: Event, by: Person | None) -> None:
        data = event.data
        self.ledger.handoffs.append(
            HandoffRecord(
                number=len(self.ledger.handoffs) + 1,
                began_at=event.at,
                reason=HandoffReason(data["reason"]) if data.get("reason") else None,
                team=self._team,
                by=by,
                action=data.get("action", ""),
                action_id=data.get("action_id", ""),
                action_version=data.get("action_version", 0),
                evidence=data.get("evidence", ""),
                message_id=data.get("message_id", ""),
            )
        )

    def _begin_wait(self, event: Event) -> None:
        since = datetime.fromisoformat(event.data["waiting_since"])
        first = self.ledger.handoffs[-1].answered_at is None
        self.ledger.waits.append(WaitRecord(since=since, handoff=len(self.ledger.handoffs), first=first))
        self._step(event, StepKind.BEGAN)

    def _end_wait(self, event: Event, ending: Ending, by: Person | None) -> None:
        if self._wait is None:
            return
        self._step(event, StepKind.ENDED, by)
        self.ledger.waits[-1] = replace(
            self.ledger.waits[-1], deadline=None, ended_at=event.at, ending=ending, ended_by=by
        )

    def _step(self, event: Event, kind: StepKind, by: Person | None = None, alert: Alert | None = None) -> None:
        wait = self.ledger.waits[-1]
        goes_on = kind is not StepKind.ENDED
        deadline = _moment(event, "deadline") if goes_on else None
        step = Step(event.seq, event.at, kind, self._team, self._owner, deadline, by, alert)
        closed = wait.closed
        if wait.opens_at is not None:
            closed += max(timedelta(), min(event.at, wait.opens_at) - wait.steps[-1].at)
        self.ledger.waits[-1] = replace(
            wait,
            steps=(*wait.steps, step),
            deadline=deadline or wait.deadline,
            target=(_moment(event, "target") if goes_on else None) or wait.target,
            opens_at=_moment(event, "opens_at") if goes_on else None,
            closed=closed,
        )


def _person(author: Author) -> Person | None:
    return Person(author.id, author.name) if author.kind is AuthorKind.AGENT else None


def _moment(event: Event, name: str) -> datetime | None:
    """A moment that the event's data may have."""
    said = event.data.get(name)
    return datetime.fromisoformat(said) if said else None
