"""Reading a source, step by step; what a step has done is in the database and is not done again.

A page that its server calls unchanged, or that came as the same bytes, keeps what was read out of it before.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from uuid import UUID

from protego import Protego
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.effects import Progress, Reading
from chatref.ingestion.fetching import Fetched, Fetcher, FetchFailed, Limits, Validators
from chatref.ingestion.kinds import EXTRACTION, TYPES, Unreadable, media_type_of
from chatref.ingestion.reader import PageRead, Reader
from chatref.ingestion.site import Robots, Scope, normal, read_robots, read_sitemaps
from chatref.store import readings
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.tables import Source, SourceContent, SourcePage

logger = logging.getLogger(__name__)

AT_ONCE = 4
STEP_SECONDS = 30.0
_ROBOTS = "robots.txt"
_LINKS_AT_MOST = 2_000
_NO_TEXT = "There is no text in it."
_WEB_TYPES = {*TYPES.values(), "application/xhtml+xml"}


@dataclass(frozen=True)
class Outcome:
    """What became of one page, as `source_pages` has it; `links` are all that it gave."""

    status: str
    error: str = ""
    gone: bool = False
    read: PageRead | None = None
    validators: Validators = field(default_factory=Validators)
    digest: str = ""
    unchanged: bool = False


class SourceReading:
    """Lives as long as the worker."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        *,
        allow_private: bool = False,
        limits: Limits | None = None,
        step_seconds: float = STEP_SECONDS,
    ) -> None:
        self._database = database
        self._reader = reader
        self._allow_private = allow_private
        self._limits = limits
        self._step_seconds = step_seconds
        self._one_writer = asyncio.Lock()
        self._one_file = asyncio.Lock()

    async def begin(self, source_id: UUID, *, failed_only: bool) -> Reading:
        async with self._database.session() as session:
            source = await readings.begin(session, source_id, failed_only=failed_only)
        return Reading(str(source.id), source.run)

    async def find(self, reading: Reading) -> Progress:
        """The page to begin with, or all that a site's sitemap lists."""
        async with self._database.session() as session:
            source = await _current(session, reading)
        urls = [source.url]
        refused = ""
        if source.kind == "site":
            start = urls[0] = normal(source.url)
            async with self._fetcher() as fetcher:
                try:
                    text, robots = await read_robots(fetcher, start)
                    # Pages are read in many steps, and all by the same rules.
                    async with self._database.session() as session:
                        content = SourceContent(source_id=source.id, name=_ROBOTS, content=text.encode())
                        await session.merge(content)
                    urls += await read_sitemaps(fetcher, self._reader, start, robots, source.page_limit)
                except FetchFailed as error:
                    refused = str(error)
        async with self._database.session() as session:
            source = await _current(session, reading)
            await readings.add_pages(session, source, urls)
            if refused:
                await readings.save_page(session, source, urls[0], status="failed", error=refused)
            return await _progress(session, reading)

    async def read(self, reading: Reading) -> Progress:
        """Pages for about as long as a step may take, several at once unless the site asks for pauses."""
        ends = time.monotonic() + self._step_seconds
        async with self._database.session() as session:
            source = await _current(session, reading)
            content = await readings.content(session, source.id)
        robots = Robots(Protego.parse(content.content.decode())) if content and source.kind == "site" else None
        pause = robots.pause if robots else 0.0
        async with self._fetcher() as fetcher:
            while True:
                async with self._database.session() as session:
                    urls = await readings.waiting(session, source.id, reading.run, 1 if pause else AT_ONCE)
                if not urls:
                    break
                async with asyncio.TaskGroup() as group:
                    for url in urls:
                        group.create_task(self._read_page(fetcher, source, robots, reading, url))
                if time.monotonic() > ends:
                    break
                await asyncio.sleep(pause)
        async with self._database.session() as session:
            source = await _current(session, reading)
            progress = await _progress(session, reading)
            if progress.complete and progress.failed and source.kind == "site":
                # What a page leads to that could not be read this time has not vanished by that.
                await readings.add_pages(session, source, await readings.unvisited(session, source))
                progress = await _progress(session, reading)
            return progress

    async def publish(self, reading: Reading) -> bool:
        async with self._database.session() as session:
            return await readings.publish(session, await _current(session, reading))

    async def abandon(self, source_id: UUID, reason: str) -> None:
        async with self._database.session() as session:
            await readings.abandon(session, source_id, reason)

    def _fetcher(self) -> Fetcher:
        return Fetcher(allow_private=self._allow_private, limits=self._limits)

    async def _read_page(
        self, fetcher: Fetcher, source: Source, robots: Robots | None, reading: Reading, url: str
    ) -> None:
        try:
            outcome = await self._outcome(fetcher, source, robots, url)
        except FetchFailed as error:
            outcome = Outcome("failed", str(error), gone=error.gone)
        except Unreadable as error:
            outcome = Outcome("failed", str(error))
        except DatabaseUnavailable:
            raise
        except Exception:
            # Tried again it would fail again, and with it the whole reading.
            logger.exception("a page could not be read")
            outcome = Outcome("failed", "Something went wrong here while it was read; it has been logged.")
        links: list[str] = []
        if robots is not None and outcome.read is not None:
            links = Scope(normal(source.url)).pages(outcome.read.links)[:_LINKS_AT_MOST]
        async with self._one_writer, self._database.session() as session:
            current = await _current(session, reading)
            await _save(session, current, url, outcome, links)
            if robots is not None:
                await readings.add_pages(session, current, [link for link in links if robots.allows(link)])

    async def _outcome(self, fetcher: Fetcher, source: Source, robots: Robots | None, url: str) -> Outcome:
        if source.kind not in ("url", "site"):
            read = await self._read_given(source)
            return Outcome("read", read=read) if read.passages else Outcome("failed", _NO_TEXT, read=read)
        if robots is not None and not robots.allows(url):
            return Outcome("skipped", "The site's robots.txt does not allow it.")
        known = await self._known(source, url)
        fetched = await fetcher.fetch(url, Validators(known.etag, known.last_modified) if known else None)
        if known is not None and fetched.unchanged:
            return _as_before(known, Validators(known.etag, known.last_modified))
        address = normal(fetched.url)
        if robots is not None and not Scope(normal(source.url)).holds(address):
            return Outcome("skipped", "It leads to another site.")
        if robots is not None and not robots.allows(address):
            return Outcome("skipped", "The site's robots.txt does not allow it.")
        media_type = _media_type(fetched)
        if robots is not None and media_type not in _WEB_TYPES:
            return Outcome("skipped", "It is no page.")
        # Where a page leads elsewhere, what its server calls it is about elsewhere.
        validators = fetched.validators if address == url else Validators()
        digest = _digest(fetched, media_type)
        if known is not None and known.digest == digest:
            return _as_before(known, validators)
        name = PurePath(address.rstrip("/")).name
        read = await self._reader.read(fetched.content, media_type, title=name, url=address, charset=fetched.charset)
        if read.passages:
            return Outcome("read", read=read, validators=validators, digest=digest)
        return Outcome("skipped" if robots is not None else "failed", _NO_TEXT, read=read)

    async def _known(self, source: Source, url: str) -> SourcePage | None:
        """What was read out of the page before, if it would be read alike now."""
        async with self._database.session() as session:
            known = await readings.read_before(session, source, url)
        return known if known is not None and known.digest.startswith(f"{EXTRACTION}:") else None

    async def _read_given(self, source: Source) -> PageRead:
        # They are read one after the other anyway: so only one is held in memory.
        async with self._one_file:
            async with self._database.session() as session:
                given = await readings.content(session, source.id)
            if given is None:
                raise Unreadable("What it was made from was not kept. Add it again.")
            return await self._reader.read(given.content, media_type_of(given.name), title=source.title)


