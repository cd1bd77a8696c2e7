"""Who can take a chat, and who is offered which."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatref.conversation.assignment import Candidate, Queued, can_take, offers
from tests.conversation.test_conversation import START, after

ADA = Candidate("ada", "Ada", frozenset({"billing"}), True, free_since=START - timedelta(minutes=9), limit=2)
BO = replace(ADA, id="bo", name="Bo", free_since=START - timedelta(minutes=5))


def queued(name: str, minutes: float = 1, team: str = "billing", **more: frozenset[str]) -> Queued:
    return Queued(name, team, START - timedelta(minutes=minutes), **more)


@pytest.mark.parametrize(
    ("candidate", "can"),
    [
        (ADA, True),
        (replace(ADA, there=False), False),
        (replace(ADA, teams=frozenset({"support"})), False),
        (replace(ADA, load=1), True),
        (replace(ADA, load=2), False),
        (replace(ADA, load=200, limit=None), True),
    ],
)
def test_one_rule_says_who_can_take_a_chat(candidate: Candidate, can: bool) -> None:
    assert can_take(candidate, "billing") is can


def made(queue: list[Queued], *candidates: Candidate) -> list[tuple[str, str]]:
    return [(offer.queued.conversation_id, offer.to.id) for offer in offers(queue, candidates)]


def test_what_waits_longest_goes_to_whoever_is_free_longest() -> None:
    queue = [queued("late", 1), queued("early", 5), queued("last", 0)]
    assert made(queue, BO, ADA) == [("early", "ada"), ("late", "bo")]


def test_what_nobody_can_take_holds_up_nothing_else() -> None:
    assert made([queued("support", 9, "support"), queued("billing", 1)], ADA) == [("billing", "ada")]


def test_nobody_is_asked_again_at_once_for_what_they_let_pass() -> None:
    assert made([queued("one", asked=frozenset({"ada"}))], ADA, BO) == [("one", "bo")]
    assert made([queued("one", asked=frozenset({"ada", "bo"}))], ADA, BO) == []


def test_nobody_considers_two_at_once() -> None:
    assert made([queued("one")], replace(ADA, considers=True)) == []


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
_CANDIDATES = st.lists(
    st.builds(
        Candidate,
        id=st.uuids().map(str),
        name=st.just("Somebody"),
        teams=st.frozensets(st.sampled_from(["billing", "support"])),
        there=st.booleans(),
        free_since=st.integers(0, 60).map(lambda minutes: after(minutes=-minutes)),
        load=st.integers(0, 3),
        limit=st.one_of(st.none(), st.integers(0, 4)),
        considers=st.booleans(),
    ),
    max_size=6,
)


@given(_QUEUE, _CANDIDATES)
def test_nobody_gets_what_they_cannot_take_and_nothing_is_passed_over(
    queue: list[Queued], candidates: list[Candidate]
) -> None:
    offered = {offer.queued.conversation_id: offer for offer in offers(queue, candidates)}
    chosen = [offer.to.id for offer in offered.values()]
    assert len(set(chosen)) == len(chosen)
    for offer in offered.values():
        assert can_take(offer.to, offer.queued.team)
        assert not offer.to.considers
    for each in queue:
        for candidate in candidates:
            if candidate.considers or not can_take(candidate, each.team):
                continue
            mine = next((offer.queued for offer in offered.values() if offer.to.id == candidate.id), None)
            if each.conversation_id not in offered:
                # Whoever could have taken it got something that waits as long or longer.
                assert mine is not None
                assert mine.waiting_since <= each.waiting_since
            elif mine is None:
                # Whoever got nothing has not been free for longer than who got this.
                assert candidate.free_since >= offered[each.conversation_id].to.free_since
