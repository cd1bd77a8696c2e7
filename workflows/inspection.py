"""What the engine itself knows of conversations: which run, with which timers, and who works for them.

Read from outside, from histories and descriptions: no worker has to answer, so it is true also when none can.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from time import monotonic

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from chatref.conversation.events import State
from chatref.conversation.protection import Running, Timer
from chatref.engine import Engine, EngineUnavailable, Workers
from workflows.names import OWNER, STATE, TASK_QUEUE, pulse_id, workflow_id
from workflows.pulse import PulseWorkflow

CALL_SECONDS = 10.0
AT_ONCE = 4
"""Who looks must not be in the way of what is looked at."""
EVENTS_AT_ONCE = 200
REMEMBERED_RUNS = 10_000
POLLS_EVERY = timedelta(seconds=75)
"""An idle worker asks anew after a minute at the latest; one that was not heard of for longer is gone."""
BEATS_EVERY = timedelta(seconds=30)
"""For so long a beat that was taken counts, whoever asks."""


class Executions(Engine):
    """One task queue's conversations."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._task_queue = task_queue
        self._free = asyncio.Semaphore(AT_ONCE)
        self._beat_at = -inf
        self._read: dict[str, tuple[int, dict[int, HistoryEvent]]] = {}

    async def with_people(self) -> set[str]:
        query = (
            "WorkflowType = 'Conversation' AND ExecutionStatus = 'Running'"
            f" AND TaskQueue = '{self._task_queue}' AND {STATE.name} IN ('{State.ESCALATED}', '{State.HUMAN_OWNED}')"
        )
        prefix = workflow_id("")
        async with answering(6 * CALL_SECONDS):
            found = [execution.id async for execution in self._client.list_workflows(query, page_size=1000)]
        return {each.removeprefix(prefix) for each in found}

    async def running(self, conversation_id: str) -> Running | None:
        async with self._free, answering(CALL_SECONDS):
            try:
                description = await self._client.get_workflow_handle(workflow_id(conversation_id)).describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
            if description.status is not WorkflowExecutionStatus.RUNNING:
                return None
            task = description.raw_description.pending_workflow_task
            pending = description.raw_description.HasField("pending_workflow_task")
            state = description.typed_search_attributes.get(STATE)
            return Running(
                state=State(state) if state else None,
                owner_id=description.typed_search_attributes.get(OWNER),
                timers=await self._timers(description),
                task_since=task.original_scheduled_time.ToDatetime(tzinfo=UTC) if pending else None,
                task_attempt=task.attempt if pending else 1,
            )

    async def workers(self) -> Workers:
        async with answering(CALL_SECONDS):
            answer = await self._client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self._client.namespace,
                    task_queue=TaskQueue(name=self._task_queue),
                    task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
                    report_stats=True,
                )
            )
        latest = datetime.now(UTC) - POLLS_EVERY
        polling = [each for each in answer.pollers if each.last_access_time.ToDatetime(tzinfo=UTC) > latest]
        # Not the count beside it: that starts at 0 again with Temporal, whatever is waiting then.
        return Workers(len(polling), answer.stats.approximate_backlog_age.ToTimedelta())

    async def beat(self) -> None:
        if monotonic() - self._beat_at < BEATS_EVERY.total_seconds():
            return
        if not (await self.workers()).polling:
            # Beats that nobody works off would gather, up to what one run may hold.
            return
        async with answering(CALL_SECONDS):
            await self._client.start_workflow(
                PulseWorkflow.run,
                id=pulse_id(self._task_queue),
                task_queue=self._task_queue,
                static_summary="Proof that Temporal takes what it is given",
                start_signal=PulseWorkflow.beat.__name__,
            )
        self._beat_at = monotonic()

    async def _timers(self, description: WorkflowExecutionDescription) -> tuple[Timer, ...]:
        """The whole history counts: that there is no second timer is part of the answer. What was read of a run before
        is remembered, as a history only grows: to read them all anew takes from the conversations what they need."""
        run_id = description.run_id or ""
        known, pending = self._read.pop(run_id, (0, {}))
        for event in await self._since(description, known):
            known = event.event_id
            if event.HasField("timer_started_event_attributes"):
                pending[event.event_id] = event
            elif event.HasField("timer_fired_event_attributes"):
                pending.pop(event.timer_fired_event_attributes.started_event_id, None)
            elif event.HasField("timer_canceled_event_attributes"):
                pending.pop(event.timer_canceled_event_attributes.started_event_id, None)
        self._read[run_id] = known, pending
        while len(self._read) > REMEMBERED_RUNS:
            del self._read[next(iter(self._read))]
        return tuple([await self._timer(event) for event in pending.values()])

    async def _since(self, description: WorkflowExecutionDescription, known: int) -> list[HistoryEvent]:
        """What has happened in the run after the event with this number, the oldest first."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=description.id, run_id=description.run_id or ""),
            maximum_page_size=EVENTS_AT_ONCE,
        )
        found: list[HistoryEvent] = []
        while description.history_length > known:
            page = await self._client.workflow_service.get_workflow_execution_history_reverse(request)
            found += page.history.events
            request.next_page_token = page.next_page_token
            if not page.next_page_token or not page.history.events or found[-1].event_id <= known + 1:
                break
        return [event for event in reversed(found) if event.event_id > known]

    async def _timer(self, event: HistoryEvent) -> Timer:
        purpose = ""
        if event.user_metadata.HasField("summary"):
            [purpose] = await self._client.data_converter.decode([event.user_metadata.summary], [str])
        started = event.event_time.ToDatetime(tzinfo=UTC)
        return Timer(purpose, started + event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta())


@asynccontextmanager
async def answering(seconds: float) -> AsyncIterator[None]:
    """Temporal answers in the block, within so long, or it raises `EngineUnavailable`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RPCError, TimeoutError) as error:
        raise EngineUnavailable(type(error).__name__) from error
    except RuntimeError as error:
        # What a client that has never been connected says; there is no narrower type for it.
        if not str(error).startswith("Failed client connect"):
            raise
        raise EngineUnavailable("never connected") from error
