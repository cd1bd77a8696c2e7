"""Passages in memory, found by words, synonyms and headings, by parts of words for what is misspelled or inflected, and
by meaning where there are vectors.

Of the words, two views are summed: the telling words only, with synonyms and spelling put right, where coverage and
titles count; and every word as it stands, since "how long" or "my own" sets apart what the telling words do not.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from chatref.knowledge.passages import Passage
from chatref.knowledge.postings import Postings, Scores, bm25_weights, equal_weights, rarity_weights, unit_weights
from chatref.knowledge.spelling import Spelling
from chatref.knowledge.thesaurus import read_thesaurus
from chatref.knowledge.words import STOP_WORDS, folded, stem, words

FLOOR = 0.3
"""Below this score, nothing is found by words alone."""
FLOOR_OF_MEANING = 0.38
"""The same where meaning counts too: then scores are mostly cosines, which are seldom near 0."""
_WORDS_BESIDE_MEANING = 0.2
_SATURATION = 1.2
_LENGTH_SHARE = 0.5
_TITLE_COUNT = 3
_PLAIN_LENGTH_SHARE = 0.75
_PLAIN_TITLE_COUNT = 2
_PART_SIZE = 4
_SYNONYM_WEIGHT = 0.6
_SHARES = {"words": 0.1, "coverage": 0.175, "title": 0.2, "plain": 0.275, "parts": 0.25}
_CUE_SHARE = 0.075
_CUES = (
    ("time", re.compile(r"\bhow (?:long|soon|fast|quickly)\b|\bwhen|\bwhat time\b")),
    ("amount", re.compile(r"\bhow (?:much|many)\b|\bwhat\b.* cost")),
    ("frequency", re.compile(r"\bhow often\b")),
    ("size", re.compile(r"\bhow (?:big|large|tall|small)\b")),
    ("place", re.compile(r"\bwhere")),
    ("cause", re.compile(r"\bwhy\b")),
    ("after", re.compile(r"\bafter|\bthen\b")),
)
Vector = NDArray[np.float32]
_SYNONYMS = read_thesaurus(files(__package__).joinpath("synonyms.txt"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that fits a question, and how well: 0 to 1."""

    passage: Passage
    score: float


@dataclass(frozen=True)
class Found:
    """`found` is false where even the best hit is below the floor; the hits are there all the same, to be looked at."""

    hits: tuple[Hit, ...]
    floor: float = FLOOR

    @property
    def found(self) -> bool:
        return bool(self.hits) and self.hits[0].score >= self.floor


