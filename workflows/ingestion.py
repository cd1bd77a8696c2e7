"""Reading a source: one workflow per source, which reads it once, on request and, if wished, on a schedule.

The pages and what they say are in the database, marked with the number of their reading; the history only says how far
it is. So a site of a thousand pages costs a few events a minute, and a crash costs the pages under way.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from chatref.effects import Ingestion, Progress
    from workflows.messages import IngestionInput, Refresh, Schedule

# Whatever fails here passes: what is wrong with a page is the page's outcome, not a failure of the reading.
RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=15))
SHORT = timedelta(seconds=30)
PUBLISHING = timedelta(minutes=5)
READING = timedelta(minutes=15)
HEARTBEAT = timedelta(seconds=10)


@workflow.defn(name="Ingestion")
class IngestionWorkflow:
    """Ends with the reading, unless there is a schedule: then it lives as long as its source."""

    @workflow.init
    def __init__(self, begin: IngestionInput) -> None:
        self._source_id = begin.source_id
        self._asked: Refresh | None = Refresh() if begin.since is None else None
        self._schedule = Schedule(begin.every, begin.since or workflow.now())
        self._gone = False
        self._reading: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, begin: IngestionInput) -> None:
        while True:
            if self._asked is not None:
                await self._read_or_stop(self._asked)
            if self._gone:
                return
            if self._asked is None:
                due = self._due()
                if due is None:
                    return
                if workflow.info().is_continue_as_new_suggested():
                    workflow.continue_as_new(
                        IngestionInput(begin.source_id, self._schedule.every, self._schedule.since)
                    )
                await self._rest(due)

    @workflow.signal
    def refresh(self, refresh: Refresh) -> None:
        """Read it again; while it is being read, once more afterwards."""
        self._asked = refresh

    @workflow.signal
    def schedule(self, schedule: Schedule) -> None:
        """Another schedule from now on. What is overdue by it is read at once."""
        self._schedule = schedule

    @workflow.signal
    def cancel(self) -> None:
        """Stop reading: what answered before goes on. The schedule stays."""
        if self._reading is not None:
            self._asked = None
            self._reading.cancel()

    @workflow.signal
    def removed(self) -> None:
        """The source is no more."""
        self._gone = True
        self.cancel()

    def _due(self) -> datetime | None:
        return None if self._schedule.every is None else self._schedule.since + self._schedule.every

    async def _rest(self, due: datetime) -> None:
        """Until it is due, or there is something else to do."""
        left = due - workflow.now()
        if left > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._asked is not None or self._gone or self._due() != due,
                    timeout=left,
                    timeout_summary="until the source is read again",
                )
                return
        self._asked = self._asked or Refresh()

    async def _read_or_stop(self, refresh: Refresh) -> None:
        self._asked = None
        self._reading = asyncio.create_task(self._read(refresh))
        try:
            await self._reading
        except (asyncio.CancelledError, ActivityError) as error:
            if isinstance(error.__cause__, ApplicationError) and error.__cause__.type == "reading_ended":
                # Removed meanwhile, or given up by somebody else: there is nothing left to do.
                return
            if not is_cancelled_exception(error):
                raise
            await workflow.execute_activity_method(
                Ingestion.abandon_reading,
                args=[self._source_id, "The reading was cancelled."],
                start_to_close_timeout=SHORT,
                retry_policy=RETRY,
                summary="cancelled",
            )
            if workflow.cancellation_reason() is not None:
                # Not by our signal but by an operator, who means the whole workflow.
                raise
        finally:
            self._reading = None
            self._schedule.since = workflow.now()

    async def _read(self, refresh: Refresh) -> None:
        reading = await workflow.execute_activity_method(
            Ingestion.begin_reading,
            args=[self._source_id, refresh.failed_only],
            start_to_close_timeout=SHORT,
            retry_policy=RETRY,
        )
        if reading is None:
            self._gone = True
            return
        progress: Progress = await workflow.execute_activity_method(
            Ingestion.find_pages,
            reading,
            start_to_close_timeout=READING,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
        )
        while not progress.complete:
            workflow.set_current_details(f"{progress.done} of {progress.found} pages")
            progress = await workflow.execute_activity_method(
                Ingestion.read_pages,
                reading,
                start_to_close_timeout=READING,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=RETRY,
                summary=f"{progress.done} of {progress.found}",
            )
        await workflow.execute_activity_method(
            Ingestion.publish_reading, reading, start_to_close_timeout=PUBLISHING, retry_policy=RETRY
        )
        workflow.set_current_details(f"{progress.done} pages, {progress.failed} of them failed")
