"""The part of a passage that answers a question: its best paragraph, or the best sentences of it."""

import re
from collections.abc import Sequence

from chatref.knowledge.words import content_stems, sentences

LONGEST_QUOTE = 420
_PARAGRAPH = re.compile(r"\n\s*\n")
_LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+", re.MULTILINE)
_NEIGHBOUR_SHARE = 0.4


def quote(text: str, question: str) -> str:
    """About `LONGEST_QUOTE` characters at most, word for word. A list stays whole, with the sentence before it."""
    if len(text) <= LONGEST_QUOTE:
        return text
    asked = set(content_stems(question))
    paragraphs = _with_lists(_PARAGRAPH.split(text))
    best = max(range(len(paragraphs)), key=lambda at: (_fit(paragraphs[at], asked), -at))
    paragraph = paragraphs[best]
    if len(paragraph) <= LONGEST_QUOTE or _LIST_ITEM.search(paragraph):
        return paragraph
    return _best_run(sentences(paragraph), asked)


def _with_lists(paragraphs: Sequence[str]) -> list[str]:
    """Each list joined to the paragraph that ends in a colon before it."""
    joined: list[str] = []
    for paragraph in paragraphs:
        if joined and joined[-1].endswith(":") and _LIST_ITEM.match(paragraph):
            joined[-1] = f"{joined[-1]}\n\n{paragraph}"
        else:
            joined.append(paragraph.strip())
    return [paragraph for paragraph in joined if paragraph]


def _best_run(parts: Sequence[str], asked: set[str]) -> str:
    """The sentences in a row that fit best, as many as the length allows; what follows a sentence explains it."""
    fits = [_fit(part, asked) for part in parts]
    best, best_score = "", -1.0
    for start in range(len(parts)):
        run, score = parts[start], fits[start]
        for after in range(start + 1, len(parts)):
            if len(run) + len(parts[after]) + 1 > LONGEST_QUOTE:
                break
            run, score = f"{run} {parts[after]}", score + _NEIGHBOUR_SHARE * fits[after]
        if score > best_score:
            best, best_score = run, score
    return best


def _fit(text: str, asked: set[str]) -> float:
    said = set(content_stems(text))
    return len(asked & said) / (len(asked) or 1)
