"""An inverted index of weighted terms in memory: for each term, which documents hold it and with which weight."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Weigh = Callable[[Counter[str], dict[str, float]], dict[str, float]]
"""The weights of one document's terms, from their counts and rarity."""


class Postings:
    """Lists of documents by term. `idf` of a term that no document holds is that of the rarest possible one."""

    def __init__(self, documents: Sequence[Iterable[str]], weigh: Weigh):
        counted = [Counter(document) for document in documents]
        self.size = len(counted)
        frequency = Counter(term for terms in counted for term in terms)
        self._idf = {term: _idf(self.size, count) for term, count in frequency.items()}
        self._unseen_idf = _idf(self.size, 0)
        gathered: dict[str, tuple[list[int], list[float]]] = {}
        for number, terms in enumerate(counted):
            for term, weight in weigh(terms, self._idf).items():
                numbers, weights = gathered.setdefault(term, ([], []))
                numbers.append(number)
                weights.append(weight)
        self._lists = {
            term: (np.array(numbers, dtype=np.int32), np.array(weights, dtype=np.float32))
            for term, (numbers, weights) in gathered.items()
        }

    def __contains__(self, term: str) -> bool:
        return term in self._lists

    def idf(self, term: str) -> float:
        return self._idf.get(term, self._unseen_idf)

    def scores(self, query: dict[str, float]) -> Scores:
        """For each document, the sum over the query's terms of their weight in the query times that in the document."""
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in query.items():
            if found := self._lists.get(term):
                numbers, weights = found
                total[numbers] += weight * weights
        return total

    def strongest(self, alternatives: dict[str, float]) -> Scores:
        """For each document, the weightiest of several terms that may stand for one another."""
        best = np.zeros(self.size, dtype=np.float32)
        for term, weight in alternatives.items():
            if found := self._lists.get(term):
                numbers, weights = found
                best[numbers] = np.maximum(best[numbers], weight * weights)
        return best

    def unit(self, terms: Iterable[str]) -> dict[str, float]:
        """Terms as a query of length 1, weighted by rarity: the other half of a cosine."""
        return unit_weights(Counter(terms), self._idf, self._unseen_idf)


def _idf(size: int, frequency: int) -> float:
    return float(np.log1p((size - frequency + 0.5) / (frequency + 0.5)))


def unit_weights(terms: Counter[str], idf: dict[str, float], unseen_idf: float = 0.0) -> dict[str, float]:
    """Sublinear tf·idf, scaled to length 1."""
    raw = {term: (1.0 + float(np.log(count))) * idf.get(term, unseen_idf) for term, count in terms.items()}
    length = float(np.sqrt(sum(weight * weight for weight in raw.values()))) or 1.0
    return {term: weight / length for term, weight in raw.items()}
