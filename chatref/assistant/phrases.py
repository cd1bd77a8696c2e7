"""Trigger phrases: words that stand close together in a sentence, inflected, with their synonyms, misspelled."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from chatref.assistant.lexicon import THESAURUS
from chatref.knowledge.spelling import Spelling
from chatref.knowledge.words import STOP_WORDS, PlacedWord, stem, words
from chatref.lexicon import word_set

_SLACK_IN_ORDER = 4
_SLACK_REVERSED = 2
_NO_SLACK = -1
_FILLERS = word_set("a an the to of my your our for with on in at is are")


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a sentence: the indexes of its words, in order. `strength` grows with their number."""

    phrase: int
    matched: tuple[int, ...]
    strength: float


class Phrases:
    """Many phrases, looked for at once. A phrase's slots are its words but for articles and the like.

    `a|b` in a slot is either; `-a` means that the sentence must not hold the word.
    """

    def __init__(self, phrases: Sequence[str]) -> None:
        self._slots: list[int] = []
        self._ordered = [_is_ordered(phrase) for phrase in phrases]
        self._excluded = [_excluded(phrase) for phrase in phrases]
        self._in_slot: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, phrase in enumerate(phrases):
            slots = _slots(phrase)
            self._slots.append(len(slots))
            for slot, stems in enumerate(slots):
                for word_stem in stems:
                    self._in_slot[word_stem].append((number, slot))
        self._spelling = Spelling(self._in_slot)

    def find(self, sentence: Sequence[PlacedWord]) -> list[Found]:
        """The best place of every phrase that the sentence holds."""
        hits: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for index, word in enumerate(sentence):
            for number, slot in self._in_slot.get(self._known(word.text), ()):
                hits[number].append((index, slot))
        present = {stem(word.text) for word in sentence}
        return [
            found
            for number, places in hits.items()
            if self._excluded[number].isdisjoint(present) and (found := self._place(number, places, sentence))
        ]

    def _known(self, word: str) -> str:
        """The stem of a word, or that of the phrases' word that it is a likely misspelling of."""
        word_stem = stem(word)
        if word_stem in self._in_slot or word in _NEVER_CORRECTED:
            return word_stem
        return self._spelling.corrected(word) or self._spelling.corrected(word_stem) or word_stem

    def _place(self, number: int, places: list[tuple[int, int]], sentence: Sequence[PlacedWord]) -> Found | None:
        size = self._slots[number]
        strength = 1.0 - 0.25 / size
        if size == 1:
            return Found(number, (places[0][0],), strength)
        best: tuple[int, tuple[int, ...]] | None = None
        for start, (index, _) in enumerate(places):
            seen: dict[int, int] = {}
            # What is further away than any slack allows cannot belong to this place.
            reach = sentence[index].place + size - 1 + _SLACK_IN_ORDER
            for at, slot in islice(places, start, None):
                if sentence[at].place > reach:
                    break
                if at not in seen.values():
                    seen.setdefault(slot, at)
                if len(seen) == size:
                    break
            if len(seen) < size:
                continue
            last = max(seen.values())
            extra = sentence[last].place - sentence[index].place + 1 - size
            in_order = all(seen[slot] < seen[slot + 1] for slot in range(size - 1))
            slack = _SLACK_IN_ORDER if in_order else _NO_SLACK if self._ordered[number] else _SLACK_REVERSED
            if extra <= slack and (best is None or extra < best[0]):
                best = (extra, tuple(sorted(seen.values())))
        return None if best is None else Found(number, best[1], strength)


def _slots(phrase: str) -> list[frozenset[str]]:
    parts = [part for part in phrase.lower().split() if not part.startswith("-")]
    telling = [part for part in parts if part not in _FILLERS] or parts
    return [_stems(part.split("|"), expand=len(telling) > 1) for part in telling]


def _is_ordered(phrase: str) -> bool:
    """Whether the order counts: "account cancellation" is "cancel account", but "person need" is not "need person"."""
    return any(not STOP_WORDS.isdisjoint(words(part.replace("|", " "))) for part in phrase.split()[:-1])


def _excluded(phrase: str) -> frozenset[str]:
    return _stems([part for part in phrase.lower().split() if part.startswith("-")], expand=False)


def _stems(alternatives: Iterable[str], *, expand: bool) -> frozenset[str]:
    found: set[str] = set()
    for alternative in alternatives:
        for word in words(alternative):
            found |= THESAURUS.synonyms(stem(word)) if expand and word not in STOP_WORDS else {stem(word)}
    return frozenset(found)


_NEVER_CORRECTED = word_set(
    """chose choose chosen those whose these there their where close closed amount amounts count country
    counting found round sound ground cause cases caused taken talked order older other placed place play
    paid plain plane price prize great greats create created creates creating reach react contract contact
    contrast content context charge charges charged change chance changer stock store stick staff stuff
    named games field filed filled film human humane persons personal phones phase chats cheat charts
    checked check cheque chest mover moved movie moving convert converted feds feet actual modern moderate
    number numbers member members remember nation notion option action section transition translate refuse
    refused refuel retain retail refer deferred prefer offers office officer adding added editor edition
    accept access across address account discount reason season lesson reserve reverse receive received
    relieve receipt restart recover repair repaid report resort upload update payday parent patent patient
    payments planet plant plants placing pricing raising rising rinse cards course cancer canal candle
    speaker speech submit summit visit visits extent extend extended external ended ending sending spending
    lending bending closer closet clothes loser later water latter letter letters better user users sure
    using owner owned"""
)
