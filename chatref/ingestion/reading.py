"""The reading process: documents come in on standard input, what they say goes out on standard output.

It lowers its own priority and limits its own memory and time, so that neither a document made to do harm nor a reader
whose parent was killed can take the machine. The time limit ends the process; the parent starts another.
"""

import json
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from chatref.ingestion.documents import read_document, read_sitemap
from chatref.ingestion.kinds import LENGTHS, Unreadable

MEMORY_BYTES = 1024 * 1024 * 1024
NICENESS = 10


def main() -> None:
    # Ctrl-C is for the worker, which ends this process by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    # What was loaded so far counts too.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.RLIM_INFINITY))
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Libraries may print; their words are no answers.
    os.dup2(2, 1)
    while head := incoming.read(LENGTHS.size):
        described, length = LENGTHS.unpack(head)
        description = json.loads(incoming.read(described))
        content = incoming.read(length)
        signal.setitimer(signal.ITIMER_REAL, description["seconds"])
        answer = _answer(description, content)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(outgoing, answer)


def _answer(description: dict[str, Any], content: bytes) -> dict[str, Any]:
    try:
        if description["what"] == "sitemap":
            pages, sitemaps = read_sitemap(content)
            return {"pages": pages, "sitemaps": sitemaps}
        read = read_document(content, description["media_type"], **description["hints"])
    except Unreadable as error:
        return {"unreadable": str(error)}
    except (MemoryError, RecursionError):
        return {"unreadable": "Reading it takes more memory than there is for one document."}
    except Exception as error:
        # Libraries answer what is damaged with whatever their parts run into. Its name says nothing of the content.
        print(f"a document could not be read: {type(error).__name__}", file=sys.stderr)
        return {"unreadable": "It is damaged."}
    passages = [
        {"title": each.title, "headings": each.headings, "text": each.text, "url": each.url} for each in read.passages
    ]
    return {"title": read.title, "passages": passages, "links": read.links}


def _send(outgoing: BinaryIO, answer: dict[str, Any]) -> None:
    encoded = json.dumps(answer).encode()
    outgoing.write(LENGTHS.pack(len(encoded), 0) + encoded)
    outgoing.flush()


if __name__ == "__main__":
    main()
