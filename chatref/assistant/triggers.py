"""Which custom action a visitor's words ask for: phrases, examples and the learned reading, as one score, explained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log

import numpy as np

from chatref.assistant.guards import FACTORS, Guard, guard_of, sentence_guard
from chatref.assistant.lexicon import THESAURUS
from chatref.assistant.phrases import Found, Phrases
from chatref.assistant.reading import shipped
from chatref.conversation.actions import ActionKind, CustomAction
from chatref.demo import default_actions
from chatref.knowledge.postings import Postings, unit_weights
from chatref.knowledge.words import PlacedWord, grams, placed_words, sentences, stem

THRESHOLD = 0.5
_LIKE_AT = 0.57
_LIKE_STEEPNESS = 14.0
_COUNTER_AT = 0.80
_COUNTER_FACTOR = 0.3
_PHRASE_SHARE = 0.4
_PHRASE_NEUTRAL = 0.35
_PHRASE_LEAST = 0.15
_DOUBT = 0.75
_LEAST, _MOST = 0.02, 0.997
_LONGEST_TEXT = 8_000
_SENTENCES_AT_MOST = 40


Weighed = tuple[float, str, Guard | None]
"""A score, what speaks for it, and the guard that lowered it."""


@dataclass(frozen=True)
class Candidate:
    """An action and how much a sentence (`evidence`) asks for it, 0 to 1. `why` says what spoke for and against."""

    action: CustomAction
    score: float
    evidence: str
    why: str


@dataclass(frozen=True)
class Match:
    """What would fire: `action`, None where none reaches the threshold. `alternatives` are the others, best first."""

    action: CustomAction | None
    score: float
    threshold: float
    evidence: str
    why: str
    alternatives: tuple[Candidate, ...]

    @property
    def kind(self) -> ActionKind | None:
        return self.action.kind if self.action else None


class Triggers:
    """The matcher of a set of actions. Immutable; built anew when the actions change."""

    def __init__(self, actions: Iterable[CustomAction]) -> None:
        self.actions = tuple(action for action in actions if action.enabled)
        self._has_kinds = any(action.kind is not None for action in self.actions)
        self._by_id = {action.id: action for action in self.actions}
        phrases = [(number, phrase) for number, action in enumerate(self.actions) for phrase in action.triggers.phrases]
        self._phrase_action = [number for number, _ in phrases]
        self._phrase_texts = [phrase for _, phrase in phrases]
        self._phrases = Phrases(self._phrase_texts)
        examples = [
            (number, sentence, counter)
            for number, action in enumerate(self.actions)
            for group, counter in ((action.triggers.examples, False), (action.triggers.counterexamples, True))
            for sentence in group
        ]
        self._examples = [_places(examples, number, counter=False) for number in range(len(self.actions))]
        self._counters = [_places(examples, number, counter=True) for number in range(len(self.actions))]
        self._example_texts = [sentence for _, sentence, _ in examples]
        self._example_guards = [sentence_guard(placed_words(sentence)) for sentence in self._example_texts]
        self._likeness = Postings([_features(placed_words(sentence)) for sentence in self._example_texts], unit_weights)

    def action(self, action_id: str) -> CustomAction | None:
        return self._by_id.get(action_id)

    def of_kind(self, kind: ActionKind) -> CustomAction | None:
        """The first enabled action of a kind."""
        return next((action for action in self.actions if action.kind is kind), None)

    def match(self, text: str) -> Match:
        """The action that the text asks for. Takes well under 2 ms for a message of usual length."""
        best: dict[int, Candidate] = {}
        for sentence in sentences(text[:_LONGEST_TEXT])[:_SENTENCES_AT_MOST]:
            for number, candidate in self._candidates(sentence):
                if number not in best or candidate.score > best[number].score:
                    best[number] = candidate
        ranked = sorted(best.values(), key=_rank)
        if ranked and ranked[0].score >= THRESHOLD:
            top = ranked[0]
            return Match(top.action, top.score, THRESHOLD, top.evidence, top.why, tuple(ranked[1:]))
        score = ranked[0].score if ranked else 0.0
        return Match(None, score, THRESHOLD, "", "", tuple(ranked))

    def _candidates(self, sentence: str) -> Iterable[tuple[int, Candidate]]:
        placed = placed_words(sentence)
        if not placed:
            return
        likeness = self._likeness.scores(self._likeness.unit(_features(placed)))
        phrases: dict[int, Weighed] = {}
        own: dict[int, Weighed] = {}
        for found in self._phrases.find(placed):
            number, weighed = self._phrase_action[found.phrase], self._weigh(found, placed)
            kept = phrases if self._phrase_texts[found.phrase] in _our_phrases() else own
            if number not in kept or weighed[0] > kept[number][0]:
                kept[number] = weighed
        any_guard = sentence_guard(placed)
        reads = shipped().read(sentence, placed, any_guard) if self._has_kinds else {}
        for number, action in enumerate(self.actions):
            score, why, guard = phrases.get(number, (0.0, "", None))
            if action.kind is not None:
                score, why, guard = _second_opinion(score, why, guard, reads[action.kind], action.kind)
            if owners := own.get(number):
                score, why, guard = max((score, why, guard), owners, key=lambda each: each[0])
            like, index = _nearest(likeness, self._examples[number])
            if index is not None:
                likely = 1.0 / (1.0 + exp(-_LIKE_STEEPNESS * (like - _LIKE_AT)))
                if any_guard is not None and self._example_guards[index] != any_guard:
                    likely *= FACTORS[any_guard]
                if likely > score:
                    score, guard, why = likely, any_guard, f"like “{self._example_texts[index]}”"
            unlike, counter = _nearest(likeness, self._counters[number])
            if counter is not None and unlike > like and unlike > _COUNTER_AT:
                score, why = score * _COUNTER_FACTOR, f"{why}, but more like “{self._example_texts[counter]}”"
            if score > 0.01 or number in phrases:
                said = f"{why} ({guard})" if guard else why
                yield number, Candidate(action, round(score, 3), sentence, said)

    def _weigh(self, found: Found, placed: Sequence[PlacedWord]) -> Weighed:
        guard = guard_of(placed, found.matched)
        factor = FACTORS[guard] if guard else 1.0
        return found.strength * factor, f"says “{self._phrase_texts[found.phrase]}”", guard


def _rank(candidate: Candidate) -> tuple[bool, bool, float]:
    """Best first. Who is angry about something and asks for it is served first: anger alone is the weaker reason."""
    fires = candidate.score >= THRESHOLD
    return not fires, candidate.action.kind is ActionKind.FRUSTRATION, -candidate.score


def _features(placed: Sequence[PlacedWord]) -> list[str]:
    found: list[str] = []
    previous = "^"
    for word in placed:
        word_stem = stem(word.text)
        group = THESAURUS.group(word_stem)
        found += (f"w:{word_stem}", f"g:{group}", f"b:{previous} {group}")
        found += (f"c:{gram}" for gram in grams(word.text))
        previous = group
    return found


def _places(examples: Sequence[tuple[int, str, bool]], number: int, *, counter: bool) -> np.ndarray:
    """Where an action's examples or counterexamples stand among all of them."""
    return np.array([at for at, each in enumerate(examples) if (each[0], each[2]) == (number, counter)], dtype=np.int32)


