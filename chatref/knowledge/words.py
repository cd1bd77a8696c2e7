"""Text into sentences, words and stems: one way for content, questions and triggers. English for now."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from chatref.lexicon import word_set

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n")
_CLAUSE_END = re.compile(r"[,;:()\u2013\u2014]|\s-\s")
_CLAUSE_DISTANCE = 2

STOP_WORDS = word_set(
    """a about after all also am an and any are as at be because been before being but by can cant could did do
    does doing done dont for from get gets getting give go going got had has have having he her here him his
    how i id if ill im in into is it its ive just know let like made make may me might more most much must
    my need needs no not now of off ok on one only or our out over own please she should so some still such
    than thanks that thats the their them then there theres these they this those to too u up us use used
    using very want wants was way we were what whats when where wheres which while who whom whose why will
    with without would you your youre tell help hi hello hey possible able see take long soon often
    hows whens im wont didnt doesnt isnt arent"""
)
_stemmer = snowballstemmer.stemmer("english")


def folded(text: str) -> str:
    """Lower case, compatibility forms resolved, accents removed, apostrophes straightened."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").replace("\u2018", "'"))
    return "".join(character for character in plain if not unicodedata.combining(character)).lower()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


def sentences(text: str) -> list[str]:
    """The sentences of a text, as written. A line break ends one too."""
    return [sentence for part in _SENTENCE_END.split(text) if (sentence := part.strip())]


def words(text: str) -> list[str]:
    """The words in lower case; an apostrophe inside a word is dropped, so that "don't" and "dont" are the same."""
    return [found.replace("'", "") for found in _WORD.findall(folded(text))]


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def content_stems(text: str) -> list[str]:
    """The stems that say what a text is about; all of them where every word is a stop word."""
    every = words(text)
    return [stem(word) for word in every if word not in STOP_WORDS] or [stem(word) for word in every]


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of a sentence. `place` grows by one a word and by more where a comma or dash parts two clauses."""

    text: str
    place: int


def placed_words(sentence: str) -> list[PlacedWord]:
    return list(_placed(folded(sentence)))


def _placed(text: str) -> Iterator[PlacedWord]:
    place = 0
    end = 0
    for found in _WORD.finditer(text):
        if end and _CLAUSE_END.search(text, end, found.start()):
            place += _CLAUSE_DISTANCE
        yield PlacedWord(found.group().replace("'", ""), place)
        place += 1
        end = found.end()


def grams(word: str) -> list[str]:
    """The character trigrams of a word with its ends marked: what a misspelling leaves mostly intact."""
    marked = f"<{word}>"
    return [marked[start : start + 3] for start in range(len(marked) - 2)]
