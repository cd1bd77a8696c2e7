"""An inverted index of weighted terms in memory: for each term, which documents hold it and with which weight."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
_Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Entries:
    """Each term of each document, in arrays of one length: whose it is, how often it stands there, how rare it is.

    `lengths` has the number of terms of each document, repeated ones included.
    """

    documents: _Numbers
    counts: NDArray[np.float64]
    idf: NDArray[np.float64]
    lengths: NDArray[np.float64]


Weigh = Callable[[Entries], NDArray[np.float64]]
"""The weight of each entry."""


class Postings:
    """Lists of documents by term. `idf` of a term that no document holds is that of the rarest possible one."""

    def __init__(self, documents: Sequence[Iterable[str]], weigh: Weigh):
        self.size = len(documents)
        numbers: dict[str, int] = {}
        terms: list[int] = []
        lengths = np.zeros(self.size)
        for at, document in enumerate(documents):
            before = len(terms)
            terms += [numbers.setdefault(term, len(numbers)) for term in document]
            lengths[at] = len(terms) - before
        # One number for each pair of term and document, so that sorting puts a term's documents side by side.
        whose = np.repeat(np.arange(self.size, dtype=np.int64), lengths.astype(np.int64))
        pairs, counts = np.unique(np.array(terms, dtype=np.int64) * max(self.size, 1) + whose, return_counts=True)
        of_term, holders = np.divmod(pairs, max(self.size, 1))
        frequency = np.bincount(of_term, minlength=len(numbers))
        idf = _idf(self.size, frequency)
        weights = weigh(Entries(holders, counts.astype(np.float64), idf[of_term], lengths))
        self._numbers = numbers
        self._idf = idf
        self._unseen_idf = float(_idf(self.size, np.zeros(1))[0])
        self._bounds = np.concatenate(([0], np.cumsum(frequency)))
        self._holders = holders.astype(np.int32)
        self._weights = weights.astype(np.float32)

    def __contains__(self, term: str) -> bool:
        return term in self._numbers

    def idf(self, term: str) -> float:
        number = self._numbers.get(term)
        return self._unseen_idf if number is None else float(self._idf[number])

    def scores(self, query: dict[str, float]) -> Scores:
        """For each document, the sum over the query's terms of their weight in the query times that in the document."""
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in query.items():
            if (held := self._held(term)) is not None:
                total[self._holders[held]] += weight * self._weights[held]
        return total

    def strongest(self, alternatives: dict[str, float]) -> Scores:
        """For each document, the weightiest of several terms that may stand for one another."""
        best = np.zeros(self.size, dtype=np.float32)
        for term, weight in alternatives.items():
            if (held := self._held(term)) is not None:
                holders = self._holders[held]
                best[holders] = np.maximum(best[holders], weight * self._weights[held])
        return best

    def unit(self, terms: Iterable[str]) -> dict[str, float]:
        """Terms as a query of length 1, weighted by rarity: the other half of a cosine."""
        raw = {term: (1.0 + float(np.log(count))) * self.idf(term) for term, count in Counter(terms).items()}
        length = float(np.sqrt(sum(weight * weight for weight in raw.values()))) or 1.0
        return {term: weight / length for term, weight in raw.items()}

    def _held(self, term: str) -> slice | None:
        number = self._numbers.get(term)
        return None if number is None else slice(self._bounds[number], self._bounds[number + 1])


def unit_weights(entries: Entries) -> NDArray[np.float64]:
    """Sublinear tf·idf, scaled so that each document has length 1."""
    raw = (1.0 + np.log(entries.counts)) * entries.idf
    squares = np.bincount(entries.documents, raw * raw, minlength=len(entries.lengths))
    return raw / np.sqrt(np.where(squares == 0.0, 1.0, squares))[entries.documents]


def rarity_weights(entries: Entries) -> NDArray[np.float64]:
    """How rare each term is, however often it is said."""
    return entries.idf


def equal_weights(entries: Entries) -> NDArray[np.float64]:
    return np.ones_like(entries.idf)


def bm25_weights(saturation: float, length_share: float) -> Weigh:
    """Okapi BM25: rarity times a count that saturates, the sooner the shorter the document is."""

    def weigh(entries: Entries) -> NDArray[np.float64]:
        average = float(np.mean(entries.lengths)) if entries.lengths.size else 1.0
        length = 1.0 - length_share + length_share * entries.lengths / (average or 1.0)
        return entries.idf * entries.counts / (entries.counts + saturation * length[entries.documents])

    return weigh


def _idf(size: int, frequency: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
    return np.log1p((size - frequency + 0.5) / (frequency + 0.5))