async def _current(session: AsyncSession, reading: Reading) -> Source:
    return await readings.current(session, UUID(reading.source_id), reading.run)


async def _progress(session: AsyncSession, reading: Reading) -> Progress:
    number = await readings.counts(session, UUID(reading.source_id), reading.run)
    return Progress(number.found, number.found - number.waiting, number.failed, complete=number.waiting == 0)


def _as_before(known: SourcePage, validators: Validators) -> Outcome:
    read = PageRead(known.title, known.passages, known.links)
    return Outcome("read", read=read, validators=validators, digest=known.digest, unchanged=True)


def _digest(fetched: Fetched, media_type: str) -> str:
    """Equal for what is read alike."""
    told = f"{fetched.url}\0{media_type}\0{fetched.charset}\0".encode()
    return f"{EXTRACTION}:{sha256(told + fetched.content).hexdigest()}"


async def _save(session: AsyncSession, source: Source, url: str, outcome: Outcome, links: list[str]) -> None:
    read = outcome.read
    if outcome.status != "read" or read is None:
        await readings.save_page(
            session,
            source,
            url,
            status=outcome.status,
            error=outcome.error,
            gone=outcome.gone,
            title=read.title if read else "",
        )
        return
    fingerprint = sha256("\0".join(each["text"] for each in read.passages).encode()).hexdigest()
    same = await readings.same_content(session, source, url, fingerprint)
    if same is not None:
        await readings.save_page(session, source, url, status="skipped", error=f"It says the same as {same}.")
        return
    await readings.save_page(
        session,
        source,
        url,
        status="read",
        title=read.title,
        fingerprint=fingerprint,
        passages=read.passages,
        links=links,
        etag=outcome.validators.etag,
        last_modified=outcome.validators.last_modified,
        digest=outcome.digest,
        unchanged=outcome.unchanged,
    )


def _media_type(fetched: Fetched) -> str:
    """What the server says, unless that says nothing."""
    by_name = media_type_of(fetched.url.partition("?")[0])
    if fetched.media_type in ("", "application/octet-stream", "binary/octet-stream"):
        return by_name or ("text/html" if fetched.content.lstrip()[:1] == b"<" else fetched.media_type)
    if fetched.media_type == "text/plain" and by_name == "text/markdown":
        return by_name
    return fetched.media_type
