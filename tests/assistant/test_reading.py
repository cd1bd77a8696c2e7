"""The learned reading: that it knows what it was taught, and that an owner's word outweighs it."""

from importlib.resources import files

import pytest
import yaml

from chatref.assistant.guards import sentence_guard
from chatref.assistant.reading import BUCKETS, KINDS, shipped
from chatref.assistant.training import examples, weights
from chatref.assistant.triggers import Triggers
from chatref.conversation.actions import ActionKind, CustomAction
from chatref.knowledge.words import placed_words


def read(text: str) -> dict[ActionKind, float]:
    placed = placed_words(text)
    return shipped().read(text, placed, sentence_guard(placed))


def refund(**triggers: tuple[str, ...]) -> Triggers:
    return Triggers(
        [CustomAction.model_validate({"id": "it", "name": "It", "kind": "refund", "triggers": triggers or {}})]
    )


def test_the_shipped_weights_know_the_sentences_that_they_were_learned_from() -> None:
    said = yaml.safe_load(files("chatref.assistant").joinpath("said.yaml").read_text("utf-8"))
    asked = [(text, KINDS[number]) for text, number, _ in examples(said)[::40] if number < len(KINDS)]
    known = [max(read(text), key=read(text).__getitem__) is kind for text, kind in asked]
    assert sum(known) / len(known) > 0.95


def test_learning_is_deterministic() -> None:
    few = [("cancel my plan", 0, 1.0), ("money back", 1, 1.0), ("opening hours", len(KINDS), 1.0)]
    assert (weights(few) == weights(few)).all()
    assert weights(few).shape == (BUCKETS, len(KINDS) + 1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the toaster died on day two and I expect to be paid back", ActionKind.REFUND),
        ("my partner's surname is spelled wrong on the card", ActionKind.ACCOUNT_CHANGE),
        ("we are leaving you for another supplier", ActionKind.CANCELLATION),
    ],
)
def test_recognises_what_no_phrase_foresaw(text: str, kind: ActionKind) -> None:
    assert max(read(text), key=read(text).__getitem__) is kind
    assert read(text)[kind] > 0.5


def test_an_owners_phrase_fires_whatever_the_reading_says() -> None:
    text = "where is the harbour ferry"
    assert refund().match(text).action is None
    assert refund(phrases=("harbour ferry",)).match(text).action


def test_an_owners_example_fires_and_a_counterexample_does_not() -> None:
    assert refund(examples=("where is the harbour ferry",)).match("where is the harbour ferry?").action
    asked = "I want my money back"
    assert refund().match(asked).action
    assert refund(counterexamples=(asked,)).match(asked).action is None


def test_the_reading_is_part_of_the_explanation() -> None:
    assert "like refund" in refund().match("I want my money back").why


def test_actions_of_no_kind_need_no_reading() -> None:
    action = CustomAction.model_validate({"id": "it", "name": "It", "triggers": {"phrases": ("rent boat",)}})
    assert "reads" not in Triggers([action]).match("I want to rent a boat").why
