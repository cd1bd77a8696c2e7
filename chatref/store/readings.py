"""Readings of sources: one row per page and run, published as a whole when the run is complete."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, func, insert, text, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.channels import Config, config_changed
from chatref.store.tables import PassageRecord, Source, SourceContent, SourcePage

_SPACE = UUID("d35e1c0a-2c0f-4b1c-9c53-3a0cf6c1a7b2")
_INSERTED_AT_ONCE = 500


class ReadingEnded(Exception):
    """The source was removed, or its reading cancelled or superseded: what is still being read is for nothing."""


@dataclass(frozen=True)
class Counts:
    """Of the pages of one run. `skipped` are without content of their own; `unchanged` are some of those `read`."""

    found: int = 0
    waiting: int = 0
    read: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0


async def current(session: AsyncSession, source_id: UUID, run: int) -> Source:
    """The source, kept from changing until the transaction ends. Raises `ReadingEnded` where the run is over."""
    query = select(Source).where(Source.id == source_id).with_for_update()
    source = (await session.exec(query)).one_or_none()
    if source is None or source.run != run or source.status != "reading":
        raise ReadingEnded
    return source


async def begin(session: AsyncSession, source_id: UUID, *, failed_only: bool) -> Source:
    """The source as it is now being read, in a run of its own. What an earlier one left incomplete is forgotten.

    With `failed_only`, what the published run has read is taken over, and only the rest is read.
    """
    source = (await session.exec(select(Source).where(Source.id == source_id).with_for_update())).one_or_none()
    if source is None:
        raise ReadingEnded
    source.run += 1
    source.status, source.error = "reading", ""
    source.changed_at = datetime.now(UTC)
    session.add(source)
    await session.flush()
    await session.exec(
        delete(SourcePage).where(col(SourcePage.source_id) == source_id, col(SourcePage.run) != source.published_run)
    )
    if failed_only and source.published_run:
        parameters = {"source": source_id, "run": source.run, "published": source.published_run}
        await (await session.connection()).execute(_TAKE_OVER, parameters)
    return source


_TAKE_OVER = text("""
    insert into source_pages
        (source_id, run, url, position, status, error, gone, title, fingerprint, passages, links, etag, last_modified,
         digest, read_at)
    select source_id, :run, url, position, case status when 'failed' then 'waiting' else status end,
        case status when 'failed' then '' else error end, false, title, fingerprint,
        case status when 'failed' then '[]'::jsonb else passages end, links, etag, last_modified, digest, read_at
    from source_pages where source_id = :source and run = :published
""")


async def add_pages(session: AsyncSession, source: Source, urls: Sequence[str]) -> None:
    """Pages to read, as far as the limit allows; those that are there already are not read twice."""
    known = (
        await session.exec(
            select(SourcePage.url).where(SourcePage.source_id == source.id, SourcePage.run == source.run)
        )
    ).all()
    room = source.page_limit - len(known)
    new = [url for url in dict.fromkeys(urls) if url not in set(known)][: max(0, room)]
    if new:
        session.add_all(
            SourcePage(source_id=source.id, run=source.run, url=url, position=position)
            for position, url in enumerate(new, start=len(known))
        )
        await session.flush()


async def waiting(session: AsyncSession, source_id: UUID, run: int, limit: int) -> list[str]:
    query = (
        select(SourcePage.url)
        .where(SourcePage.source_id == source_id, SourcePage.run == run, SourcePage.status == "waiting")
        .order_by(col(SourcePage.position))
        .limit(limit)
    )
    return list((await session.exec(query)).all())


async def unvisited(session: AsyncSession, source: Source) -> list[str]:
    """What the published run has read and this one has not come to."""
    here = select(SourcePage.url).where(SourcePage.source_id == source.id, SourcePage.run == source.run)
    query = (
        select(SourcePage.url)
        .where(
            SourcePage.source_id == source.id,
            SourcePage.run == source.published_run,
            SourcePage.status == "read",
            col(SourcePage.url).not_in(here),
        )
        .order_by(col(SourcePage.position))
    )
    return list((await session.exec(query)).all())


async def read_before(session: AsyncSession, source: Source, url: str) -> SourcePage | None:
    """The page as the published run has read it, if it has."""
    page = await session.get(SourcePage, (source.id, source.published_run, url))
    return page if page is not None and page.status == "read" else None


async def same_content(session: AsyncSession, source: Source, url: str, fingerprint: str) -> str | None:
    """Another page of this run that says exactly the same."""
    query = select(SourcePage.url).where(
        SourcePage.source_id == source.id,
        SourcePage.run == source.run,
        SourcePage.fingerprint == fingerprint,
        SourcePage.status == "read",
        SourcePage.url != url,
    )
    return (await session.exec(query.limit(1))).first()


async def save_page(session: AsyncSession, source: Source, url: str, **values: Any) -> None:
    await session.exec(
        update(SourcePage)
        .where(col(SourcePage.source_id) == source.id, col(SourcePage.run) == source.run, col(SourcePage.url) == url)
        .values(read_at=datetime.now(UTC), **values)
    )


async def counts(session: AsyncSession, source_id: UUID, run: int) -> Counts:
    return (await counts_of(session, [(source_id, run)])).get(source_id, Counts())


async def counts_of(session: AsyncSession, runs: Iterable[tuple[UUID, int]]) -> dict[UUID, Counts]:
    """By source, for one run of each."""
    query = (
        select(
            SourcePage.source_id,
            SourcePage.status,
            func.count(),
            func.count().filter(col(SourcePage.unchanged)),
        )
        .where(tuple_(col(SourcePage.source_id), col(SourcePage.run)).in_(list(runs)))
        .group_by(col(SourcePage.source_id), col(SourcePage.status))
    )
    found: dict[UUID, dict[str, int]] = {}
    unchanged: dict[UUID, int] = {}
    for source_id, status, count, same in (await session.exec(query)).all():
        found.setdefault(source_id, {})[status] = count
        unchanged[source_id] = unchanged.get(source_id, 0) + same
    return {
        source_id: Counts(found=sum(each.values()), unchanged=unchanged[source_id], **each)
        for source_id, each in found.items()
    }


async def pages(session: AsyncSession, source: Source) -> list[SourcePage]:
    """Of the latest run, in their order."""
    query = (
        select(SourcePage)
        .where(SourcePage.source_id == source.id, SourcePage.run == source.run)
        .order_by(col(SourcePage.position))
    )
    return list((await session.exec(query)).all())


async def content(session: AsyncSession, source_id: UUID) -> SourceContent | None:
    """As a whole."""
    query = select(SourceContent).where(SourceContent.source_id == source_id).order_by(col(SourceContent.part))
    parts = list(await session.exec(query))
    if len(parts) <= 1:
        return parts[0] if parts else None
    return SourceContent(source_id=source_id, name=parts[0].name, content=b"".join(part.content for part in parts))


_KEEP_WHAT_WAS = text("""
    update source_pages as page set passages = before.passages, title = before.title
    from source_pages as before
    where page.source_id = :source and page.run = :run and page.status = 'failed' and not page.gone
        and before.source_id = :source and before.run = :published and before.url = page.url
