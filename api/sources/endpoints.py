"""Sources: the content that the assistant answers from."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import PurePath
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from api.problems import Problem, invalid, not_found, problems
from api.services import Services, Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from api.sources.schemas import (
    NEW_SOURCE,
    AnySource,
    OneSource,
    PageOut,
    PageSource,
    PassageList,
    PassageOut,
    QuestionSource,
    ReadAgain,
    SiteSource,
    SourceList,
    SourceOut,
    TextSource,
)
from chatref.ingestion.kinds import FILE_BYTES_AT_MOST, TYPES, media_type_of
from chatref.store import readings, sources
from chatref.store.channels import Config
from chatref.store.readings import Counts
from chatref.store.tables import Source, SourceContent
from workflows.messages import Schedule

logger = logging.getLogger(__name__)

router = APIRouter(
    prefix="/api/v1/sources",
    tags=["sources"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 413, 422, 503),
)

PART_BYTES = 1024 * 1024
"""A file goes from the disk, where it came in, to the database in parts of this size."""
PATIENCE_SECONDS = 3.0
"""How long an answer waits for the reading of what was given whole, which usually takes no longer."""

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [kind.model_json_schema() for kind in (TextSource, QuestionSource, PageSource, SiteSource)]
                }
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


async def _source(source_id: UUID, services: Use) -> Source:
    async with services.database.session() as session:
        source = await sources.get(session, source_id)
    if source is None:
        raise not_found("source")
    return source


Known = Annotated[Source, Depends(_source)]


@router.get("")
async def list_sources(caller: Caller, services: Use) -> SourceList:
    """Every source, the oldest first."""
    async with services.database.session() as session:
        passages = await sources.passage_counts(session)
        everyone = await sources.everyone(session)
        counts = await readings.counts_of(session, ((source.id, source.run) for source in everyone))
    return SourceList(
        items=[SourceOut.of(source, passages.get(source.id, 0), counts.get(source.id, Counts())) for source in everyone]
    )


@router.post("", status_code=201, openapi_extra=_BODY)
async def create(request: Request, admin: Admin, services: Use) -> SourceOut:
    """Add content: a text, a question with its answer, a web page, a whole site, or as multipart `file` a Markdown,
    text, HTML, PDF or DOCX file.

    It is read in the background; what takes moments is `ready` in the answer already.
    """
    async with _sent(request) as (source, content, rest), services.database.session() as session:
        await sources.add(session, source, content)
        if content is not None:
            await sources.add_parts(session, source.id, content.name, rest)
    try:
        await services.ingestions.read(source.id, _every(source))
    except Problem:
        # Nobody would ever read it.
        async with services.database.session() as session:
            await sources.remove(session, source)
        raise
    if content is not None and await services.ingestions.ended_within(source.id, PATIENCE_SECONDS):
        await services.configuration.refresh(Config.SOURCES)
    return await _described(source.id, services)


@router.get("/{source_id}")
async def read(source: Known, caller: Caller, services: Use) -> OneSource:
    """One source with its pages: what was read, what could not be, and why."""
    described = await _described(source.id, services)
    async with services.database.session() as session:
        by_page = await sources.passage_counts_by_page(session, source)
        pages = await readings.pages(session, source)
    return OneSource(**described.model_dump(), pages=[PageOut.of(page, by_page.get(page.url, 0)) for page in pages])


@router.get("/{source_id}/passages")
async def passages(source: Known, caller: Caller, services: Use, page: str = "") -> PassageList:
    """The passages of one page (its `url`) that answer now."""
    async with services.database.session() as session:
        found = await sources.passages_of(session, source, page)
    return PassageList(items=[PassageOut.of(record) for record in found])


@router.post("/{source_id}/refresh", status_code=202)
async def refresh(source: Known, admin: Admin, services: Use, body: ReadAgain | None = None) -> SourceOut:
    """Read it again. What answers now goes on until the new reading is complete."""
    await services.ingestions.read(source.id, _every(source), failed_only=body is not None and body.failed_only)
    return await _described(source.id, services)


@router.post("/{source_id}/cancel", status_code=202)
async def cancel(source: Known, admin: Admin, services: Use) -> SourceOut:
    """Stop reading it. What answered before goes on; its schedule too."""
    await services.ingestions.cancel(source.id)
    return await _described(source.id, services)


@router.put("/{source_id}", openapi_extra=_BODY)
async def replace(source: Known, request: Request, admin: Admin, services: Use) -> SourceOut:
    """Change a source, sent as a new one would be. Its kind stays.

    Another schedule counts from the reading before. Whatever else changes has it read again, and what answers now goes
    on until that is complete.
    """
    async with _sent(request) as (wanted, content, rest), services.database.session() as session:
        if wanted.kind != source.kind:
            raise invalid("kind", f"a source of kind {source.kind} stays one; remove it and add another")
        # Kept from being read until the engine has agreed; where it does not, nothing has changed.
        current = await sources.locked(session, source.id)
        if current is None:
            raise not_found("source")
        rescheduled = wanted.every_seconds != current.every_seconds
        current.every_seconds = wanted.every_seconds
        changed = await sources.replace(session, current, wanted, content)
        if content is not None:
            await sources.add_parts(session, source.id, content.name, rest)
        every, since = _every(current), current.changed_at
        if rescheduled:
            await services.ingestions.schedule(source.id, Schedule(every, since))
        if changed:
            await services.ingestions.read(source.id, every)
    return await _described(source.id, services)


@router.delete("/{source_id}", status_code=204)
async def delete(source: Known, admin: Admin, services: Use) -> None:
    """Remove a source. The assistant answers from it no more."""
    async with services.database.session() as session:
        await sources.remove(session, source)
    await services.configuration.refresh(Config.SOURCES)
    try:
        await services.ingestions.removed(source.id)
    except Problem:
        # A workflow that finds its source gone ends by itself.
        logger.warning("a removed source's reading could not be told")


async def _described(source_id: UUID, services: Services) -> SourceOut:
    async with services.database.session() as session:
        source = await sources.get(session, source_id)
        if source is None:
            raise not_found("source")
        counts = await readings.counts(session, source.id, source.run)
        passages = await sources.passage_counts(session)
    return SourceOut.of(source, passages.get(source.id, 0), counts)


def _every(source: Source) -> timedelta | None:
    return None if source.every_seconds is None else timedelta(seconds=source.every_seconds)


_Sent = tuple[Source, SourceContent | None, AsyncIterator[bytes]]


@asynccontextmanager
async def _sent(request: Request) -> AsyncIterator[_Sent]:
    """A source, the beginning of its content, and what comes after that."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=5) as form:
            yield await _uploaded(form)
        return
    try:
        body = NEW_SOURCE.validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
    yield *_given(body), _nothing()


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield


