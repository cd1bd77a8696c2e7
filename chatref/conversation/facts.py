"""What reports know of a conversation: its ledger, boiled down to what is counted.

Nothing in it depends on the present, so that it can be kept until the log changes; a wait that goes on is judged later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chatref.conversation.waits import Alert, Ending, HandoffRecord, Ledger, WaitRecord

FACTS_VERSION = 1
"""Grows when the ledger or these facts say something else of the same log: then what was kept is derived anew."""


@dataclass(frozen=True)
class HandoffFact:
    """One handoff. `team` (a slug) gave the first answer, or owes it; empty where the log names none.

    `unasked` says that an agent stepped in. `alerts` counts the attempts to tell one of the team, but for those that
    were called off before they were made; `failed` those that no channel took, `nobody_there` those that could reach
    nobody, as in an inbox that nobody had open.
    """

    began_at: datetime
    team: str
    unasked: bool
    alerts: int
    failed: int
    nobody_there: int


@dataclass(frozen=True)
class WaitFact:
    """One wait. `team` was responsible when it ended, or is now. `first` is the wait for a handoff's first answer.

    `closed` is how long the team was closed in it. `ended_at` and `ending` are None while it goes on, `target` where
    the log does not say.
    """

    since: datetime
    team: str
    first: bool
    target: datetime | None
    closed: timedelta
    ended_at: datetime | None
    ending: Ending | None

    def is_over_target(self, now: datetime) -> bool | None:
        """Whether it lasted, or lasts already, longer than it was to; None where no target is known."""
        return None if self.target is None else (self.ended_at or now) > self.target


@dataclass(frozen=True)
class Facts:
    """Of one conversation."""

    handoffs: tuple[HandoffFact, ...] = ()
    waits: tuple[WaitFact, ...] = ()

    @property
    def moments(self) -> list[datetime]:
        """When what is counted began, in order: what decides in which reports it is."""
        return sorted([*(each.began_at for each in self.handoffs), *(each.since for each in self.waits)])


def facts(ledger: Ledger) -> Facts:
    answering = {wait.handoff: wait.team for wait in ledger.waits if wait.first}
    return Facts(
        handoffs=tuple(_handoff(each, answering.get(each.number, each.team)) for each in ledger.handoffs),
        waits=tuple(_wait(each) for each in ledger.waits),
    )


def _handoff(record: HandoffRecord, team: str) -> HandoffFact:
    alerts = [each for each in record.alerts if each.outcome != "called_off"]
    return HandoffFact(
        began_at=record.began_at,
        team=team,
        unasked=record.reason is None,
        alerts=len(alerts),
        failed=_with_outcome(alerts, "failed"),
        nobody_there=_with_outcome(alerts, "nobody_there"),
    )


def _with_outcome(alerts: list[Alert], outcome: str) -> int:
    return sum(alert.outcome == outcome for alert in alerts)


def _wait(record: WaitRecord) -> WaitFact:
    return WaitFact(
        since=record.since,
        team=record.team,
        first=record.first,
        target=record.target,
        closed=record.closed,
        ended_at=record.ended_at,
        ending=record.ending,
    )
