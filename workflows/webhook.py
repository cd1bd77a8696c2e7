"""Delivering one notice to one webhook: a workflow of its own, so that no conversation ever waits for a receiver."""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from chatref.effects import Webhooks
    from workflows.messages import WebhookInput

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between the attempts, as Standard Webhooks recommends: a receiver may be away for three days."""
JITTER = 0.2
"""So much longer a pause may be, so that a receiver that comes back is not met by everything at once."""

# Whatever fails here passes: what a receiver does is an outcome, not a failure of the activity.
RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=15))
OPENING = timedelta(seconds=10)
POSTING = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=10)


@workflow.defn(name="Webhook")
class WebhookWorkflow:
    """Ends when the notice has arrived, or has failed for good."""

    @workflow.init
    def __init__(self, begin: WebhookInput) -> None:
        self._asked = False

    @workflow.run
    async def run(self, begin: WebhookInput) -> None:
        if begin.handoff is not None and not await self._open(begin):
            return
        failed = 0
        while True:
            self._asked = False
            left = await self._deliver(begin.delivery_id, failed)
            # Who asks while it is posted is not forgotten, even where that was the last attempt.
            if left is None and not self._asked:
                return
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._asked, timeout=left, timeout_summary="until the next attempt"
                )
            failed = 0 if self._asked else failed + 1

    @workflow.signal
    def send_now(self) -> None:
        """Somebody does not want to wait for the next attempt; all of them begin anew."""
        self._asked = True

    async def _open(self, begin: WebhookInput) -> bool:
        return await workflow.execute_activity_method(
            Webhooks.open_delivery,
            args=[begin.delivery_id, begin.handoff],
            start_to_close_timeout=OPENING,
            retry_policy=RETRY,
        )

    async def _deliver(self, delivery_id: str, failed: int) -> timedelta | None:
        pause = PAUSES[failed] * (1 + JITTER * workflow.random().random()) if failed < len(PAUSES) else None
        return await workflow.execute_activity_method(
            Webhooks.deliver,
            args=[delivery_id, pause],
            start_to_close_timeout=POSTING,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
            summary=f"attempt {failed + 1}",
        )
