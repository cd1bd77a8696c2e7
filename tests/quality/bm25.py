"""Plain BM25 over stems, as a search engine does it out of the box: what the index is compared with."""

from collections import Counter
from collections.abc import Sequence
from math import log

from chatref.knowledge.passages import Passage
from chatref.knowledge.words import stems

_SATURATION = 1.2
_LENGTH_SHARE = 0.75


class Bm25:
    def __init__(self, passages: Sequence[Passage]) -> None:
        self._ids = [passage.id for passage in passages]
        self._counts = [Counter(stems(f"{passage.title} {passage.text}")) for passage in passages]
        self._frequency = Counter(stem for counts in self._counts for stem in counts)
        self._average = sum(counts.total() for counts in self._counts) / len(passages)

    def best(self, question: str) -> str:
        """The id of the passage that fits best, the first of equals."""
        asked = stems(question)
        scores = [self._score(asked, counts) for counts in self._counts]
        return self._ids[scores.index(max(scores))]

    def _score(self, asked: Sequence[str], counts: Counter[str]) -> float:
        length = 1 - _LENGTH_SHARE + _LENGTH_SHARE * counts.total() / self._average
        return sum(
            self._rarity(stem) * counts[stem] * (_SATURATION + 1) / (counts[stem] + _SATURATION * length)
            for stem in asked
            if stem in counts
        )

    def _rarity(self, stem: str) -> float:
        frequency = self._frequency[stem]
        return log(1 + (len(self._ids) - frequency + 0.5) / (frequency + 0.5))
