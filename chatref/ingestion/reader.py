"""The parent's side of the reading process."""

import asyncio
import contextlib
import json
import logging
import sys
from dataclasses import dataclass
from typing import Any

from chatref.ingestion.kinds import LENGTHS, Unreadable

logger = logging.getLogger(__name__)

DOCUMENT_SECONDS = 60.0
_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class PageRead:
    """What a document said. `passages` as `source_pages` keeps them."""

    title: str
    passages: list[dict[str, Any]]
    links: list[str]


class Reader:
    """One process, started with the first document and again after one that took too much. One document at a time."""

    def __init__(self, *, seconds: float = DOCUMENT_SECONDS) -> None:
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def read(
        self, content: bytes, media_type: str, *, title: str = "", url: str = "", charset: str = ""
    ) -> PageRead:
        """Raises `Unreadable`."""
        hints = {"title": title, "url": url, "charset": charset}
        answer = await self._ask({"what": "document", "media_type": media_type, "hints": hints}, content)
        return PageRead(answer["title"], answer["passages"], answer["links"])

    async def read_sitemap(self, content: bytes) -> tuple[list[str], list[str]]:
        """Raises `Unreadable`."""
        answer = await self._ask({"what": "sitemap"}, content)
        return answer["pages"], answer["sitemaps"]

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, description: dict[str, Any], content: bytes) -> dict[str, Any]:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._seconds + _GRACE_SECONDS):
                    answer = await self._exchange(description | {"seconds": self._seconds}, content)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
                process = self._process
                await self.stop()
                # The process ends itself by SIGALRM when a document has had its time, and by little else.
                logger.warning("the reading process ended (%s)", process and process.returncode)
                raise Unreadable(
                    f"It could not be read within {self._seconds:g} seconds and the memory for one document."
                ) from None
            except BaseException:
                # Cancelled in the middle: the answer that is still to come must not be taken for the next one's.
                await asyncio.shield(self.stop())
                raise
        if "unreadable" in answer:
            raise Unreadable(answer["unreadable"])
        return answer

    async def _exchange(self, description: dict[str, Any], content: bytes) -> dict[str, Any]:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "chatref.ingestion.reading",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        described = json.dumps(description).encode()
        process.stdin.write(LENGTHS.pack(len(described), len(content)) + described)
        process.stdin.write(content)
        await process.stdin.drain()
        length, _ = LENGTHS.unpack(await process.stdout.readexactly(LENGTHS.size))
        answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
        return answer
