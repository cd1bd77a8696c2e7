"""A report: how long visitors waited for a person, counted from the facts of many conversations.

Everything counts in the moment in which it began: a handoff with the escalation, a wait with the visitor's message.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chatref.conversation.facts import Facts, HandoffFact, WaitFact
from chatref.conversation.waits import Ending

HOURS_OF_DAY = 24
_MEDIAN, _P90 = 0.5, 0.9


_Fact = HandoffFact | WaitFact


@dataclass(frozen=True)
class Period:
    """From `since` until just before `until`, by the clock of `zone`."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """The dates that it touches, on the clock's wall."""
        if self.until <= self.since:
            return []
        first = self.since.astimezone(self.zone).date()
        last = (self.until - timedelta(microseconds=1)).astimezone(self.zone).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def before(self, now: datetime) -> "Period":
        """As many days earlier, by the same clock; of a period that is not over, only as far as this one has come."""
        days = timedelta(days=len(self.days))
        return Period(self._earlier(self.since, days), self._earlier(min(self.until, now), days), self.zone)

    def _earlier(self, moment: datetime, days: timedelta) -> datetime:
        there = moment.astimezone(self.zone)
        return (there - days).astimezone(UTC)

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins, in UTC. Raises `OverflowError` at the ends of the calendar."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True)
class Spread:
    """Of so many durations, the median and the one that nine of ten do not exceed; None where there are none.

    By the nearest rank: both are durations that were really waited.
    """

    count: int
    median: timedelta | None
    p90: timedelta | None

    @classmethod
    def of(cls, durations: Iterable[timedelta]) -> "Spread":
        ranked = sorted(durations)
        return cls(len(ranked), _rank(ranked, _MEDIAN), _rank(ranked, _P90))


@dataclass(frozen=True)
class Targets:
    """`waits` of which `judged` have a known target, and `over` lasted longer than it, or do so already."""

    waits: int
    judged: int
    over: int

    @property
    def over_share(self) -> float | None:
        return self.over / self.judged if self.judged else None


@dataclass(frozen=True)
class Figures:
    """What is counted of a set of handoffs and waits.

    `answers` are the times to the first human answer; `answers_open` the same without the hours in which the team was
    closed. `returned` and `resolved` are waits that ended so, without an answer; `running` ones go on. `alerts` are
    attempts, of which `failed` were taken by no channel and `nobody_there` could reach nobody.
    """

    handoffs: int
    unasked: int
    answers: Spread
    answers_open: Spread
    first: Targets
    further: Targets
    answered: int
    returned: int
    resolved: int
    running: int
    alerts: int
    failed: int
    nobody_there: int

    @property
    def waits(self) -> Targets:
        """First and further ones together."""
        first, further = self.first, self.further
        return Targets(first.waits + further.waits, first.judged + further.judged, first.over + further.over)

    @property
    def alerts_per_handoff(self) -> float | None:
        return self.alerts / self.handoffs if self.handoffs else None

    @property
    def failed_share(self) -> float | None:
        return self.failed / self.alerts if self.alerts else None


@dataclass(frozen=True)
class Report:
    """`before` is the total of the period before. Teams are in the order of their slugs; hours and days are all there,
    also those in which nothing happened.
    """

    total: Figures
    before: Figures
    by_team: dict[str, Figures]
    by_hour: dict[int, Figures]
    by_day: dict[date, Figures]


def report(
    conversations: Sequence[Facts], period: Period, now: datetime, *, team: str = "", default_team: str = ""
) -> Report:
    """Count what began within the period, of all teams or of one (a slug).

    Where the log names no team, it is the default one.
    """
    total = _Tally()
    teams: defaultdict[str, _Tally] = defaultdict(_Tally)
    hours = {hour: _Tally() for hour in range(HOURS_OF_DAY)}
    days = {day: _Tally() for day in period.days}
    for fact in _counted(conversations, period, team, default_team):
        there = _began(fact).astimezone(period.zone)
        for tally in (total, teams[fact.team or default_team], hours[there.hour], days[there.date()]):
            tally.add(fact, now)
    return Report(
        total=total.figures(),
        before=_total(conversations, period.before(now), now, team, default_team),
        by_team={slug: teams[slug].figures() for slug in sorted(teams)},
        by_hour={hour: tally.figures() for hour, tally in hours.items()},
        by_day={day: tally.figures() for day, tally in days.items()},
    )


def _total(conversations: Sequence[Facts], period: Period, now: datetime, team: str, default_team: str) -> Figures:
    total = _Tally()
    for fact in _counted(conversations, period, team, default_team):
        total.add(fact, now)
    return total.figures()


def _counted(conversations: Sequence[Facts], period: Period, team: str, default_team: str) -> Iterable[_Fact]:
    for each in conversations:
        found: tuple[_Fact, ...] = (*each.handoffs, *each.waits)
        for fact in found:
            if _began(fact) in period and (not team or (fact.team or default_team) == team):
                yield fact


def _began(fact: _Fact) -> datetime:
    return fact.began_at if isinstance(fact, HandoffFact) else fact.since


@dataclass
class _Tally:
    handoffs: int = 0
    unasked: int = 0
    alerts: int = 0
    failed: int = 0
    nobody_there: int = 0
    answers: list[timedelta] = field(default_factory=list)
    answers_open: list[timedelta] = field(default_factory=list)
    endings: Counter[Ending | None] = field(default_factory=Counter)
    judged: Counter[tuple[bool, bool | None]] = field(default_factory=Counter)

    def add(self, fact: _Fact, now: datetime) -> None:
        if isinstance(fact, WaitFact):
            self._add_wait(fact, now)
            return
        self.handoffs += 1
        self.unasked += fact.unasked
        self.alerts += fact.alerts
        self.failed += fact.failed
        self.nobody_there += fact.nobody_there

    def _add_wait(self, wait: WaitFact, now: datetime) -> None:
        self.endings[wait.ending] += 1
        self.judged[wait.first, wait.is_over_target(now)] += 1
        if wait.first and wait.ending is Ending.ANSWERED and wait.ended_at is not None:
            waited = wait.ended_at - wait.since
            self.answers.append(waited)
            self.answers_open.append(max(timedelta(), waited - wait.closed))

    def figures(self) -> Figures:
        return Figures(
            handoffs=self.handoffs,
            unasked=self.unasked,
            answers=Spread.of(self.answers),
            answers_open=Spread.of(self.answers_open),
            first=self._targets(first=True),
            further=self._targets(first=False),
            answered=self.endings[Ending.ANSWERED],
            returned=self.endings[Ending.RETURNED_TO_ASSISTANT],
            resolved=self.endings[Ending.RESOLVED],
            running=self.endings[None],
            alerts=self.alerts,
            failed=self.failed,
            nobody_there=self.nobody_there,
        )

    def _targets(self, *, first: bool) -> Targets:
        over, within, unknown = (self.judged[first, verdict] for verdict in (True, False, None))
        return Targets(over + within + unknown, over + within, over)


def _rank(ranked: Sequence[timedelta], share: float) -> timedelta | None:
    """The smallest that so large a share does not exceed."""
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else None
