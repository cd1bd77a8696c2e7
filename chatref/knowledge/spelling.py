"""Misspelled words, put right by the words that a business uses."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

SHORTEST = 5
_TWO_TYPOS_FROM = 9
_LOOKED_AT = 8
_REMEMBERED_AT_MOST = 50_000


class Spelling:
    """Finds the word of a vocabulary that another word is most likely a misspelling of."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._vocabulary = tuple(sorted({word for word in vocabulary if len(word) >= SHORTEST - 1}))
        self._known: dict[str, str | None] = {}

    def corrected(self, word: str) -> str | None:
        """One typo from five letters on, two from nine; a swapped letter in a short word is another word."""
        if len(word) < SHORTEST:
            return None
        if word not in self._known:
            if len(self._known) >= _REMEMBERED_AT_MOST:
                self._known.clear()
            self._known[word] = self._closest(word)
        return self._known[word]

    def _closest(self, word: str) -> str | None:
        limit = 2 if len(word) >= _TWO_TYPOS_FROM else 1
        near = extract(word, self._vocabulary, scorer=OSA.distance, score_cutoff=limit, limit=_LOOKED_AT)
        if not near:
            return None
        # Of equally near words, the one with the same beginning, then one that is not a mere swap of letters.
        closest = str(min(near, key=lambda each: (each[1], each[0][:1] != word[:1], _swapped(word, each[0])))[0])
        return None if _swapped(word, closest) and len(word) == SHORTEST else closest


def _swapped(word: str, other: str) -> bool:
    """Whether a letter stands in for another: likelier another word than a slip of the finger."""
    return len(other) == len(word) and sorted(other) != sorted(word)
