"""Sources by command: added, waited for, listed."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from chatref.composition import ingestions, temporal_client
from chatref.ingestion.kinds import FILE_BYTES_AT_MOST, TYPES, media_type_of
from chatref.ingestion.site import normal
from chatref.settings import TemporalSettings
from chatref.store import readings, sources
from chatref.store.database import Database
from chatref.store.tables import Source, SourceContent

LOOK_AGAIN_SECONDS = 0.3
AGAIN_EVERY = timedelta(days=1)


class NotASource(Exception):
    """What was named can never be read."""


async def add_and_wait(
    database_url: str,
    temporal: TemporalSettings,
    what: str,
    *,
    page_limit: int | None,
    show: Callable[[int, int], None],
) -> Source:
    """The source once it is read. `page_limit` makes it a whole site, which is read again every day."""
    source, content = _given(what, page_limit)
    database = Database(database_url)
    try:
        async with database.session() as session:
            await sources.add(session, source, content)
        every = None if source.every_seconds is None else timedelta(seconds=source.every_seconds)
        await ingestions(await temporal_client(temporal)).read(source.id, every)
        return await _read(database, source.id, show)
    finally:
        await database.close()


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


def _given(what: str, page_limit: int | None) -> tuple[Source, SourceContent | None]:
    if what.startswith(("http://", "https://")):
        url = normal(what)
        if not url:
            raise NotASource(f"{what} is not a web address.")
        title = url.partition("://")[2].rstrip("/")
        if page_limit is None:
            return Source(kind="url", title=title, url=url), None
        every = int(AGAIN_EVERY.total_seconds())
        return Source(kind="site", title=title, url=url, page_limit=page_limit, every_seconds=every), None
    path = Path(what)
    if not path.is_file():
        raise NotASource(f"There is no file {what}, and a web address begins with http:// or https://.")
    if not media_type_of(path.name):
        raise NotASource(f"Only {', '.join(sorted(TYPES))} files can be read.")
    if path.stat().st_size > FILE_BYTES_AT_MOST:
        raise NotASource(f"A file may have at most {FILE_BYTES_AT_MOST // 1024 // 1024} MB.")
    source = Source(kind="file", title=path.stem[:200])
    return source, SourceContent(source_id=source.id, name=path.name[-200:], content=path.read_bytes())