class Index:
    """The passages of all sources. Immutable; built anew when the content changes."""

    def __init__(self, passages: Iterable[Passage], vectors: Mapping[str, Vector] | None = None) -> None:
        """`vectors` are those of all texts that `texts_of` names, or None: half of them would favour their passages."""
        self.passages: tuple[Passage, ...] = tuple(passages)
        self._vectors = _stacked(self.passages, vectors) if vectors and self.passages else None
        self._by_id = {passage.id: passage for passage in self.passages}
        titles = [words(passage.title) for passage in self.passages]
        texts = [words(passage.text) for passage in self.passages]
        heads = [_telling(title) for title in titles]
        every = [
            head * _TITLE_COUNT + _telling(text) + _telling(words(" ".join((each.source_title, *each.headings[1:]))))
            for head, text, each in zip(heads, texts, self.passages, strict=True)
        ]
        weighted = [_terms(each) for each in every]
        plain = [_terms(title * _PLAIN_TITLE_COUNT + text) for title, text in zip(titles, texts, strict=True)]
        self._words = Postings(weighted, bm25_weights(_SATURATION, _LENGTH_SHARE))
        self._plain = Postings(plain, bm25_weights(_SATURATION, _PLAIN_LENGTH_SHARE))
        self._parts = Postings([_parts(title + text) for title, text in zip(titles, texts, strict=True)], unit_weights)
        self._coverage = Postings(weighted, rarity_weights)
        self._titles = Postings([_terms(head) for head in heads], unit_weights)
        self._cues = Postings([_cues(passage.title) for passage in self.passages], equal_weights)
        self._spelling = Spelling({word for each in every for word in each})

    def passage(self, passage_id: str) -> Passage | None:
        return self._by_id.get(passage_id)

    @property
    def knows_meaning(self) -> bool:
        """Whether `search` can make use of a question's vector."""
        return self._vectors is not None

    def search(self, text: str, limit: int = 5, meaning: Vector | None = None) -> Found:
        """The passages that fit best, best first. `meaning` is the vector of `text`, if there is one."""
        by_words = self._by_words(text)
        if meaning is not None and self._vectors is not None and self._vectors.shape[-1] == meaning.shape[-1]:
            by_title, by_text = self._vectors @ meaning
            # A question may be put like the heading or like the answer: the better of both counts most.
            by_meaning = 0.5 * np.maximum(by_title, by_text) + 0.25 * (by_title + by_text)
            total, floor = by_meaning, FLOOR_OF_MEANING
            if by_words is not None:
                total = by_meaning + _WORDS_BESIDE_MEANING * by_words
        elif by_words is not None:
            total, floor = by_words, FLOOR
        else:
            return Found(())
        best = np.argsort(-total, kind="stable")[:limit]
        return Found(
            tuple(Hit(self.passages[at], round(min(float(total[at]), 1.0), 3)) for at in best if total[at] > 0.0), floor
        )

    def _by_words(self, text: str) -> Scores | None:
        """How well each passage fits by its words, 0 to 1; None for a text that asks for nothing."""
        asked = [word for word in _telling(words(text)) if not word.isdigit() or word in self._words]
        if not asked or not self.passages:
            return None
        put_right = [self._put_right(word) for word in asked]
        alternatives = [self._alternatives(each) for each in dict.fromkeys(map(stem, put_right))]
        rarity = [max(self._words.idf(term) * weight for term, weight in terms.items()) for terms in alternatives]
        ideal = sum(rarity)
        title_ideal = sum(each * each for each in rarity) ** 0.5
        said = [word if word in STOP_WORDS else self._put_right(word) for word in words(text)]
        plain = [self._alternatives(each) for each in dict.fromkeys(_terms(said))]
        plain_ideal = sum(max(self._plain.idf(term) * weight for term, weight in terms.items()) for terms in plain)
        total: Scores = (
            _SHARES["plain"] * sum(self._plain.strongest(terms) for terms in plain) / plain_ideal
            + _SHARES["parts"] * self._parts.scores(self._parts.unit(_parts(said)))
            + _SHARES["words"] * sum(self._words.strongest(terms) for terms in alternatives) / ideal
            + _SHARES["coverage"] * sum(self._coverage.strongest(terms) for terms in alternatives) / ideal
            + _SHARES["title"]
            * sum(self._titles.strongest(terms) * each for terms, each in zip(alternatives, rarity, strict=True))
            / title_ideal
            + _CUE_SHARE * self._cues.scores(dict.fromkeys(_cues(text), 1.0))
        )
        return total

    def _alternatives(self, word_stem: str) -> dict[str, float]:
        """A word's own stem, and at less weight those of its synonyms that the passages hold."""
        others = {other: _SYNONYM_WEIGHT for other in _SYNONYMS.synonyms(word_stem) if other in self._words}
        return others if others and word_stem not in self._words else others | {word_stem: 1.0}

    def _put_right(self, word: str) -> str:
        if stem(word) in self._words:
            return word
        return self._spelling.corrected(word) or word


def texts_of(passage: Passage) -> tuple[str, str]:
    """What of a passage gets a vector: its heading as a question might be put, and all of it."""
    return passage.title or passage.source_title, f"{passage.title}\n{passage.text}"


def _stacked(passages: Sequence[Passage], vectors: Mapping[str, Vector]) -> Vector:
    """Headings and texts, one above the other: 2 by passages by dimensions."""
    pairs = [texts_of(passage) for passage in passages]
    return np.stack([np.stack([vectors[pair[part]] for pair in pairs]) for part in (0, 1)])


def _terms(every: Sequence[str]) -> list[str]:
    return [stem(word) for word in every]


def _parts(every: Sequence[str]) -> list[str]:
    """Runs of four letters, ends marked: shared by inflections and most misspellings, and by little else."""
    return [part for word in every for part in _parts_of(word)]


@lru_cache(maxsize=100_000)
def _parts_of(word: str) -> tuple[str, ...]:
    marked = f"<{word}>"
    return tuple(marked[at : at + _PART_SIZE] for at in range(max(1, len(marked) - _PART_SIZE + 1)))


def _cues(question: str) -> list[str]:
    """What sort of answer is asked for: a time, a place, an amount."""
    asked = folded(question)
    return [cue for cue, pattern in _CUES if pattern.search(asked)]


def _telling(every: Sequence[str]) -> list[str]:
    return [word for word in every if word not in STOP_WORDS]
