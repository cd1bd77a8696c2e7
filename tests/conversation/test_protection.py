"""What counts as a protected wait: the rules alone, without database or engine."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chatref.conversation.deadlines import DeadlineKind
from chatref.conversation.events import State
from chatref.conversation.protection import Flaw, Running, Timer, Waiting, flaws, is_wait
from tests.conversation.test_conversation import ADA, START, after

ROW = Waiting("c", State.ESCALATED, "support", "", "", START, after(minutes=1))
TIMER = Timer(DeadlineKind.ALERT_AGAIN, after(minutes=1))
RUNNING = Running(State.ESCALATED, None, (TIMER,))
NOW = after(seconds=20)


def test_one_timer_for_the_wait_protects_it() -> None:
    assert is_wait(ROW, RUNNING)
    assert flaws(ROW, RUNNING, NOW) == ()


def test_other_timers_neither_count_nor_disturb() -> None:
    burst = Timer("let a burst of messages end", after(seconds=21))
    assert flaws(ROW, replace(RUNNING, timers=(burst, TIMER)), NOW) == ()
    assert flaws(ROW, replace(RUNNING, timers=(Timer(DeadlineKind.LAPSE, TIMER.at),)), NOW) == (Flaw.NO_DEADLINE,)


@pytest.mark.parametrize(
    ("row", "running", "now", "expected"),
    [
        (ROW, None, NOW, Flaw.NO_WORKFLOW),
        (ROW, replace(RUNNING, timers=()), NOW, Flaw.NO_DEADLINE),
        (ROW, replace(RUNNING, timers=(TIMER, TIMER)), NOW, Flaw.SEVERAL_DEADLINES),
        (ROW, RUNNING, after(minutes=3), Flaw.OVERDUE),
        (
            replace(ROW, deadline=START),
            replace(RUNNING, timers=(replace(TIMER, at=after(minutes=9)),)),
            NOW,
            "too_late",
        ),
        (None, RUNNING, NOW, Flaw.DISAGREEMENT),
        (replace(ROW, state=State.AI_HANDLING, waiting_since=None), RUNNING, NOW, Flaw.DISAGREEMENT),
        (ROW, replace(RUNNING, state=State.HUMAN_OWNED), NOW, Flaw.DISAGREEMENT),
        (replace(ROW, state=State.HUMAN_OWNED, owner_id=ADA.id), RUNNING, NOW, Flaw.DISAGREEMENT),
        (ROW, replace(RUNNING, task_since=START, task_attempt=3), NOW, Flaw.STUCK),
        (ROW, replace(RUNNING, task_since=START), after(minutes=1), Flaw.STUCK),
    ],
)
def test_what_leaves_it_unprotected(row: Waiting | None, running: Running | None, now: datetime, expected: str) -> None:
    assert is_wait(row, running)
    assert flaws(row, running, now) == (expected,)


def test_a_workflow_task_under_way_is_about_to_set_the_timer() -> None:
    deciding = replace(RUNNING, timers=(), task_since=NOW - timedelta(seconds=2))
    assert flaws(ROW, deciding, NOW) == ()


def test_an_owner_whose_visitor_does_not_wait_is_no_wait() -> None:
    row = replace(ROW, state=State.HUMAN_OWNED, owner_id=ADA.id, waiting_since=None)
    assert not is_wait(row, Running(State.HUMAN_OWNED, ADA.id, ()))
    # The engine alone is enough to say that somebody waits.
    assert is_wait(row, Running(State.HUMAN_OWNED, ADA.id, (Timer(DeadlineKind.ALERT_OWNER, NOW),)))


def test_a_run_that_has_not_told_its_state_is_not_contradicted() -> None:
    assert flaws(ROW, replace(RUNNING, state=None), NOW) == ()