def _nearest(likeness: np.ndarray, mine: np.ndarray) -> tuple[float, int | None]:
    if not mine.size:
        return 0.0, None
    index = int(mine[np.argmax(likeness[mine])])
    return float(likeness[index]), index


@cache
def _our_phrases() -> frozenset[str]:
    """The phrases that ship, whose words the reading knows. What an owner adds needs no second opinion."""
    return frozenset(phrase for action in default_actions() for phrase in action.triggers.phrases)


def _second_opinion(phrase: float, why: str, guard: Guard | None, read: float, kind: ActionKind) -> Weighed:
    """The score of one of our phrases, or of none, corrected by how the whole sentence reads; both as log odds."""
    spoken = _log_odds(max(phrase, _PHRASE_LEAST)) - _log_odds(_PHRASE_NEUTRAL)
    score = 1.0 / (1.0 + exp(_DOUBT - _log_odds(read) - _PHRASE_SHARE * spoken))
    if guard is Guard.DENIED:
        # Who says not to cancel speaks of cancelling all the same, and reads like it.
        score = min(score, phrase)
    reads = f"reads {read:.0%} like {kind.replace('_', ' ')}"
    return score, f"{why}, {reads}" if why else reads, guard


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _LEAST), _MOST)
    return log(bounded / (1.0 - bounded))
