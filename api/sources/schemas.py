"""What goes over the wire about sources."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter

from api.fields import LongText, MessageText, Name
from chatref.ingestion.site import normal
from chatref.store.readings import Counts
from chatref.store.tables import PassageRecord, Source, SourcePage

SITE_PAGES = 200
SITE_PAGES_AT_MOST = 2_000
SHORTEST_PAUSE = timedelta(minutes=15)


def _web_address(value: str) -> str:
    given = value.strip()
    address = normal(given if "://" in given else f"https://{given}")
    if not address:
        raise ValueError("is not a web address")
    return address


Content = Annotated[LongText, Field(max_length=1_000_000)]
WebAddress = Annotated[str, Field(max_length=2_000), AfterValidator(_web_address)]
Every = Annotated[timedelta, Field(ge=SHORTEST_PAUSE, le=timedelta(days=365))]


class TextSource(BaseModel):
    """Markdown or plain text."""

    kind: Literal["text"]
    title: Name
    text: Content


class QuestionSource(BaseModel):
    """One question with its answer."""

    kind: Literal["qa"]
    question: Annotated[LongText, Field(max_length=300)]
    answer: MessageText


class PageSource(BaseModel):
    """One web page. `every` (ISO 8601, or seconds) has it read again and again."""

    kind: Literal["url"]
    url: WebAddress
    every: Every | None = None


class SiteSource(BaseModel):
    """A web site: what its sitemap lists, or else what its pages lead to. An address that ends in a folder (`/help/`)
    stays below it."""

    kind: Literal["site"]
    url: WebAddress
    page_limit: int = Field(SITE_PAGES, ge=1, le=SITE_PAGES_AT_MOST)
    every: Every | None = None


AnySource = TextSource | QuestionSource | PageSource | SiteSource
NEW_SOURCE: TypeAdapter[AnySource] = TypeAdapter(Annotated[AnySource, Field(discriminator="kind")])


class ReadAgain(BaseModel):
    failed_only: bool = Field(False, description="Read only the pages that could not be read.")


class ProgressOut(BaseModel):
    """Of the pages of the latest reading. `skipped` are those without content of their own; `unchanged` are some
    of the `read` ones: they said the same as before, and were kept as they were."""

    found: int
    waiting: int
    read: int
    unchanged: int
    skipped: int
    failed: int


class SourceOut(BaseModel):
    id: UUID
    kind: str = Field(description="`text`, `qa`, `file`, `url` or `site`.")
    title: str
    url: str
    status: str = Field(description="`pending`, `reading`, `ready`, or `failed`: then `error` says why.")
    error: str
    passages: int = Field(description="How many retrievable parts answer now, also while it is read anew.")
    page_limit: int
    every: timedelta | None
    progress: ProgressOut
    read_at: str | None
    next_read_at: str | None = Field(description="When it is read again by itself.")
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, source: Source, passages: int, counts: Counts) -> "SourceOut":
        every = None if source.every_seconds is None else timedelta(seconds=source.every_seconds)
        rests = every is not None and source.status in ("ready", "failed")
        return cls(
            id=source.id,
            kind=source.kind,
            title=source.title,
            url=source.url,
            status=source.status,
            error=source.error,
            passages=passages,
            page_limit=source.page_limit,
            every=every,
            progress=ProgressOut(
                found=counts.found,
                waiting=counts.waiting,
                read=counts.read,
                unchanged=counts.unchanged,
                skipped=counts.skipped,
                failed=counts.failed,
            ),
            read_at=source.read_at.isoformat() if source.read_at else None,
            next_read_at=(source.changed_at + every).isoformat() if rests and every else None,
            created_at=source.created_at.isoformat(),
            changed_at=source.changed_at.isoformat(),
        )


class PageOut(BaseModel):
    """One page in the latest reading. `url` is empty for what is not from the web."""

    url: str
    title: str
    status: str = Field(description="`waiting`, `read`, `skipped` or `failed`; the latter two say why in `error`.")
    error: str
    passages: int = Field(description="How many of its passages answer now.")
    read_at: str | None

    @classmethod
    def of(cls, page: SourcePage, passages: int) -> "PageOut":
        return cls(
            url=page.url,
            title=page.title,
            status=page.status,
            error=page.error,
            passages=passages,
            read_at=page.read_at.isoformat() if page.read_at else None,
        )


class OneSource(SourceOut):
    """With its pages."""

    pages: list[PageOut] = []


class SourceList(BaseModel):
    items: list[SourceOut]


class PassageOut(BaseModel):
    id: UUID
    title: str
    headings: list[str]
    text: str
    url: str

    @classmethod
    def of(cls, record: PassageRecord) -> "PassageOut":
        return cls(id=record.id, title=record.title, headings=list(record.headings), text=record.text, url=record.url)


class PassageList(BaseModel):
    items: list[PassageOut]
