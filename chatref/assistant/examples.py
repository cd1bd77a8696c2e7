"""How alike a sentence is to the examples and counterexamples of actions, the owner's told apart from ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from chatref.assistant.guards import FACTORS, Guard, sentence_guard
from chatref.assistant.lexicon import THESAURUS
from chatref.conversation.actions import ActionKind, CustomAction
from chatref.demo import default_actions
from chatref.knowledge.postings import Postings, unit_weights
from chatref.knowledge.words import PlacedWord, grams, placed_words, stem

_LIKE_AT = 0.57
_TAUGHT_AT = 0.53
_STEEPNESS = 14.0
_MEANING_ABOVE = 0.09
"""Two sentences' vectors are closer than their features where both say the same, by about so much."""
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """A sentence of an action. `counter`: it should not start it. `ours`: it ships with that kind of action."""

    action: int
    text: str
    counter: bool
    ours: bool
    guard: Guard | None


@dataclass(frozen=True)
class Nearest:
    """The example that a sentence is most like. `closeness` is that of their features, 0 to 1.

    `likely` is how probable it is that they mean the same; less where only one of them is a question about a rule, or
    denied, or past.
    """

    text: str = ""
    closeness: float = 0.0
    likely: float = 0.0


_NONE = Nearest()


class Likeness:
    """How alike one sentence is to every example."""

    def __init__(
        self, examples: Sequence[Example], closeness: NDArray[np.float32], guard: Guard | None, places: "_Places"
    ) -> None:
        self._examples = examples
        self._closeness = closeness
        self._guard = guard
        self._places = places

    def nearest(self, action: int, *, counter: bool, ours: bool) -> Nearest:
        mine = self._places.get((action, counter, ours))
        if mine is None:
            return _NONE
        index = int(mine[np.argmax(self._closeness[mine])])
        example, closeness = self._examples[index], float(self._closeness[index])
        likely = 1.0 / (1.0 + exp(-_STEEPNESS * (closeness - (_LIKE_AT if example.ours else _TAUGHT_AT))))
        # What an example asks for is not asked for under a guard; what a guarded counterexample refuses, is without.
        telling = example.guard if counter else self._guard
        if telling is not None and example.guard != self._guard:
            likely *= FACTORS[telling]
        return Nearest(example.text, closeness, likely)


class Examples:
    """The examples of a set of actions, which go by their number in it. With `vectors`, also alike by meaning."""

    def __init__(self, actions: Sequence[CustomAction], vectors: Mapping[str, Vector] | None = None) -> None:
        self._examples = list(_every(actions))
        known = vectors is not None and bool(self._examples)
        self._vectors = np.stack([vectors[each.text] for each in self._examples]) if known and vectors else None
        places: dict[tuple[int, bool, bool], list[int]] = {}
        for at, example in enumerate(self._examples):
            places.setdefault((example.action, example.counter, example.ours), []).append(at)
        self._places: _Places = {key: np.array(each, dtype=np.int32) for key, each in places.items()}
        self._postings = Postings([_features(placed_words(each.text)) for each in self._examples], unit_weights)

    @property
    def know_meaning(self) -> bool:
        return self._vectors is not None

    def likeness(self, placed: Sequence[PlacedWord], guard: Guard | None, meaning: Vector | None = None) -> Likeness:
        closeness = self._postings.scores(self._postings.unit(_features(placed)))
        if meaning is not None and self._vectors is not None and self._vectors.shape[1] == len(meaning):
            closeness = np.maximum(closeness, self._vectors @ meaning - _MEANING_ABOVE)
        return Likeness(self._examples, closeness, guard, self._places)


_Places = dict[tuple[int, bool, bool], NDArray[np.int32]]


def _every(actions: Sequence[CustomAction]) -> Iterable[Example]:
    for number, action in enumerate(actions):
        for texts, counter in ((action.triggers.examples, False), (action.triggers.counterexamples, True)):
            for text in texts:
                ours = (action.kind, counter, text) in _shipped()
                yield Example(number, text, counter, ours, sentence_guard(placed_words(text)))


@cache
def _shipped() -> frozenset[tuple[ActionKind | None, bool, str]]:
    """What tells ours apart is what they say, so that it outlives any edit, export and import."""
    return frozenset(
        (action.kind, counter, text)
        for action in default_actions()
        for texts, counter in ((action.triggers.examples, False), (action.triggers.counterexamples, True))
        for text in texts
    )


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
