"""Who can take a chat, and who is offered which."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatref.conversation.assignment import Colleague, Queued, can_take, offers
from tests.conversation.test_conversation import START, after

ADA = Colleague("ada", "Ada", frozenset({"billing"}), True, START, free_since=START - timedelta(minutes=9), limit=2)
BO = replace(ADA, id="bo", name="Bo", free_since=START - timedelta(minutes=5))


def queued(name: str, minutes: float = 1, team: str = "billing", **more: frozenset[str]) -> Queued:
    return Queued(name, team, START - timedelta(minutes=minutes), **more)


@pytest.mark.parametrize(
    ("colleague", "can"),
    [
        (ADA, True),
        (replace(ADA, available=False), False),
        (replace(ADA, seen_at=None), False),
        (replace(ADA, seen_at=START - timedelta(seconds=59)), True),
        (replace(ADA, seen_at=START - timedelta(minutes=1)), False),
        (replace(ADA, teams=frozenset({"support"})), False),
        (replace(ADA, load=2), False),
        (replace(ADA, load=200, limit=None), True),
    ],
)
def test_one_rule_says_who_can_take_a_chat(colleague: Colleague, can: bool) -> None:
    assert can_take(colleague, "billing", START) is can


def made(queue: list[Queued], *colleagues: Colleague) -> list[tuple[str, str]]:
    return [(offer.conversation_id, offer.to.id) for offer in offers(queue, colleagues, START)]


def test_whoever_is_free_longest_gets_the_first_and_is_last_for_the_next() -> None:
    assert made([queued("late", 1), queued("early", 5), queued("last", 0)], BO, ADA) == [
        ("early", "ada"),
        ("late", "bo"),
        ("last", "ada"),
    ]


def test_what_nobody_can_take_holds_up_nothing_else() -> None:
    assert made([queued("support", 9, "support"), queued("billing", 1)], ADA) == [("billing", "ada")]


def test_nobody_is_asked_twice_in_one_wait() -> None:
    assert made([queued("one", asked=frozenset({"ada"}))], ADA, BO) == [("one", "bo")]
    assert made([queued("one", asked=frozenset({"ada", "bo"}))], ADA, BO) == []


_QUEUE = st.lists(
    st.builds(
        lambda number, minutes, team: Queued(str(number), team, after(minutes=-minutes)),
        st.integers(),
        st.integers(0, 60),
        st.sampled_from(["billing", "support"]),
    ),
    max_size=12,
    unique_by=lambda each: each.conversation_id,
)
_COLLEAGUES = st.lists(
    st.builds(
        Colleague,
        id=st.uuids().map(str),
        name=st.just("Somebody"),
        teams=st.frozensets(st.sampled_from(["billing", "support"])),
        available=st.booleans(),
        seen_at=st.sampled_from([START, START - timedelta(minutes=2), None]),
        free_since=st.integers(0, 60).map(lambda minutes: after(minutes=-minutes)),
        load=st.integers(0, 3),
        limit=st.one_of(st.none(), st.integers(0, 4)),
    ),
    max_size=6,
)


@given(_QUEUE, _COLLEAGUES)
def test_nobody_gets_more_than_they_can_take_and_nobody_is_passed_over(
    queue: list[Queued], colleagues: list[Colleague]
) -> None:
    offered = offers(queue, colleagues, START)
    known = {each.conversation_id: each for each in queue}
    for colleague in colleagues:
        theirs = [offer for offer in offered if offer.to.id == colleague.id]
        if theirs:
            assert can_take(colleague, known[theirs[0].conversation_id].team, START)
            assert colleague.limit is None or colleague.load + len(theirs) <= colleague.limit
    left = {name for name in known if name not in {offer.conversation_id for offer in offered}}
    for name in left:
        # Whoever could have taken it got something older, or as old, until they were full.
        for colleague in colleagues:
            if can_take(colleague, known[name].team, START):
                assert colleague.limit is not None
                theirs = [known[o.conversation_id] for o in offered if o.to.id == colleague.id]
                older = [each for each in theirs if each.waiting_since <= known[name].waiting_since]
                assert colleague.load + len(older) >= colleague.limit
