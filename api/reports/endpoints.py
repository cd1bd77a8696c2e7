"""Reports, for supervisors and admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from api.fields import Slug
from api.problems import invalid, problems
from api.reports.schemas import FiguresOut, WaitsReportOut
from api.reports.table import as_csv
from api.services import Use
from api.session.caller import AUTHENTICATED, Supervisor
from chatref.conversation.hours import ZoneName
from chatref.conversation.reports import Period, start_of
from chatref.reports import waits_report

DAYS_UNLESS_SAID = 7
DAYS_AT_MOST = 366
YEARS = range(2000, 2200)
"""Beyond them, calculating with days and time zones may leave the calendar."""

router = APIRouter(
    prefix="/api/v1/reports",
    tags=["reports"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 422, 503),
)


@dataclass(frozen=True)
class _Asked:
    period: Period
    team: str
    now: datetime


async def _asked(
    since: Annotated[
        str | None,
        Query(
            alias="from",
            max_length=40,
            description="A date, or an RFC 3339 time. Without it, six days before the last one.",
            examples=["2026-11-01"],
        ),
    ] = None,
    until: Annotated[
        str | None,
        Query(
            alias="to",
            max_length=40,
            description="A date, which is in it as a whole, or an RFC 3339 time, at which it ends. Without it, now.",
            examples=["2026-11-30"],
        ),
    ] = None,
    time_zone: Annotated[ZoneName, Query(description="An IANA name: whose days and hours are meant.")] = "UTC",
    team: Annotated[Slug | None, Query(description="The slug of a team; without it, all teams.")] = None,
) -> _Asked:
    now, zone = datetime.now(UTC), ZoneInfo(time_zone)
    ends = now if until is None else _moment("to", until, zone, ends=True)
    begins = _week_until(ends, zone) if since is None else _moment("from", since, zone)
    if begins >= ends:
        raise invalid("from", "must be earlier than to", "query")
    if ends - begins > timedelta(days=DAYS_AT_MOST + 1) or len(Period(begins, ends, zone).days) > DAYS_AT_MOST:
        raise invalid("from", f"a report is of {DAYS_AT_MOST} days at most", "query")
    return _Asked(Period(begins, ends, zone), team or "", now)


Asked = Annotated[_Asked, Depends(_asked)]


@router.get("/waits")
async def report_waits(supervisor: Supervisor, asked: Asked, services: Use) -> WaitsReportOut:
    """How long visitors waited for a person, against the targets, and how many alerts it took: in all, by team, by hour
    of the day and by day. A wait that goes on counts as over its target from the moment in which it is.

    The first report after many conversations have changed takes longer, as their logs are read.
    """
    report = await waits_report(
        services.database,
        asked.period,
        asked.now,
        team=asked.team,
        default_team=services.configuration.default_team,
    )
    return WaitsReportOut.of(report, asked.period, asked.team)


class By(StrEnum):
    DAY = "day"
    HOUR = "hour"
    TEAM = "team"


@router.get(
    "/waits.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line for each."}},
)
async def download_waits(
    supervisor: Supervisor,
    asked: Asked,
    services: Use,
    by: Annotated[By, Query(description="What each line stands for.")] = By.DAY,
) -> Response:
    """The same as a table (RFC 4180), for a spreadsheet."""
    report = await report_waits(supervisor, asked, services)
    lines: dict[By, Sequence[FiguresOut]] = {By.DAY: report.by_day, By.HOUR: report.by_hour, By.TEAM: report.by_team}
    name = f"waits-by-{by}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(by, lines[by]), media_type="text/csv", headers=headers)


def _moment(name: str, said: str, zone: ZoneInfo, *, ends: bool = False) -> datetime:
    """The moment that a parameter means; a date is its begin, or where it `ends` the period, the begin of the next."""
    try:
        moment: date = date.fromisoformat(said)
    except ValueError:
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            moment = date.min
    if moment.year not in YEARS:
        raise invalid(name, "must be a date such as 2026-11-30, or a time such as 2026-11-30T09:00:00Z", "query")
    if not isinstance(moment, datetime):
        return start_of(moment + timedelta(days=1) if ends else moment, zone)
    if moment.tzinfo is None:
        raise invalid(name, "must say its offset from UTC, as in 2026-11-30T09:00:00Z", "query")
    return moment.astimezone(UTC)


def _week_until(ends: datetime, zone: ZoneInfo) -> datetime:
    last = (ends - timedelta(microseconds=1)).astimezone(zone).date()
    return start_of(last - timedelta(days=DAYS_UNLESS_SAID - 1), zone)
