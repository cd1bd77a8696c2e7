"""The pages of the documentation, and what is in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"""!?\[[^\]]*\]\((?P<to>[^)\s]+)\)|\ssrc="(?P<image>[^"]+)\"""")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CONTINUED = re.compile(r"\\\n\s*")


@dataclass(frozen=True)
class Page:
    file: Path

    @property
    def text(self) -> str:
        return self.file.read_text()

    def blocks(self, language: str) -> list[str]:
        return [block for _, found, block in _BLOCK.findall(self.text) if found == language]

    @property
    def prose(self) -> str:
        return _BLOCK.sub("", self.text)

    @property
    def links(self) -> list[str]:
        return [found["to"] or found["image"] for found in _LINK.finditer(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """As GitHub makes them: lower case, no punctuation, hyphens for spaces."""
        headings = _HEADING.findall(self.prose)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    @property
    def commands(self) -> list[str]:
        """What the page tells people to type, one command each."""
        shell = "\n".join(self.blocks("sh"))
        return [line.strip() for line in _CONTINUED.sub(" ", shell).splitlines() if line.strip()]


def pages() -> list[Page]:
    return [Page(file) for file in PAGES]
