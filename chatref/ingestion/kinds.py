"""What can be read. Apart from how, so that who only needs to know loads none of the libraries for it."""

import struct
from pathlib import PurePath

TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Which files can be read, by the ending of their name."""
EXTRACTION = 1
"""Counted up whenever the same document would be read differently: what was read before is then read anew."""
FILE_BYTES_AT_MOST = 50 * 1024 * 1024
LENGTHS = struct.Struct(">II")
"""How reading process and parent talk. Before a document: the length of its description (JSON), and of its content.
Before an answer: its own, and 0."""


class Unreadable(Exception):
    """There is nothing to be had from this document. The words are for people."""


def media_type_of(name: str) -> str:
    """By the ending of a file's name; empty where it is none that can be read."""
    return TYPES.get(PurePath(name.lower()).suffix, "")
