"""A retrievable part of the owner's content, and Markdown split into such parts at its headings."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from markdown_it import MarkdownIt

_SPACE = UUID("6f0dcb52-2c0c-4be1-9a3e-6a1f0c6e3d55")
_LONGEST = 1_500
_FRONT_MATTER = re.compile(r"\A---\s*\n.*?\n---\s*\n", re.DOTALL)
_MARKUP = re.compile(r"(\*\*|__|`)(.+?)\1")
_EMPHASIS = re.compile(r"(?<!\w)[*_]([^*_\n]+)[*_](?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_parser = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Passage:
    """`title` is the nearest heading, `headings` the path above it; `position` counts from 0 within the source."""

    id: str
    source_id: str
    source_title: str
    title: str
    headings: tuple[str, ...]
    text: str
    url: str
    position: int


@dataclass(frozen=True)
class Document:
    title: str
    passages: tuple[Passage, ...]


def read_markdown(markdown: str, *, source_id: str, title: str = "", url: str = "") -> Document:
    """The passages under each heading. Ids follow from the source and the position, so that reading again keeps them.

    `title` serves where the text has no first-level heading. With `url`, a passage's address ends in its anchor.
    """
    markdown = _FRONT_MATTER.sub("", markdown.replace("\r\n", "\n"))
    lines = markdown.split("\n")
    sections: list[tuple[list[str], list[str]]] = [([], [])]
    path: list[tuple[int, str]] = []
    top = title
    for token, level, heading in _blocks(markdown):
        if heading:
            if level == 1 and not path and (top == title or not top):
                top = heading
            path = [step for step in path if step[0] < level] + [(level, heading)]
            sections.append(([name for _, name in path], []))
        else:
            start, end = token
            sections[-1][1].append("\n".join(lines[start:end]).strip())
    passages: list[Passage] = []
    for headings, blocks in sections:
        for text in _parts([_plain(block) for block in blocks if block]):
            name = headings[-1] if headings else top
            above = tuple(headings[:-1])
            address = f"{url}#{anchor(name)}" if url and above else url
            position = len(passages)
            identity = str(uuid5(_SPACE, f"{source_id}/{position}"))
            passages.append(Passage(identity, source_id, top, name, above, text, address, position))
    return Document(top, tuple(passages))


def anchor(heading: str) -> str:
    """The fragment that a heading's address ends in."""
    return re.sub(r"[^\w]+", "-", heading.lower()).strip("-")


def _blocks(markdown: str) -> list[tuple[tuple[int, int], int, str]]:
    """The top-level blocks in order: their lines, and for a heading its level and words."""
    found: list[tuple[tuple[int, int], int, str]] = []
    tokens = _parser.parse(markdown)
    for index, token in enumerate(tokens):
        if token.level != 0 or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            found.append(((0, 0), int(token.tag[1:]), _plain(tokens[index + 1].content)))
        else:
            found.append(((token.map[0], token.map[1]), 0, ""))
    return found


def _plain(text: str) -> str:
    return _EMPHASIS.sub(r"\1", _MARKUP.sub(r"\2", _LINK.sub(r"\1", text))).strip()


def _parts(blocks: list[str]) -> list[str]:
    """Blocks joined to texts of at most `_LONGEST` characters; only a longer block is longer."""
    parts: list[str] = []
    for block in blocks:
        if parts and len(parts[-1]) + len(block) + 2 <= _LONGEST:
            parts[-1] = f"{parts[-1]}\n\n{block}"
        else:
            parts.append(block)
    return parts
