"""What the workflow that proves Temporal goes through while its history is recorded."""

from temporalio.client import WorkflowHistory

from tests.running import eventually
from tests.workflows.desk import Desk
from workflows.inspection import Executions
from workflows.names import pulse_id


async def pulse(desk: Desk) -> WorkflowHistory:
    """Two beats, both worked off; it goes on for an hour."""
    executions = Executions(desk.client, desk.task_queue)
    await eventually(lambda: _polled(executions), "the worker polls")
    handle = desk.client.get_workflow_handle(pulse_id(desk.task_queue))
    for beat in (1, 2):
        await Executions(desk.client, desk.task_queue).beat()

        async def worked_off(times: int = beat) -> bool:
            history = await handle.fetch_history()
            done = sum(event.HasField("workflow_task_completed_event_attributes") for event in history.events)
            return done == times

        await eventually(worked_off, "the beat is worked off")
    return await handle.fetch_history()


async def _polled(executions: Executions) -> bool:
    return bool((await executions.workers()).polling)
