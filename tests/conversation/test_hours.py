"""Office hours by the clock on the wall: daylight saving, holidays, nights, and what a visitor reads of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chatref.conversation.hours import Holiday, Hours, OfficeHours, Shift, Weekday, in_words

BERLIN = "Europe/Berlin"
WEEKDAYS = tuple(Weekday)[:5]
OFFICE = OfficeHours(time_zone=BERLIN, shifts=tuple(Shift(day=day, opens="09:00", closes="17:00") for day in WEEKDAYS))


def berlin(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN), fold=fold)


def with_holidays(*holidays: Holiday) -> OfficeHours:
    return OFFICE.model_copy(update={"holidays": holidays})


def hours(day: Weekday, opens: str, closes: str) -> OfficeHours:
    return OfficeHours(time_zone=BERLIN, shifts=(Shift(day=day, opens=opens, closes=closes),))


class TestAWeek:
    def test_is_open_from_the_first_minute_until_before_the_last(self) -> None:
        assert OFFICE.opens_at(berlin("2026-01-05T08:59:59")) == berlin("2026-01-05T09:00")
        assert OFFICE.opens_at(berlin("2026-01-05T09:00")) is None
        assert OFFICE.opens_at(berlin("2026-01-05T16:59:59")) is None
        assert OFFICE.opens_at(berlin("2026-01-05T17:00")) == berlin("2026-01-06T09:00")

    def test_of_five_days_opens_on_monday_after_friday(self) -> None:
        assert OFFICE.opens_at(berlin("2026-01-09T17:00")) == berlin("2026-01-12T09:00")

    def test_says_when_it_closes(self) -> None:
        assert OFFICE.closes_at(berlin("2026-01-05T12:00")) == berlin("2026-01-05T17:00")
        assert OFFICE.closes_at(berlin("2026-01-05T17:00")) is None

    def test_without_an_end_never_closes(self) -> None:
        always = OfficeHours(
            time_zone=BERLIN, shifts=tuple(Shift(day=day, opens="00:00", closes="24:00") for day in Weekday)
        )
        for moment in (berlin("2026-01-05T00:00"), berlin("2026-03-29T02:30"), berlin("2026-10-25T02:30", fold=1)):
            assert always.opens_at(moment) is None
            assert always.closes_at(moment) is None

    def test_with_a_night_is_one_opening(self) -> None:
        night = OfficeHours(
            time_zone=BERLIN,
            shifts=(
                Shift(day=Weekday.FRIDAY, opens="22:00", closes="24:00"),
                Shift(day=Weekday.SATURDAY, opens="00:00", closes="06:00"),
            ),
        )
        assert night.closes_at(berlin("2026-01-09T23:00")) == berlin("2026-01-10T06:00")
        assert night.opens_at(berlin("2026-01-10T00:00")) is None
        assert night.opens_at(berlin("2026-01-10T06:00")) == berlin("2026-01-16T22:00")

    def test_has_a_break_at_noon(self) -> None:
        office = OfficeHours(
            time_zone=BERLIN,
            shifts=(
                Shift(day=Weekday.MONDAY, opens="13:00", closes="17:00"),
                Shift(day=Weekday.MONDAY, opens="09:00", closes="12:00"),
            ),
        )
        assert office.closes_at(berlin("2026-01-05T10:00")) == berlin("2026-01-05T12:00")
        assert office.opens_at(berlin("2026-01-05T12:30")) == berlin("2026-01-05T13:00")


class TestDaylightSaving:
    def test_keeps_the_clock_on_the_wall_over_the_change(self) -> None:
        # In Berlin the clocks go forward on 29 March 2026: the weekend is an hour shorter.
        before, after = OFFICE.opens_at(berlin("2026-03-27T07:00")), OFFICE.opens_at(berlin("2026-03-27T18:00"))
        assert before == datetime(2026, 3, 27, 8, tzinfo=UTC)
        assert after == datetime(2026, 3, 30, 7, tzinfo=UTC)

    def test_opens_after_the_hour_that_is_skipped(self) -> None:
        office = hours(Weekday.SUNDAY, "02:30", "12:00")
        assert office.opens_at(berlin("2026-03-29T00:00")) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    def test_of_the_hour_that_comes_twice_has_both(self) -> None:
        office = hours(Weekday.SUNDAY, "02:00", "03:00")
        night = berlin("2026-10-25T01:00")
        assert office.opens_at(night) == datetime(2026, 10, 25, 0, tzinfo=UTC)
        assert office.closes_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == datetime(2026, 10, 25, 2, tzinfo=UTC)
        ends_inside = hours(Weekday.SUNDAY, "01:00", "02:30")
        assert ends_inside.closes_at(night) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


class TestHolidays:
    def test_are_closed_all_day(self) -> None:
        office = with_holidays(Holiday(on=date(2026, 1, 6), name="Epiphany"))
        assert office.opens_at(berlin("2026-01-05T18:00")) == berlin("2026-01-07T09:00")
        assert office.opens_at(berlin("2026-01-06T12:00")) == berlin("2026-01-07T09:00")

    def test_may_have_hours_of_their_own(self) -> None:
        office = with_holidays(Holiday(on=date(2026, 12, 24), hours=(Hours(opens="10:00", closes="12:00"),)))
        assert office.opens_at(berlin("2026-12-24T09:30")) == berlin("2026-12-24T10:00")
        assert office.opens_at(berlin("2026-12-24T12:00")) == berlin("2026-12-25T09:00")

    def test_are_dates_of_the_team_not_of_utc(self) -> None:
        auckland = OfficeHours(
            time_zone="Pacific/Auckland",
            shifts=tuple(Shift(day=day, opens="09:00", closes="17:00") for day in Weekday),
            holidays=(Holiday(on=date(2026, 1, 6)),),
        )
        # Nine in the morning of 6 January in Auckland is still 5 January in UTC.
        assert auckland.opens_at(datetime(2026, 1, 5, 20, tzinfo=UTC)) == datetime(2026, 1, 6, 20, tzinfo=UTC)

    def test_however_many_in_a_row_end(self) -> None:
        mondays = tuple(Holiday(on=date(2026, 1, 5) + timedelta(weeks=week)) for week in range(200))
        office = hours(Weekday.MONDAY, "09:00", "17:00").model_copy(update={"holidays": mondays})
        assert office.opens_at(berlin("2026-01-05T09:30")) == berlin("2029-11-05T09:00")


@pytest.mark.parametrize(
    ("given_hours", "said"),
    [
        ({"time_zone": "Europe/Atlantis", "shifts": [{"day": "monday", "opens": "09:00", "closes": "17:00"}]}, "zone"),
        ({"time_zone": "..", "shifts": [{"day": "monday", "opens": "09:00", "closes": "17:00"}]}, "zone"),
        ({"time_zone": "UTC", "shifts": []}, "at least 1"),
        ({"time_zone": "UTC", "shifts": [{"day": "monday", "opens": "17:00", "closes": "09:00"}]}, "two shifts"),
        ({"time_zone": "UTC", "shifts": [{"day": "monday", "opens": "9", "closes": "17:00"}]}, "pattern"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(given_hours: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OfficeHours.model_validate(given_hours)


_CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)] + ["24:00"]
_SHIFTS = st.builds(
    lambda day, span: Shift(day=day, opens=_CLOCKS[min(span)], closes=_CLOCKS[max(span)]),
    st.sampled_from(Weekday),
    st.lists(st.integers(0, len(_CLOCKS) - 1), min_size=2, max_size=2, unique=True),
)
_OFFICES = st.builds(
    OfficeHours,
    time_zone=st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    shifts=st.lists(_SHIFTS, min_size=1, max_size=8).map(tuple),
    holidays=st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5, unique=True).map(
        lambda days: tuple(Holiday(on=day) for day in days)
    ),
)
_MOMENTS = st.integers(0, 365 * 24 * 3600).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(0, seconds))


@settings(max_examples=300, deadline=None)
@given(_OFFICES, _MOMENTS)
def test_it_is_open_from_its_next_opening_on_and_closed_until_then(office: OfficeHours, moment: datetime) -> None:
    opens = office.opens_at(moment)
    if opens is None:
        closes = office.closes_at(moment)
        if closes is not None:
            assert closes > moment
            assert office.opens_at(closes - timedelta(seconds=1)) is None
            assert office.opens_at(closes) is not None
    else:
        assert opens > moment
        assert office.opens_at(opens) is None
        assert office.opens_at(opens - timedelta(seconds=1)) == opens
        assert office.closes_at(moment) is None


class TestWhatTheVisitorReads:
    def test_is_by_their_own_clock(self) -> None:
        moment, now = berlin("2026-01-06T09:00"), berlin("2026-01-05T20:00")
        assert in_words(moment, now, "America/New_York", BERLIN) == "tomorrow at 03:00"
        assert in_words(moment, now, "Asia/Tokyo", BERLIN) == "today at 17:00"
        assert in_words(moment, now, BERLIN, "UTC") == "tomorrow at 09:00"

    def test_is_by_the_teams_clock_where_theirs_is_not_known_and_says_so(self) -> None:
        moment, now = berlin("2026-01-12T09:00"), berlin("2026-01-09T20:00")
        for unknown in ("", "Mars/Base"):
            assert in_words(moment, now, unknown, BERLIN) == "on Monday, 12 January, at 09:00 (Europe/Berlin time)"

    def test_names_the_year_where_it_is_another(self) -> None:
        said = in_words(berlin("2027-01-04T09:00"), berlin("2026-12-23T18:00"), BERLIN, BERLIN)
        assert said == "on Monday, 4 January 2027, at 09:00"
