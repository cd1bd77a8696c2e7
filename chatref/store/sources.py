"""The owner's content: sources, and the passages that were read out of them."""

from collections.abc import AsyncIterable, Iterable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.knowledge.passages import Passage
from chatref.store.channels import Config, config_changed
from chatref.store.tables import PassageRecord, Source, SourceContent, SourcePage


async def everyone(session: AsyncSession) -> list[Source]:
    return list(await session.exec(select(Source).order_by(col(Source.created_at), col(Source.id))))


async def get(session: AsyncSession, source_id: UUID) -> Source | None:
    return await session.get(Source, source_id)


async def locked(session: AsyncSession, source_id: UUID) -> Source | None:
    """The source, kept from changing until the transaction ends."""
    return (await session.exec(select(Source).where(Source.id == source_id).with_for_update())).one_or_none()


async def passages(session: AsyncSession) -> list[Passage]:
    """Every passage that answers now, each source's in its order: what the index is built from."""
    query = (
        select(PassageRecord, Source)
        .join(Source, col(Source.id) == PassageRecord.source_id)
        .order_by(col(Source.created_at), col(Source.id), col(PassageRecord.position))
    )
    return [
        Passage(
            id=str(record.id),
            source_id=str(source.id),
            source_title=record.page_title or source.title,
            title=record.title,
            headings=tuple(record.headings),
            text=record.text,
            url=record.url,
            position=record.position,
        )
        for record, source in (await session.exec(query)).all()
    ]


async def passages_of(session: AsyncSession, source: Source, page: str) -> list[PassageRecord]:
    """Those of one page that answer now, in their order."""
    query = (
        select(PassageRecord)
        .where(PassageRecord.source_id == source.id, PassageRecord.page == page)
        .order_by(col(PassageRecord.position))
    )
    return list((await session.exec(query)).all())


async def passage_counts_by_page(session: AsyncSession, source: Source) -> dict[str, int]:
    query = (
        select(PassageRecord.page, func.count())
        .where(PassageRecord.source_id == source.id)
        .group_by(col(PassageRecord.page))
    )
    return dict((await session.exec(query)).all())


async def passage_counts(session: AsyncSession) -> dict[UUID, int]:
    """By source; a source without passages is not in it."""
    query = select(PassageRecord.source_id, func.count()).group_by(col(PassageRecord.source_id))
    return dict((await session.exec(query)).all())


async def add(session: AsyncSession, source: Source, content: SourceContent | None = None) -> None:
    """A source that is yet to be read."""
    session.add(source)
    await session.flush()
    if content is not None:
        session.add(content)


async def replace(session: AsyncSession, source: Source, wanted: Source, content: SourceContent | None) -> bool:
    """Make the source read from what `wanted` and `content` say; whether that may be anything new.

    Its schedule stays, and so does what answers, until it is read.
    """
    changed = (source.url, source.page_limit) != (wanted.url, wanted.page_limit)
    if source.url != wanted.url or source.kind in ("text", "qa"):
        changed |= source.title != wanted.title
        source.title = wanted.title
    source.url, source.page_limit = wanted.url, wanted.page_limit
    session.add(source)
    if content is not None:
        await session.exec(delete(SourceContent).where(col(SourceContent.source_id) == source.id))
        session.add(SourceContent(source_id=source.id, name=content.name, content=content.content))
        changed = True
    await session.flush()
    return changed


async def add_parts(session: AsyncSession, source_id: UUID, name: str, parts: AsyncIterable[bytes]) -> None:
    """What comes after the content that the source was added with; one part is held at a time."""
    number = 0
    async for part in parts:
        number += 1
        row = {"source_id": source_id, "part": number, "name": name, "content": part}
        await session.exec(insert(SourceContent), params=row)


async def add_read(session: AsyncSession, source: Source, content: SourceContent, read: Iterable[Passage]) -> None:
    """A source that needs no reading any more: exactly these passages answer from now on."""
    source.run = source.published_run = 1
    source.status, source.read_at = "ready", datetime.now(UTC)
    await add(session, source, content)
    known = list(read)
    session.add_all(
        PassageRecord(
            id=UUID(passage.id),
            source_id=source.id,
            position=passage.position,
            headings=list(passage.headings),
            title=passage.title,
            text=passage.text,
            url=passage.url,
        )
        for passage in known
    )
    staged = [
        {"title": each.title, "headings": list(each.headings), "text": each.text, "url": each.url} for each in known
    ]
    session.add(
        SourcePage(
            source_id=source.id,
            run=1,
            url="",
            position=0,
            status="read",
            title=source.title,
            passages=staged,
            read_at=source.read_at,
        )
    )
    await session.flush()
    await config_changed(session, Config.SOURCES)


async def remove(session: AsyncSession, source: Source) -> None:
    await session.delete(source)
    await config_changed(session, Config.SOURCES)