async def _rest_of(file: UploadFile) -> AsyncIterator[bytes]:
    while part := await file.read(PART_BYTES):
        yield part


def _given(body: AnySource) -> tuple[Source, SourceContent | None]:
    match body:
        case TextSource():
            source = Source(kind="text", title=body.title)
            return source, SourceContent(source_id=source.id, name="text.md", content=body.text.encode())
        case QuestionSource():
            source = Source(kind="qa", title=body.question)
            markdown = f"# {body.question}\n\n{body.answer}"
            return source, SourceContent(source_id=source.id, name="answer.md", content=markdown.encode())
        case PageSource() | SiteSource():
            limit = body.page_limit if isinstance(body, SiteSource) else 1
            every = None if body.every is None else int(body.every.total_seconds())
            title = body.url.partition("://")[2].rstrip("/")
            return Source(kind=body.kind, title=title, url=body.url, page_limit=limit, every_seconds=every), None


async def _uploaded(form: FormData) -> _Sent:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise invalid("file", "is missing")
    name = PurePath(file.filename.replace("\x00", ""))
    if not media_type_of(name.name):
        raise Problem(422, "invalid", f"Only {', '.join(sorted(TYPES))} files can be read.")
    if (file.size or 0) > FILE_BYTES_AT_MOST:
        megabytes = FILE_BYTES_AT_MOST // 1024 // 1024
        raise Problem(413, "too_large", f"A file may have at most {megabytes} MB.")
    source = Source(kind="file", title=name.stem[:200])
    begins = await file.read(PART_BYTES)
    return source, SourceContent(source_id=source.id, name=name.name[-200:], content=begins), _rest_of(file)
