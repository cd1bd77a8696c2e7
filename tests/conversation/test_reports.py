"""Reports: what is counted of ledgers, by team, hour and day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from chatref.conversation.events import EventType, Person
from chatref.conversation.facts import facts
from chatref.conversation.refused import Refused
from chatref.conversation.reports import Figures, Period, Report, Spread, report, start_of
from chatref.conversation.standing import Told
from chatref.conversation.waits import StepKind
from tests.conversation.test_conversation import ADA, BO, START, after, message
from tests.conversation.test_waits import OPEN, STEPS, Story, do

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
DAY = Period(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC), UTC_ZONE)
EVENING = after(hours=12)


def counted(*told: Story, now: datetime = EVENING, team: str = "", period: Period = DAY) -> Report:
    return report([facts(each.ledger) for each in told], period, now, team=team, default_team="support")


def answered(seconds: int, at: datetime = START) -> Story:
    """Billing's chat, whose first answer comes so long after the visitor's message."""
    told = Story()
    told.escalate(at)
    told.conversation.reply(ADA, "reply", "Hello", at + timedelta(seconds=seconds))
    told.conversation.resolve(ADA, at + timedelta(seconds=seconds + 60))
    return told


def test_time_to_the_first_answer_is_told_by_median_and_nine_of_ten() -> None:
    total = counted(*(answered(seconds) for seconds in range(10, 210, 10))).total
    assert (total.handoffs, total.answers) == (20, Spread(20, timedelta(seconds=100), timedelta(seconds=180)))


@pytest.mark.parametrize(
    ("durations", "median", "p90"),
    [([], None, None), ([3], 3, 3), ([1, 9], 1, 9), ([1, 2, 3, 4, 5, 6, 7, 8, 9, 100], 5, 9)],
)
def test_both_are_durations_that_were_really_waited(durations: list[int], median: int | None, p90: int | None) -> None:
    def span(seconds: int | None) -> timedelta | None:
        return None if seconds is None else timedelta(seconds=seconds)

    found = Spread.of(timedelta(seconds=each) for each in reversed(durations))
    assert (found.count, found.median, found.p90) == (len(durations), span(median), span(p90))


def test_a_wait_is_over_its_target_only_when_it_is_longer() -> None:
    total = counted(answered(299), answered(300), answered(301)).total
    assert (total.first.waits, total.first.judged, total.first.over) == (3, 3, 1)
    assert total.first.over_share == pytest.approx(1 / 3)


def test_further_answers_have_their_own_target() -> None:
    told = Story()
    told.escalate()
    told.conversation.reply(ADA, "r1", "Hello", after(minutes=9))
    told.conversation.visitor_wrote(message("and?", after(minutes=10)), after(minutes=10))
    told.conversation.reply(ADA, "r2", "This", after(minutes=11))
    total = counted(told).total
    assert ((total.first.waits, total.first.over), (total.further.waits, total.further.over)) == ((1, 1), (1, 0))
    assert (total.waits.waits, total.waits.over, total.answered) == (2, 1, 2)
    assert total.answers.count == 1


def test_a_wait_that_goes_on_is_over_its_target_as_soon_as_it_is() -> None:
    told = Story()
    told.escalate()
    early, late = (counted(told, now=after(minutes=minutes)).total for minutes in (4, 6))
    assert (early.running, early.first.over, early.answers.count) == (1, 0, 0)
    assert (late.running, late.first.over, late.answers.count) == (1, 1, 0)


def test_what_ended_without_an_answer_is_no_answer() -> None:
    returned, resolved = Story(), Story()
    for told in (returned, resolved):
        told.escalate()
        told.conversation.claim(ADA, after(minutes=1))
    returned.conversation.release_to_assistant(ADA, after(minutes=2))
    resolved.conversation.resolve(ADA, after(minutes=10))
    total = counted(returned, resolved).total
    assert (total.returned, total.resolved, total.answered, total.answers.count) == (1, 1, 0, 0)
    assert total.first.over == 1


def test_closed_hours_make_nobody_late_and_can_be_left_out() -> None:
    told = Story()
    told.stand(replace(OPEN, opens_at=after(hours=10)))
    told.escalate()
    assert counted(told, now=after(hours=9)).total.first.over == 0
    told.stand(OPEN)
    told.conversation.overdue(after(hours=10))
    told.conversation.reply(ADA, "r", "Good morning", after(hours=10, minutes=4))
    total = counted(told).total
    assert (total.first.judged, total.first.over) == (1, 0)
    assert total.answers.median == timedelta(hours=10, minutes=4)
    assert total.answers_open.median == timedelta(minutes=4)


def test_a_chat_that_was_passed_on_counts_for_the_team_that_answered() -> None:
    told = Story()
    told.escalate()
    told.conversation.transfer_to_team(ADA, "sales", after(minutes=1))
    told.conversation.reply(BO, "r1", "Hello", after(minutes=2))
    told.conversation.visitor_wrote(message("and?", after(minutes=3)), after(minutes=3))
    told.conversation.transfer_to_team(BO, "support", after(minutes=4))
    found = counted(told)
    assert {team: (each.handoffs, each.waits.waits) for team, each in found.by_team.items()} == {
        "sales": (1, 1),
        "support": (0, 1),
    }
    assert counted(told, team="sales").total.handoffs == 1
    assert counted(told, team="billing").total.handoffs == 0


def test_an_agent_who_steps_in_does_so_for_the_default_team() -> None:
    told = Story()
    told.conversation.visitor_wrote(message(), START)
    told.conversation.reply(BO, "r", "Let me", after(seconds=5))
    found = counted(told)
    assert {team: (each.handoffs, each.unasked) for team, each in found.by_team.items()} == {"support": (1, 1)}
    assert counted(told, team="support").total.answers.median == timedelta(seconds=5)


def test_alerts_are_counted_per_handoff_with_what_became_of_them() -> None:
    told = Story()
    told.stand(OPEN)
    told.escalate()
    told.take()
    told.deliver(Told(False, 0, "down"), after(seconds=1))
    told.conversation.overdue(after(minutes=1))
    total = counted(told, answered(10)).total
    # At once in the inbox and by push, the next step of the ladder; and the one of the other chat.
    assert (total.alerts, total.failed, total.nobody_there) == (4, 1, 0)
    assert total.alerts_per_handoff == 2
    assert total.failed_share == 0.25


def test_what_was_called_off_is_no_alert() -> None:
    told = Story()
    told.stand(OPEN)
    told.escalate()
    told.take()
    told.conversation.claim(ADA, after(seconds=1))
    told.deliver(Told(False, called_off=True), after(seconds=2))
    assert counted(told).total.alerts == 1


def test_mail_to_the_visitor_is_no_alert() -> None:
    told = Story()
    told.stand(OPEN)
    told.escalate()
    assert counted(told).total.alerts == 1
    [alert] = [event for event in told.log if event.type is EventType.ALERT]
    told.log.append(replace(alert, data=alert.data | {"audience": "visitor", "channel": "email", "about": "m"}))
    assert counted(told).total.alerts == 1


def test_hours_and_days_are_those_of_the_time_zone() -> None:
    # Summer time: in Berlin, 01:59 is followed by 03:00.
    before, behind = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    late = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    period = Period(start_of(date(2026, 3, 29), BERLIN), start_of(date(2026, 3, 31), BERLIN), BERLIN)
    assert period.until - period.since == timedelta(hours=47)
    found = counted(*(answered(10, at) for at in (before, behind, late)), now=late, period=period)
    assert {hour: each.handoffs for hour, each in found.by_hour.items() if each.handoffs} == {1: 1, 3: 1, 0: 1}
    assert {day: each.handoffs for day, each in found.by_day.items()} == {date(2026, 3, 29): 2, date(2026, 3, 30): 1}


def test_an_hour_that_the_clocks_show_twice_is_one_hour_of_the_day() -> None:
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    period = Period(start_of(date(2026, 10, 25), BERLIN), start_of(date(2026, 10, 26), BERLIN), BERLIN)
    found = counted(*(answered(10, at) for at in twice), now=period.until, period=period)
    assert found.by_hour[2].handoffs == 2


def test_the_period_before_is_as_many_days_earlier_by_the_same_clock() -> None:
    # Summer time begins in between.
    period = Period(start_of(date(2026, 3, 29), BERLIN), start_of(date(2026, 4, 5), BERLIN), BERLIN)
    before = period.before(period.until)
    assert (before.since, before.until) == (start_of(date(2026, 3, 22), BERLIN), period.since)


def test_a_period_that_is_not_over_is_compared_with_what_there_was_by_then() -> None:
    noon = after(hours=3)
    assert DAY.before(noon).until == noon - timedelta(days=1)
    yesterday = [answered(10, at - timedelta(days=1)) for at in (START, noon + timedelta(minutes=1))]
    assert counted(*yesterday, now=noon).before.handoffs == 1


def test_what_begins_at_the_end_is_the_next_periods() -> None:
    found = [answered(10, at) for at in (DAY.since - timedelta(seconds=1), DAY.since, DAY.until)]
    assert counted(*found, now=DAY.until).total.handoffs == 1


def test_nothing_is_none_and_every_hour_is_there() -> None:
    found = counted()
    assert (found.total.answers, found.total.first.over_share) == (Spread(0, None, None), None)
    assert (found.total.alerts_per_handoff, found.total.failed_share) == (None, None)
    assert (list(found.by_hour), list(found.by_day), found.by_team) == (list(range(24)), [date(2026, 1, 5)], {})


def test_a_wait_of_before_targets_were_written_down_is_not_judged() -> None:
    told = answered(900)
    for event in (*told.take()[0], *told.log):
        event.data.pop("target", None)
    first = counted(told).total.first
    assert (first.waits, first.judged, first.over, first.over_share) == (1, 0, 0, None)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_whatever_happens_nothing_is_lost_or_counted_twice(steps: list[tuple[str, Person, int]]) -> None:
    told, now = Story(), START
    for what, agent, seconds in steps:
        now += timedelta(seconds=seconds)
        try:
            do(told, what, agent, now)
        except Refused:
            pass
    known = told.ledger
    found = counted(told, now=now, period=Period(START - timedelta(days=1), now + timedelta(days=1), BERLIN))
    total = found.total
    assert (total.handoffs, total.waits.waits) == (len(known.handoffs), len(known.waits))
    assert total.answered + total.returned + total.resolved + total.running == total.waits.waits
    assert total.running == (told.conversation.state.wait is not None)
    assert total.first.waits <= total.handoffs
    assert total.answers.count <= total.first.waits
    assert total.waits.judged == total.waits.waits
    for parts in (found.by_team, found.by_hour, found.by_day):
        assert sums(parts.values()) == sums([total])
    for wait in known.waits:
        assert timedelta() <= wait.closed <= max(timedelta(), wait.steps[-1].at - wait.steps[0].at)
        assert (wait.ended_at is None) == (StepKind.ENDED not in {step.kind for step in wait.steps})


def sums(parts: Iterable[Figures]) -> tuple[int, ...]:
    rows = [
        (each.handoffs, each.waits.waits, each.waits.over, each.answers.count, each.alerts, each.running)
        for each in parts
    ]
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * 6
