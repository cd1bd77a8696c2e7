"""Sources on a real engine and a real database, read as the worker reads them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.ingestion import IngestionActivities
from chatref.ingestion.fetching import Limits
from chatref.ingestion.ingestion import SourceReading
from chatref.ingestion.reader import Reader
from chatref.knowledge.passages import Passage
from chatref.store import readings, sources
from chatref.store.database import Database
from chatref.store.readings import Counts
from chatref.store.tables import Source, SourceContent, SourcePage
from tests.workflows.desk import connected
from workflows.ingestion import IngestionWorkflow
from workflows.messages import IngestionInput, Refresh, Schedule
from workflows.names import ingestion_id

LIMITS = Limits(page_seconds=2.0, tries=1)


@dataclass
class Library:
    """Its own task queue, and every source that is added to it."""

    client: Client
    database: Database
    reader: Reader
    task_queue: str = field(default_factory=lambda: f"library-{uuid4()}")
    added: list[UUID] = field(default_factory=list)
    allow_private: bool = True

    def worker(self, *, step_seconds: float = 30.0) -> Worker:
        reading = SourceReading(
            self.database, self.reader, allow_private=self.allow_private, limits=LIMITS, step_seconds=step_seconds
        )
        return Worker(
            self.client,
            task_queue=self.task_queue,
            activities=IngestionActivities(reading).every(),
            graceful_shutdown_timeout=timedelta(0),
        )

    async def add(
        self,
        kind: str,
        url: str = "",
        *,
        content: bytes | None = None,
        name: str = "text.md",
        pages: int = 1,
        every: timedelta | None = None,
    ) -> UUID:
        source = Source(kind=kind, title="Added", url=url, page_limit=pages)
        given = None if content is None else SourceContent(source_id=source.id, name=name, content=content)
        async with self.database.session() as session:
            await sources.add(session, source, given)
        self.added.append(source.id)
        await self.read(source.id, every)
        return source.id

    async def read(self, source_id: UUID, every: timedelta | None = None, *, failed_only: bool = False) -> None:
        await self.client.start_workflow(
            IngestionWorkflow.run,
            IngestionInput(str(source_id), every),
            id=ingestion_id(source_id),
            task_queue=self.task_queue,
            start_signal="refresh",
            start_signal_args=[Refresh(failed_only)],
        )

    async def schedule(self, source_id: UUID, schedule: Schedule) -> None:
        await self.client.start_workflow(
            IngestionWorkflow.run,
            IngestionInput(str(source_id), schedule.every, schedule.since),
            id=ingestion_id(source_id),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="schedule",
            start_signal_args=[schedule],
        )

    def handle(self, source_id: UUID) -> WorkflowHandle[IngestionWorkflow, None]:
        return self.client.get_workflow_handle_for(IngestionWorkflow.run, ingestion_id(source_id))

    async def finished(self, source_id: UUID) -> Source:
        """The source once its workflow has ended, which it does without a schedule."""
        async with asyncio.timeout(60):
            await self.handle(source_id).result()
        return await self.source(source_id)

    async def source(self, source_id: UUID) -> Source:
        async with self.database.session() as session:
            source = await sources.get(session, source_id)
        assert source is not None
        return source

    async def counts(self, source_id: UUID) -> Counts:
        async with self.database.session() as session:
            source = await sources.get(session, source_id)
            return await readings.counts(session, source_id, source.run if source else 0)

    async def pages(self, source_id: UUID) -> dict[str, SourcePage]:
        """By the path of their address."""
        async with self.database.session() as session:
            source = await sources.get(session, source_id)
            assert source is not None
            return {"/" + page.url.split("/", 3)[-1]: page for page in await readings.pages(session, source)}

    async def passages(self) -> list[Passage]:
        async with self.database.session() as session:
            return await sources.passages(session)

    async def texts(self) -> list[str]:
        return [passage.text for passage in await self.passages()]

    async def until(self, source_id: UUID, wanted: Callable[[Source, Counts], bool], seconds: float = 30) -> Source:
        async with asyncio.timeout(seconds):
            while not wanted(source := await self.source(source_id), await self.counts(source_id)):
                await asyncio.sleep(0.02)
        return source


@asynccontextmanager
async def library_on(client: Client, database_url: str) -> AsyncIterator[Library]:
    """Without a worker; what it still reads at the end is ended."""
    database, reader = Database(database_url), Reader()
    library = Library(connected(client), database, reader)
    try:
        yield library
    finally:
        for source_id in library.added:
            with suppress(RPCError):
                await library.handle(source_id).terminate()
        await reader.stop()
        await database.close()
