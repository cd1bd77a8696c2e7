"""Web addresses in what a model writes: only those that the business itself gave may reach a visitor.

A bare name such as `example.com` is text, here as in the widget, which makes no link of it.
"""

import re
from collections.abc import Iterable

_ADDRESS = re.compile(r"(?:\b(?:https?|ftp)://|\bwww\.|\bmailto:|(?<=\()//)[^\s<>\"]+", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:\bh(?:t(?:t(?:ps?:?/?)?)?)?|\bhttps?://\S*|\bw(?:ww?)?|\bwww\.\S*)\Z", re.IGNORECASE)
_PUNCTUATION = ".,;:!?'\u2019\u201d)]}*_/"


def addresses(texts: Iterable[str]) -> frozenset[str]:
    """The addresses in the texts, written one way, and each without its fragment too."""
    found = {_plain(match.group()) for text in texts for match in _ADDRESS.finditer(text)}
    return frozenset(found | {_plain(address.split("#")[0]) for address in found})


def foreign(text: str, known: frozenset[str]) -> str:
    """The first address in the text that is not a known one; empty where every one is."""
    return next((match.group() for match in _ADDRESS.finditer(text) if _plain(match.group()) not in known), "")


def settled(text: str) -> str:
    """A growing text without the address at its end that may not be complete yet."""
    return _UNFINISHED.sub("", text)


def _plain(address: str) -> str:
    return address.rstrip(_PUNCTUATION).casefold()
