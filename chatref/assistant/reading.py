"""How a sentence reads: which of the kinds of action that every business has it asks for, if any.

A linear model over words, pairs of words and parts of words, learned by `chatref.assistant.training` from the
sentences in `said.yaml`, all of them this project's own. It recognises what no phrase foresaw.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from chatref.assistant.guards import Guard
from chatref.assistant.lexicon import THESAURUS
from chatref.conversation.actions import ActionKind
from chatref.knowledge.words import PlacedWord, stem

BUCKETS = 2**14
KINDS = tuple(ActionKind)
"""The model's outputs in order; one more, the last, is for what asks for none."""
WEIGHTS = "reading.npy"
_GRAM_SIZES = (3, 4, 5)


class Reading:
    """The learned weights: a row a bucket, a column a kind."""

    def __init__(self, weights: NDArray[np.floating]) -> None:
        self._weights = weights.astype(np.float32)

    def read(self, sentence: str, placed: Sequence[PlacedWord], guard: Guard | None) -> dict[ActionKind, float]:
        """How probable it is that the sentence asks for each kind."""
        buckets, values = bucketed(features(sentence, placed, guard))
        logits = values @ self._weights[buckets]
        likely = np.exp(logits - logits.max())
        likely /= likely.sum()
        return {kind: float(each) for kind, each in zip(KINDS, likely, strict=False)}


@cache
def shipped() -> Reading:
    with files(__package__).joinpath(WEIGHTS).open("rb") as file:
        return Reading(np.load(file))


def bucketed(found: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Features by their buckets, as a vector of length 1 in which repetition counts for less and less."""
    numbers = np.fromiter((crc32(feature.encode()) % BUCKETS for feature in found), dtype=np.int64)
    buckets, counts = np.unique(numbers, return_counts=True)
    values = np.sqrt(counts, dtype=np.float32)
    return buckets, (values / np.sqrt(counts.sum())).astype(np.float32)


def features(sentence: str, placed: Sequence[PlacedWord], guard: Guard | None) -> list[str]:
    stems = [stem(word.text) for word in placed]
    groups = ["#" if any(map(str.isdigit, each)) else THESAURUS.group(each) for each in stems]
    framed = ["^", *groups, "$"]
    found = [f"guard:{guard}", f"first:{framed[1]}"]
    if sentence.rstrip().endswith("?"):
        found.append("asks")
    found += [f"w:{each}" for each in stems]
    found += [f"g:{each}" for each in set(groups)]
    found += [f"b:{one} {next_one}" for one, next_one in pairwise(framed)]
    found += [f"s:{one} {other}" for one, other in zip(framed, framed[2:], strict=False)]
    for word in placed:
        marked = f"<{word.text}>"
        found += [f"c:{marked[at : at + size]}" for size in _GRAM_SIZES for at in range(len(marked) - size + 1)]
    return found