""")


async def publish(session: AsyncSession, source: Source) -> bool:
    """Answer from this run instead of the one before, all at once; false where nothing could be read, and all stays.

    A page that could not be read this time keeps what it had; one that the server knows no more is dropped.
    """
    number = await counts(session, source.id, source.run)
    source.changed_at = datetime.now(UTC)
    session.add(source)
    if not number.read:
        reason = (
            await session.exec(
                select(SourcePage.error)
                .where(SourcePage.source_id == source.id, SourcePage.run == source.run, SourcePage.error != "")
                .order_by(col(SourcePage.position))
                .limit(1)
            )
        ).first()
        source.status, source.error = "failed", reason or "There is no page to read."
        return False
    parameters = {"source": source.id, "run": source.run, "published": source.published_run}
    await (await session.connection()).execute(_KEEP_WHAT_WAS, parameters)
    await session.exec(delete(PassageRecord).where(col(PassageRecord.source_id) == source.id))
    kept = [page for page in await pages(session, source) if page.passages]
    rows = list(_passages(source, kept))
    for start in range(0, len(rows), _INSERTED_AT_ONCE):
        await session.exec(insert(PassageRecord), params=rows[start : start + _INSERTED_AT_ONCE])
    await session.exec(
        delete(SourcePage).where(col(SourcePage.source_id) == source.id, col(SourcePage.run) != source.run)
    )
    if source.kind in ("file", "url") and kept[0].title:
        source.title = kept[0].title[:200]
    source.status, source.error, source.published_run = "ready", "", source.run
    source.read_at = source.changed_at
    await config_changed(session, Config.SOURCES)
    return True


def _passages(source: Source, kept: Iterable[SourcePage]) -> Iterable[dict[str, Any]]:
    """Ids follow from the page and the position in it, so that citations outlast a reading that changed nothing."""
    position = 0
    for page in kept:
        for number, passage in enumerate(page.passages):
            yield {
                "id": uuid5(_SPACE, f"{source.id}/{page.url}/{number}"),
                "source_id": source.id,
                "position": position,
                "headings": passage["headings"],
                "title": passage["title"],
                "text": passage["text"],
                "url": passage["url"],
                "page": page.url,
                "page_title": page.title if source.kind == "site" else "",
            }
            position += 1


async def abandon(session: AsyncSession, source_id: UUID, reason: str) -> None:
    """End a reading that is not complete: what was published before, if anything, goes on answering."""
    source = (await session.exec(select(Source).where(Source.id == source_id).with_for_update())).one_or_none()
    if source is None or source.status not in ("pending", "reading"):
        return
    # Its number is used up: what is still under way must not find itself current again.
    source.run += 1
    source.changed_at = datetime.now(UTC)
    session.add(source)
    await session.exec(
        delete(SourcePage).where(col(SourcePage.source_id) == source_id, col(SourcePage.run) != source.published_run)
    )
    if not source.published_run:
        source.status, source.error = "failed", reason
        return
    source.status = "ready"
    await session.exec(
        update(SourcePage)
        .where(col(SourcePage.source_id) == source_id, col(SourcePage.run) == source.published_run)
        .values(run=source.run)
    )
    source.published_run = source.run
