"""Sources by command: added, waited for, listed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from chatref.composition import EngineUnavailable, reading_of_sources
from chatref.ingestion.kinds import FILE_BYTES_AT_MOST, TYPES, media_type_of
from chatref.ingestion.site import normal
from chatref.settings import TemporalSettings
from chatref.store import readings, sources
from chatref.store.database import Database
from chatref.store.tables import Source, SourceContent

LOOK_AGAIN_SECONDS = 0.3
AGAIN_EVERY = timedelta(days=1)
_READABLE = f"Only {', '.join(sorted(TYPES))} files can be."


class NotASource(Exception):
    """What was named cannot be read. The words are for people."""


@dataclass(frozen=True)
class Named:
    """One source to add: a web address, or a file that can be read."""

    url: str = ""
    file: Path = Path()


async def add_and_wait(
    database_url: str,
    temporal: TemporalSettings,
    named: Named,
    *,
    page_limit: int | None,
    show: Callable[[int, int], None],
) -> Source:
    """The source once it is read. `page_limit` makes it a whole site, which is read again every day.

    Raises `NotASource`, `DatabaseUnavailable` and `EngineUnavailable`; then nothing was added.
    """
    source, content = _given(named, page_limit)
    database = Database(database_url)
    try:
        read = await reading_of_sources(temporal)
        async with database.session() as session:
            await sources.add(session, source, content)
        every = None if source.every_seconds is None else timedelta(seconds=source.every_seconds)
        try:
            await read(source.id, every)
        except EngineUnavailable:
            # Nobody would ever read it.
            async with database.session() as session:
                await sources.remove(session, source)
            raise
        return await _read(database, source.id, show)
    finally:
        await database.close()


def named(what: str) -> list[Named]:
    """The sources that somebody means by an address, a file or a folder: of a folder every file that can be read, by
    name. Raises `NotASource`.
    """
    if what.startswith(("http://", "https://")):
        return [Named(url=what)]
    path = Path(what)
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.is_file() and media_type_of(each.name))
        if not files:
            raise NotASource(f"There is no file in {what} that can be read. {_READABLE}")
        return [Named(file=file) for file in files]
    return [Named(file=path)]


async def described(database_url: str) -> list[str]:
    database = Database(database_url)
    try:
        async with database.session() as session:
            counts = await sources.passage_counts(session)
            return [
                f"{source.id}  {source.kind:<4}  {source.status:<7}  {counts.get(source.id, 0):>5}  {source.title}"
                f"{f'  ({source.error})' if source.error else ''}"
                for source in await sources.everyone(session)
            ]
    finally:
        await database.close()


async def _read(database: Database, source_id: UUID, show: Callable[[int, int], None]) -> Source:
    shown = 0
    while True:
        async with database.session() as session:
            source = await sources.get(session, source_id)
            if source is None:
                raise NotASource("The source was removed meanwhile.")
            counts = await readings.counts(session, source_id, source.run)
        if counts.found - counts.waiting > shown:
            shown = counts.found - counts.waiting
            show(shown, counts.found)
        if source.status in ("ready", "failed"):
            return source
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _given(named: Named, page_limit: int | None) -> tuple[Source, SourceContent | None]:
    if named.url:
        url = normal(named.url)
        if not url:
            raise NotASource(f"{named.url} is not a web address.")
        title = url.partition("://")[2].rstrip("/")
        if page_limit is None:
            return Source(kind="url", title=title, url=url), None
        every = int(AGAIN_EVERY.total_seconds())
        return Source(kind="site", title=title, url=url, page_limit=page_limit, every_seconds=every), None
    path = named.file
    if page_limit is not None:
        raise NotASource(f"{path} is not a site: its address begins with http:// or https://.")
    if not path.is_file():
        raise NotASource(f"There is no file {path}, and a web address begins with http:// or https://.")
    if not media_type_of(path.name):
        raise NotASource(f"{path} cannot be read. {_READABLE}")
    if path.stat().st_size > FILE_BYTES_AT_MOST:
        raise NotASource(f"{path} is too large. A file may have at most {FILE_BYTES_AT_MOST // 1024 // 1024} MB.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotASource(f"{path} cannot be opened ({error.strerror}).") from None
    source = Source(kind="file", title=path.stem[:200])
    return source, SourceContent(source_id=source.id, name=path.name[-200:], content=content)
