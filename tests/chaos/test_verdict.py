"""The verdict finds what it is there to find: a check that cannot fail would prove nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.chaos import verdict
from tests.chaos.verdict import TEMPORALS_PATIENCE, Outage
from tests.running import Event

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def said(seq: int, message_id: str, kind: str = "visitor") -> Event:
    return {"seq": seq, "id": message_id, "type": "message", "author": {"kind": kind}, "data": {}}


def moved(seq: int, event: str, to: str, **data: Any) -> Event:
    return {"seq": seq, "id": f"t{seq}", "type": "transition", "data": {"event": event, "to": to, **data}}


def claimed(seq: int, owner: str) -> Event:
    return moved(seq, "claim", "human_owned", owner={"id": owner})


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def waiting(*steps: tuple[float, float | None], ended: bool = True) -> dict[str, Any]:
    """A ledger of one wait: when its steps came and what deadline they left, in seconds after noon."""
    listed = [
        {"at": after(at).isoformat(), "deadline": None if due is None else after(due).isoformat()} for at, due in steps
    ]
    return {"items": [{"steps": listed, "ended_at": listed[-1]["at"] if ended else None}]}


class TestMessages:
    def test_each_once_and_in_order_is_right(self) -> None:
        assert not list(verdict.lost_or_doubled(["a", "b"], [said(1, "a"), said(2, "x", "assistant"), said(3, "b")]))

    @pytest.mark.parametrize(
        "events",
        [
            [said(1, "a")],
            [said(1, "a"), said(2, "b"), said(3, "b")],
            [said(1, "b"), said(2, "a")],
            [said(1, "a"), said(3, "b")],
        ],
        ids=["lost", "doubled", "swapped", "gap"],
    )
    def test_anything_else_is_found(self, events: list[Event]) -> None:
        assert list(verdict.lost_or_doubled(["a", "b"], events))

    def test_one_that_nobody_answers_is_found(self) -> None:
        assert list(verdict.unheard([said(1, "a")]))
        assert not list(verdict.unheard([said(1, "a"), said(2, "b", "assistant")]))
        assert not list(verdict.unheard([said(1, "a"), moved(2, "escalate", "escalated")]))

    def test_a_reply_that_is_not_in_the_log_is_found(self) -> None:
        assert list(verdict.unkept_replies([("c", "r")], {"c": []}))
        assert not list(verdict.unkept_replies([("c", "r")], {"c": [said(1, "r", "agent")]}))


class TestOwners:
    def test_two_at_once_are_found(self) -> None:
        assert list(verdict.doubly_owned([claimed(1, "ada"), claimed(2, "bo")]))
        assert not list(verdict.doubly_owned([claimed(1, "ada"), moved(2, "overdue", "escalated"), claimed(3, "bo")]))

    def test_a_promise_that_the_log_does_not_know_is_found(self) -> None:
        assert list(verdict.unkept_claims(["c"], "ada", {"c": [claimed(1, "bo")]}))
        assert not list(verdict.unkept_claims(["c"], "ada", {"c": [claimed(1, "ada")]}))


class TestDeadlines:
    def test_a_step_in_time_is_right(self) -> None:
        assert not list(verdict.late_steps(waiting((0, 3), (3, 6), (4, None)), [], after(60)))

    def test_a_late_step_is_found_and_so_is_one_that_never_came(self) -> None:
        assert list(verdict.late_steps(waiting((0, 3), (30, None)), [], after(60))) == [timedelta(seconds=25)]
        assert list(verdict.late_steps(waiting((0, 3), ended=False), [], after(60))) == [timedelta(seconds=55)]

    def test_an_outage_excuses_as_much_as_it_lasted(self) -> None:
        outage = Outage("worker", after(2), after(10))
        until = 10 + TEMPORALS_PATIENCE.total_seconds()
        assert not list(verdict.late_steps(waiting((0, 3), (until, None)), [outage], after(99)))
        assert list(verdict.late_steps(waiting((0, 3), (until + 5, None)), [outage], after(99)))

    def test_two_that_overlap_excuse_no_more_than_the_time_that_passed(self) -> None:
        outages = [Outage("worker", after(2), after(10)), Outage("api", after(5), after(8))]
        until = timedelta(seconds=10) + TEMPORALS_PATIENCE
        assert verdict.excuse(outages, after(0), after(100)) == until - timedelta(seconds=2) + timedelta(seconds=2)

    def test_catching_up_is_part_of_an_outage(self) -> None:
        outage = Outage("worker", after(2), after(10))
        behind = [after(seconds) for seconds in (1, 20, 21, 30, 60)]
        [recovered] = verdict.caught_up([outage], behind)
        assert (recovered.began, recovered.ended) == (after(2), after(30)), "what comes later is not the outage's"

    def test_one_that_was_over_long_before_excuses_nothing(self) -> None:
        outage = Outage("worker", after(-100), after(-90))
        assert verdict.excuse([outage], after(3), after(20)) == verdict.excuse([], after(3), after(20))


def test_a_webhook_that_heard_nothing_or_two_things_is_found() -> None:
    handoff = [moved(1, "escalate", "escalated", webhook="crm")]
    assert list(verdict.untold(handoff, {}))
    assert list(verdict.untold(handoff, {"t1": ["one", "two"]}))
    assert not list(verdict.untold(handoff, {"t1": ["one", "one"]}))


def test_an_alert_that_nobody_took_does_not_count_as_told() -> None:
    told = {"channel": verdict.PAGER, "outcome": "delivered", "about": "a1"}
    log = [{"type": "alert", "data": told}, {"type": "alert", "data": told | {"outcome": "failed", "about": "a2"}}]
    assert list(verdict.wrongly_told(log, {"a1"})) == []
    assert list(verdict.wrongly_told(log, {"a2"})) == ["an alert counts as told that no receiver took"]


class TestRecovery:
    OUTAGES = (Outage("worker", after(0), after(1)), Outage("temporal", after(60), after(81)))

    def recovered(self, seconds: float) -> list[Outage]:
        return [Outage(outage.service, outage.began, after(seconds)) for outage in self.OUTAGES]

    def test_may_take_two_minutes_without_the_outages_in_between(self) -> None:
        assert not list(verdict.slow_recoveries(self.OUTAGES, self.recovered(142)))

    def test_that_takes_longer_is_found(self) -> None:
        assert len(list(verdict.slow_recoveries(self.OUTAGES, self.recovered(143)))) == 1
