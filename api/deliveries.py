"""The Temporal client's side of webhooks: having a notice delivered, now."""

from uuid import UUID

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from api.engine import SIGNAL_SECONDS, time_limit
from workflows.messages import WebhookInput
from workflows.names import WEBHOOK_QUEUE, delivery_workflow_id
from workflows.webhook import WebhookWorkflow


class Deliveries:
    """Every call ends within seconds; the engine's absence is a `Problem`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, delivery_id: UUID) -> None:
        """Have a notice of the log posted now, whether it waits for its next attempt or had its last."""
        async with time_limit(SIGNAL_SECONDS):
            await self._client.start_workflow(
                WebhookWorkflow.run,
                WebhookInput(str(delivery_id)),
                id=delivery_workflow_id(delivery_id),
                task_queue=WEBHOOK_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="A webhook's notice",
                start_signal="send_now",
            )
