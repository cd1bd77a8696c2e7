"""Which words stand for the same thing, read from a file of groups: one a line."""

from collections import defaultdict
from functools import cache
from importlib.resources.abc import Traversable

from chatref.knowledge.words import stem, words


class Thesaurus:
    """Groups of stems. A word may stand in several."""

    def __init__(self, text: str) -> None:
        self._groups: defaultdict[str, set[str]] = defaultdict(set)
        for line in text.splitlines():
            if not line.startswith("#"):
                group = {stem(word) for word in words(line)}
                for member in group:
                    self._groups[member] |= group

    @cache  # noqa: B019 - a thesaurus lives as long as the application
    def synonyms(self, word_stem: str) -> frozenset[str]:
        """The stems of every word that may stand for this one, itself included."""
        return frozenset(self._groups.get(word_stem, ())) | {word_stem}

    @cache  # noqa: B019 - likewise
    def group(self, word_stem: str) -> str:
        """One name for all the words of a group; the word itself where it stands in none."""
        return min(self.synonyms(word_stem))


def read_thesaurus(file: Traversable) -> Thesaurus:
    return Thesaurus(file.read_text("utf-8"))
