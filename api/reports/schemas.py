"""A report over the wire: `chatref.conversation.reports`, with durations in seconds."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from chatref.conversation.reports import Figures, Period, Report, Spread


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SpreadOut(BaseModel):
    """Durations that were really waited, by the nearest rank; null where there are none."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None = Field(description="Nine of ten waited no longer.")

    @classmethod
    def of(cls, spread: Spread) -> "SpreadOut":
        return cls(count=spread.count, median_seconds=_seconds(spread.median), p90_seconds=_seconds(spread.p90))


class TargetsOut(_Out):
    """Waits against the target of the service policy. A target does not run while the team is closed."""

    waits: int
    judged: int = Field(description="Those whose target the log knows.")
    over: int = Field(description="Those that lasted longer than it, or do so already.")
    over_share: float | None = Field(description="`over` of `judged`, from 0 to 1; null where nothing is judged.")


class AlertsOut(BaseModel):
    """Attempts to tell somebody of the team, on any channel. What was called off before is none."""

    count: int
    per_handoff: float | None
    failed: int = Field(description="No channel took them.")
    failed_share: float | None
    nobody_there: int = Field(description="Could reach nobody, as in an inbox that nobody had open.")


class FiguresOut(BaseModel):
    """What began in this part of the period: handoffs with the escalation, waits with the visitor's message."""

    handoffs: int
    unasked: int = Field(description="Handoffs in which an agent stepped in.")
    first_answer: SpreadOut = Field(description="From the visitor's message to a person's first answer, by the clock.")
    first_answer_open: SpreadOut = Field(description="The same, without the hours in which the team was closed.")
    waits: TargetsOut = Field(description="First and further ones together.")
    first: TargetsOut = Field(description="Waits for the first answer of a handoff (`first_response`).")
    further: TargetsOut = Field(description="Waits for any further answer (`next_response`).")
    answered: int = Field(description="Waits that ended with a person's answer.")
    returned: int = Field(description="Waits that ended without one: given back to the assistant.")
    resolved: int = Field(description="Waits that ended without one: resolved.")
    running: int = Field(description="Waits that go on.")
    alerts: AlertsOut

    @classmethod
    def of(cls, figures: Figures) -> "FiguresOut":
        return cls(
            handoffs=figures.handoffs,
            unasked=figures.unasked,
            first_answer=SpreadOut.of(figures.answers),
            first_answer_open=SpreadOut.of(figures.answers_open),
            waits=TargetsOut.model_validate(figures.waits),
            first=TargetsOut.model_validate(figures.first),
            further=TargetsOut.model_validate(figures.further),
            answered=figures.answered,
            returned=figures.returned,
            resolved=figures.resolved,
            running=figures.running,
            alerts=AlertsOut(
                count=figures.alerts,
                per_handoff=figures.alerts_per_handoff,
                failed=figures.failed,
                failed_share=figures.failed_share,
                nobody_there=figures.nobody_there,
            ),
        )


class TeamFigures(FiguresOut):
    team: str = Field(description="The slug of the team that answered first, or has to; it may be gone by now.")


class HourFigures(FiguresOut):
    hour: int = Field(description="Of the day, from 0 to 23, by the clock of the time zone.")


class DayFigures(FiguresOut):
    day: date = Field(description="By the calendar of the time zone.")


class WaitsReportOut(BaseModel):
    """How long visitors waited for a person. Hours and days are all there, also those in which nothing happened."""

    since: datetime
    until: datetime
    time_zone: str
    team: str = Field(description="The slug that was asked for; empty for all.")
    total: FiguresOut
    before: FiguresOut = Field(
        description="The total of as many days before; of a period that is not over, only as far as it has come."
    )
    by_team: list[TeamFigures] = Field(description="Those in which something happened, in the order of their slugs.")
    by_hour: list[HourFigures]
    by_day: list[DayFigures]

    @classmethod
    def of(cls, report: Report, period: Period, team: str) -> "WaitsReportOut":
        return cls(
            since=period.since,
            until=period.until,
            time_zone=period.zone.key,
            team=team,
            total=FiguresOut.of(report.total),
            before=FiguresOut.of(report.before),
            by_team=[TeamFigures(team=slug, **dict(FiguresOut.of(each))) for slug, each in report.by_team.items()],
            by_hour=[HourFigures(hour=hour, **dict(FiguresOut.of(each))) for hour, each in report.by_hour.items()],
            by_day=[DayFigures(day=day, **dict(FiguresOut.of(each))) for day, each in report.by_day.items()],
        )


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else round(duration.total_seconds(), 3)
