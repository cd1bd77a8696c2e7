"""The Temporal client's side of sources: their reading is started, asked for again, cancelled."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from api.engine import SIGNAL_SECONDS, time_limit
from workflows.ingestion import IngestionWorkflow
from workflows.messages import IngestionInput, Refresh, Schedule
from workflows.names import INGESTION_QUEUE, ingestion_id


class Ingestions:
    """Every call ends within seconds; the engine's absence is a `Problem`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def read(self, source_id: UUID, every: timedelta | None, *, failed_only: bool = False) -> None:
        """Have it read, now or, where it is being read, once more afterwards. Once this returns, it will be."""
        async with time_limit(SIGNAL_SECONDS):
            await self._start(IngestionInput(str(source_id), every), "refresh", Refresh(failed_only))

    async def schedule(self, source_id: UUID, schedule: Schedule) -> None:
        """Have it read again by another schedule, whether it is being read, rests, or was never to be read again."""
        begin = IngestionInput(str(source_id), schedule.every, schedule.since)
        async with time_limit(SIGNAL_SECONDS):
            await self._start(begin, "schedule", schedule)

    async def cancel(self, source_id: UUID) -> None:
        await self._signal(source_id, IngestionWorkflow.cancel)

    async def removed(self, source_id: UUID) -> None:
        await self._signal(source_id, IngestionWorkflow.removed)

    async def ended_within(self, source_id: UUID, seconds: float) -> bool:
        """Whether a reading without a schedule is over before that: most take no longer than a caller can wait."""
        try:
            async with asyncio.timeout(seconds):
                await self._client.get_workflow_handle(ingestion_id(source_id)).result()
        except (TimeoutError, RPCError, WorkflowFailureError):
            return False
        return True

    async def _start(self, begin: IngestionInput, signal: str, argument: Refresh | Schedule) -> None:
        """Signal the workflow of a source, which is started where none runs."""
        await self._client.start_workflow(
            IngestionWorkflow.run,
            begin,
            id=ingestion_id(UUID(begin.source_id)),
            task_queue=INGESTION_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Reading a source",
            start_signal=signal,
            start_signal_args=[argument],
        )

    async def _signal(self, source_id: UUID, signal: Callable[..., Any]) -> None:
        async with time_limit(SIGNAL_SECONDS):
            try:
                await self._client.get_workflow_handle(ingestion_id(source_id)).signal(signal)
            except RPCError as error:
                # Nobody reads it: then there is nothing to stop.
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
