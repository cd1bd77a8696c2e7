"""What was said before: whether the chat goes in circles, and what an agent has answered already."""

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files

from chatref.conversation.events import HandoffReason
from chatref.conversation.turns import Escalation, Exchange, Outcome, OutcomeKind, Turn
from chatref.conversation.words import HANDOFF_DEFAULT, handoff_text
from chatref.knowledge.thesaurus import Thesaurus, read_thesaurus
from chatref.knowledge.words import content_stems, words

SAME_QUESTION = 0.75
SAME_ANSWER = 0.9
LIKE_QUESTION = 0.4
LIKE_ANSWER = 0.6
"""A question in other words and an answer in other words, taken together."""
ANSWERED_BY_AGENT = 0.75
_OTHER_KIND = 0.7
_OTHER_THING = 0.8
_SYNONYM = 0.6
_MISSPELT = 0.82
_SHORTEST_MISSPELT = 5
_WORDS_AT_MOST = 60
_ASKS = re.compile(r"\bhow (?:much|many|long|soon|fast|often|far|big|old)\b|\b(?:when|where|why|who|which)\b")
_LOOKED_BACK = 4
"""Whoever comes back to a question after more exchanges than these looks it up again, and is in no circle."""

STILL_UNKNOWN = f"I don't have an answer to that either. {HANDOFF_DEFAULT}"


def without_circles(turn: Turn, outcome: Outcome) -> Outcome:
    """The outcome, or the handoff that has to take its place: nobody is left in a loop.

    A second question in a row without an answer goes to a person. An answer that was given before, or to a question
    that was asked before, is given once more, marked as `repeats`; the next one like it goes to a person.
    """
    if outcome.kind is not OutcomeKind.ANSWER or outcome.collecting is not None or not outcome.asked:
        return outcome
    said = [exchange for exchange in turn.earlier if not exchange.agent][-_LOOKED_BACK:]
    if not said:
        return outcome
    if outcome.unknown:
        if said[-1].unknown:
            return _handed_off(turn, outcome, HandoffReason.NO_ANSWER, STILL_UNKNOWN)
        return outcome
    if not any(_again(exchange, outcome) for exchange in said):
        return outcome
    if any(exchange.repeats for exchange in said):
        reason = HandoffReason.GOING_IN_CIRCLES
        return _handed_off(turn, outcome, reason, handoff_text(reason))
    return replace(outcome, repeats=True)


def agents_answer(turn: Turn, asked: str) -> Exchange | None:
    """What an agent said about this, if one did: it outranks what the assistant would find."""
    about = _words(asked)
    answers = [
        (_covered(about, _words(exchange.said)), number, exchange)
        for number, exchange in enumerate(turn.earlier)
        if exchange.agent
        and about
        and max(_covered(about, _words(exchange.said)), _covered(about, _words(exchange.asked))) >= ANSWERED_BY_AGENT
    ]
    return max(answers)[2] if answers else None


def likeness(one: str, other: str) -> float:
    """How much two questions are the same, 0 to 1: by their telling words, whatever their order, spelling or form."""
    left, right = _words(one), _words(other)
    if not left or not right or _numbers(left) != _numbers(right):
        return 0.0
    shared = sum(max(_alike(word, each) for each in right) for word in left)
    alike = min(shared / (len(left) + len(right) - shared), 1.0)
    if _asks(one) != _asks(other):
        # "How much is delivery?" and "How long does delivery take?" have their telling words in common.
        alike *= _OTHER_KIND
    if _covered(left, right) < 1.0 and _covered(right, left) < 1.0:
        # One word in another's place: the same about another thing, however long the question.
        alike *= _OTHER_THING
    return alike


def _again(before: Exchange, outcome: Outcome) -> bool:
    """Whether the same is asked, or said, as before."""
    if before.unknown:
        return False
    asked = likeness(before.asked, outcome.asked)
    said = _answers_alike(before.said, outcome.text)
    return asked >= SAME_QUESTION or said >= SAME_ANSWER or (asked >= LIKE_QUESTION and said >= LIKE_ANSWER)


def _answers_alike(before: str, now: str) -> float:
    """How much two answers have in common, 0 to 1. The first may have been clipped."""
    kept = set(content_stems(before.removesuffix("…")))
    said = set(content_stems(now[: len(before)] if before.endswith("…") else now))
    return len(kept & said) / max(len(kept | said), 1)


def _handed_off(turn: Turn, outcome: Outcome, reason: HandoffReason, text: str) -> Outcome:
    """To a person, with the sentence that showed it: the visitor's last one that was no courtesy."""
    message = next((each for each in reversed(turn.messages) if each.text.strip() in outcome.asked), turn.messages[-1])
    escalation = Escalation(reason, message.text, message.id)
    return replace(
        outcome,
        kind=OutcomeKind.ESCALATE,
        text=text,
        escalation=escalation,
        citations=(),
        offers_person=False,
        asks_back=False,
    )


def _covered(words: Sequence[str], by: Sequence[str]) -> float:
    return sum(any(_alike(word, each) == 1.0 for each in by) for word in words) / len(words)


@lru_cache(maxsize=10_000)
def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if other in _synonyms().synonyms(one):
        return _SYNONYM
    if one[0] != other[0] or min(len(one), len(other)) < _SHORTEST_MISSPELT:
        return 0.0
    return 1.0 if SequenceMatcher(None, one, other, autojunk=False).ratio() >= _MISSPELT else 0.0


@cache
def _synonyms() -> Thesaurus:
    return read_thesaurus(files("chatref.knowledge").joinpath("synonyms.txt"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(content_stems(text)))[:_WORDS_AT_MOST]


def _asks(text: str) -> frozenset[str]:
    return frozenset(_ASKS.findall(" ".join(words(text))))


def _numbers(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word for word in words if any(character.isdigit() for character in word))
