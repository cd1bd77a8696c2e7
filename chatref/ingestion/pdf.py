"""The text of a PDF as Markdown: paragraphs joined again, and what stands out by its size as headings."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader

_HEADING_RATIO = 1.15
_HEADING_AT_MOST = 120
_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-$")
_ITEM = re.compile(r"^(?:[\u2022\u2023\u25aa\u25e6\u25cf\u2013]|[-*]\s|\d{1,3}[.)]\s)\s*")
_MARKUP = re.compile(r"^[#>|\s]+")


@dataclass
class _Line:
    text: str = ""
    size: float = 0.0


def markdown_of(reader: PdfReader) -> str:
    lines: list[_Line] = []
    for page in reader.pages:
        lines += _lines(page)
        lines.append(_Line())
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    larger = sorted({line.size for line in lines if line.size > body * _HEADING_RATIO}, reverse=True)
    return "\n".join(_written(lines, {size: min(level, 5) for level, size in enumerate(larger, start=1)}))


def _lines(page: Any) -> list[_Line]:
    lines = [_Line()]

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        height = round(size * abs(tm[3] or tm[0] or 1) * abs(cm[3] or 1), 1)
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append(_Line())
            lines[-1].text += part
            if part.strip():
                lines[-1].size = max(lines[-1].size, height)

    page.extract_text(visitor_text=visit)
    return lines


def _written(lines: list[_Line], levels: dict[float, int]) -> list[str]:
    written: list[str] = []
    paragraph = ""
    heading_size = 0.0

    def end() -> None:
        nonlocal paragraph
        if paragraph:
            written.extend((paragraph, ""))
        paragraph = ""

    for line in lines:
        text = _MARKUP.sub("", " ".join(line.text.split()))
        if not text:
            end()
            heading_size = 0.0
        elif line.size in levels and len(text) <= _HEADING_AT_MOST and not text.isdigit():
            end()
            if heading_size == line.size:
                # A heading of two lines.
                written[-2] = f"{written[-2]} {text}"
            else:
                written += [f"{'#' * levels[line.size]} {text}", ""]
            heading_size = line.size
        else:
            heading_size = 0.0
            item = _ITEM.match(text)
            if item:
                end()
                paragraph = f"- {text[item.end() :]}"
            elif _HYPHENATED.search(paragraph):
                paragraph = paragraph[:-1] + text
            else:
                paragraph = f"{paragraph} {text}".strip()
    end()
    return written
