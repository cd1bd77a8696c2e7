"""What an owner teaches with a sentence: it counts for that sentence and its like, over ours, and for no other."""

import random
from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from chatref.assistant.training import misspelled
from chatref.assistant.triggers import Triggers
from chatref.conversation.actions import ActionKind, CustomAction
from chatref.demo import default_actions
from tests.quality.labelled import Message, messages

LESSONS = 24
OTHERS = 30


@cache
def shipped() -> Triggers:
    return Triggers(default_actions())


@cache
def before() -> dict[str, ActionKind | None]:
    return {message.text: shipped().match(message.text).kind for message in messages()}


def taught(text: str, kind: ActionKind, *, counter: bool) -> Triggers:
    def changed(action: CustomAction) -> CustomAction:
        field = "counterexamples" if counter else "examples"
        sentences = (*getattr(action.triggers, field), text)
        return action.model_copy(update={"triggers": action.triggers.model_copy(update={field: sentences})})

    return Triggers(changed(action) if action.kind is kind else action for action in default_actions())


def variants(text: str, chance: random.Random) -> Iterator[str]:
    """The sentence as it is, misspelled, in plain letters, politely, without a word, and in a message of several."""
    bare = text.rstrip(".?!")
    words = text.split()
    gone = chance.randrange(len(words))
    yield misspelled(text, chance)
    yield "".join(letter for letter in text.lower() if letter not in ".,!?'")
    yield f"hi there, {text}"
    yield f"{bare} please"
    yield f"{bare}, can you tell me what to do"
    yield f"Good morning. {bare}. I hope you can help."
    if len(words) > 4:
        yield " ".join(words[:gone] + words[gone + 1 :])


def lessons(*, counter: bool) -> Sequence[tuple[str, ActionKind]]:
    """Sentences that start nothing, and what they shall start; or those that start something that they shall not."""
    chance = random.Random(7)
    started = [(text, kind) for text, kind in before().items() if kind is not None]
    silent = [text for text, kind in before().items() if kind is None]
    if counter:
        return chance.sample(started, LESSONS)
    return [(text, chance.choice(list(ActionKind))) for text in chance.sample(silent, LESSONS)]


@pytest.mark.parametrize("counter", [False, True])
def test_a_sentence_decides_over_itself_and_what_is_nearly_the_same(counter: bool) -> None:
    chance = random.Random(11)
    wrong: list[str] = []
    count = 0
    for text, kind in lessons(counter=counter):
        triggers = taught(text, kind, counter=counter)
        assert (triggers.match(text).kind is kind) is not counter, text
        for variant in variants(text, chance):
            count += 1
            if (triggers.match(variant).kind is kind) is counter:
                wrong.append(variant)
    assert len(wrong) <= count * 0.05, wrong


@pytest.mark.parametrize("counter", [False, True])
def test_a_sentence_decides_over_no_other(counter: bool) -> None:
    chance = random.Random(13)
    every: list[Message] = list(messages())
    changed: list[tuple[str, str]] = []
    for text, kind in lessons(counter=counter):
        triggers = taught(text, kind, counter=counter)
        for other in chance.sample(every, OTHERS):
            if other.text != text and triggers.match(other.text).kind is not before()[other.text]:
                changed.append((text, other.text))
    assert len(changed) <= LESSONS * OTHERS * 0.005, changed


def test_a_message_of_several_sentences_is_taught_as_a_whole() -> None:
    text = "The moss is brown. It was green in May. Nobody told me that it would be."
    assert shipped().match(text).action is None
    assert taught(text, ActionKind.REFUND, counter=False).match(text.lower()).kind is ActionKind.REFUND
    asked = "I ordered two ferns. I want my money back for both. Thank you."
    assert shipped().match(asked).kind is ActionKind.REFUND
    assert taught(asked, ActionKind.REFUND, counter=True).match(asked).kind is not ActionKind.REFUND


def test_one_of_our_own_examples_can_be_taught_away() -> None:
    for action in default_actions():
        for text in action.triggers.examples:
            assert action.kind is not None
            assert taught(text, action.kind, counter=True).match(text).kind is not action.kind, text


def test_a_counterexample_leaves_alone_what_is_nearer_to_an_example() -> None:
    triggers = taught("cancel my newsletter subscription", ActionKind.CANCELLATION, counter=True)
    assert triggers.match("cancel my newsletter subscription please").kind is None
    assert triggers.match("I want to cancel my subscription").kind is ActionKind.CANCELLATION


def test_what_is_supposed_or_denied_is_not_what_was_taught() -> None:
    triggers = taught("ship my ferns by drone", ActionKind.ACCOUNT_CHANGE, counter=False)
    assert triggers.match("ship my ferns by drone").kind is ActionKind.ACCOUNT_CHANGE
    assert triggers.match("I don't want you to ship my ferns by drone").kind is None
