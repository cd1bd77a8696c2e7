"""Floors under the figures of `make quality`: what falls below one fails, with the table and the misses."""

import asyncio
from functools import cache

import pytest

from chatref.conversation.actions import ActionKind
from tests.quality.labelled import faq, messages
from tests.quality.report import IndexReport, TriggerReport, index_report, misses, table, trigger_report


@cache
def reports() -> tuple[TriggerReport, IndexReport]:
    return trigger_report(), asyncio.run(index_report())


def said() -> str:
    return f"\n{misses(*reports())}\n\n{table(*reports())}"


def test_there_is_enough_to_measure_on() -> None:
    every = list(messages())
    assert len(every) >= 400
    assert len({message.business for message in every}) >= 6
    assert len(faq()[0]) >= 100


def test_messages_that_need_a_person_are_recognised() -> None:
    assert reports()[0].every.recall >= 0.78, said()
    assert reports()[0].every.precision >= 0.95, said()


@pytest.mark.parametrize("kind", ActionKind)
def test_messages_of_each_kind_are_recognised_as_that_kind(kind: ActionKind) -> None:
    assert reports()[0].kinds[kind].right_kind >= 0.7, said()


def test_routine_messages_stay_with_the_assistant() -> None:
    assert reports()[0].false_share <= 0.03, said()


def test_questions_find_their_entry_better_than_with_bm25_alone() -> None:
    index = reports()[1]
    assert index.top["plainly"] >= 0.95, said()
    assert all(index.top[group] >= index.baseline[group] + 0.03 for group in index.top), said()


def test_what_no_entry_answers_is_not_found_and_what_one_does_is() -> None:
    index = reports()[1]
    assert index.unknown >= 0.85, said()
    assert index.kept >= 0.85, said()
