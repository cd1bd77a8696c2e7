"""Office hours: when a team is there, by the clock on its own wall."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_MIDNIGHT = "24:00"
_ONE_DAY = timedelta(days=1)
_WEEK = 7


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone with this IANA name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A name that is a folder, or leads out of the database, is not an error of its own kind.
        return None


def _known_zone(name: str) -> str:
    if zone_named(name) is None:
        raise ValueError("is not a time zone; it has to be a name like Europe/Berlin or UTC")
    return name


ZoneName = Annotated[str, Field(min_length=1, max_length=64, examples=["Europe/Berlin"]), AfterValidator(_known_zone)]
ClockTime = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["09:00"])]
"""A time of day on the wall, `24:00` being the end of the day."""


class Weekday(StrEnum):
    """In the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_WEEKDAYS = tuple(Weekday)


class Hours(BaseModel):
    """From `opens` until `closes` of one day. A night shift is two: one until `24:00`, one from `00:00`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opens: ClockTime
    closes: ClockTime

    @model_validator(mode="after")
    def _has_a_length(self) -> "Hours":
        if self.closes <= self.opens:
            raise ValueError("closes must be later than opens; a night is two shifts, until 24:00 and from 00:00")
        return self


class Shift(Hours):
    day: Weekday


class Holiday(BaseModel):
    """A date on which the week's shifts do not count. Closed all day, or open for `hours`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    name: Annotated[str, Field(max_length=100)] = ""
    hours: Annotated[tuple[Hours, ...], Field(max_length=10)] = ()


class _Open(NamedTuple):
    opens: datetime
    closes: datetime


class OfficeHours(BaseModel):
    """When a team is there. What overlaps or follows on without a gap is one opening."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: ZoneName
    shifts: Annotated[tuple[Shift, ...], Field(min_length=1, max_length=70)]
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _each_holiday_once(self) -> "OfficeHours":
        if len({holiday.on for holiday in self.holidays}) < len(self.holidays):
            raise ValueError("two holidays have the same date")
        return self

    def opens_at(self, moment: datetime) -> datetime | None:
        """The next opening, in UTC; None while it is open."""
        opening = next(each for each in self._openings(moment) if each.closes > moment)
        return None if opening.opens <= moment else opening.opens

    def closes_at(self, moment: datetime) -> datetime | None:
        """The end of this opening, in UTC; None while it is closed, or where it stays open for weeks to come."""
        opening = next(each for each in self._openings(moment) if each.closes > moment)
        return opening.closes if opening.opens <= moment < opening.closes < moment + _WEEK * _ONE_DAY else None

    def _openings(self, moment: datetime) -> Iterator[_Open]:
        """From those of the day before `moment` on, without gaps between what belongs together.

        Ends: a holiday takes a day from the weeks, and there are only so many of them.
        """
        first = moment.astimezone(ZoneInfo(self.time_zone)).date() - _ONE_DAY
        open_now: _Open | None = None
        for number in range((len(self.holidays) + 2) * _WEEK + 2):
            for shift in self._of(first + number * _ONE_DAY):
                if open_now is not None and shift.opens <= open_now.closes:
                    open_now = _Open(open_now.opens, max(open_now.closes, shift.closes))
                    continue
                if open_now is not None:
                    yield open_now
                open_now = shift
        if open_now is not None:
            yield open_now

    def _of(self, day: date) -> list[_Open]:
        """What is open on a date, in the order of the day."""
        holiday = next((each for each in self.holidays if each.on == day), None)
        weekday = _WEEKDAYS[day.weekday()]
        hours: Iterator[Hours] = iter(holiday.hours if holiday else ())
        if holiday is None:
            hours = (shift for shift in self.shifts if shift.day is weekday)
        # Of an hour that the clocks show twice, the whole is meant: it opens with the first and closes with the second.
        return sorted(_Open(self._at(day, each.opens, fold=0), self._at(day, each.closes, fold=1)) for each in hours)

    def _at(self, day: date, clock: str, *, fold: int) -> datetime:
        """The moment, in UTC. An hour that the clocks skip is the same time after the change."""
        if clock == _MIDNIGHT:
            day, clock = day + _ONE_DAY, "00:00"
        wall = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(self.time_zone)).replace(fold=fold)
        return wall.astimezone(UTC)


def in_words(moment: datetime, now: datetime, time_zone: str, fallback: str) -> str:
    """A moment as a visitor reads it: "today at 14:00", "tomorrow at 09:00", "on Monday, 5 January, at 09:00".

    By the clock of `time_zone`, the visitor's; where that is not known by that of `fallback`, and then it says so.
    """
    zone = zone_named(time_zone) if time_zone else None
    named = ""
    if zone is None:
        zone = ZoneInfo(fallback)
        named = f" ({fallback.replace('_', ' ')} time)"
    there, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = f"at {there:%H:%M}{named}"
    match (there.date() - today).days:
        case 0:
            return f"today {clock}"
        case 1:
            return f"tomorrow {clock}"
    year = f" {there.year}" if there.year != today.year else ""
    return f"on {there:%A}, {there.day} {there:%B}{year}, {clock}"
