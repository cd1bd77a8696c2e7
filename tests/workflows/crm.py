"""A webhook for what a desk hands over, and a worker that delivers to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.webhooks import WebhookActivities
from chatref.store import webhooks
from chatref.store.tables import Webhook, WebhookAttempt, WebhookDelivery
from chatref.webhooks.deliveries import Deliveries
from chatref.webhooks.posting import Poster
from chatref.webhooks.signing import new_secret
from tests.receiver import Receiver, receiver
from tests.workflows.desk import Desk
from workflows.names import WEBHOOK_QUEUE, delivery_workflow_id
from workflows.webhook import WebhookWorkflow

PUBLIC_URL = "https://chat.example.com/"


@dataclass
class Crm:
    """The webhook that the desk's handoffs are told to, and what is in its log."""

    desk: Desk
    receiver: Receiver
    webhook: Webhook
    poster: Poster

    def worker(self) -> Worker:
        activities = WebhookActivities(Deliveries(self.desk.database, self.poster, PUBLIC_URL))
        return Worker(
            self.desk.client,
            task_queue=WEBHOOK_QUEUE,
            activities=[activities.open_delivery, activities.deliver],
            graceful_shutdown_timeout=timedelta(0),
        )

    async def log(self) -> list[tuple[WebhookDelivery, list[WebhookAttempt]]]:
        async with self.desk.database.session() as session:
            listed = await webhooks.log(session, self.webhook, None, 100)
            attempts = await webhooks.attempts(session, listed)
        return [(delivery, attempts[delivery.id]) for delivery in listed]

    async def until(self, status: str, attempts: int) -> tuple[WebhookDelivery, list[WebhookAttempt]]:
        """The only delivery, once it stands like that after so many attempts."""
        async with asyncio.timeout(30):
            while True:
                if log := await self.log():
                    delivery, made = log[0]
                    # The two are read one after the other: an attempt may be there that the delivery knows nothing of.
                    known = status != "pending" or delivery.next_attempt_at is not None
                    if delivery.status == status and len(made) == attempts and known:
                        return log[0]
                await asyncio.sleep(0.02)

    async def reload(self) -> Webhook:
        async with self.desk.database.session() as session:
            found = await webhooks.get(session, self.webhook.id)
        assert found is not None
        return found

    def handle(self, delivery_id: UUID) -> WorkflowHandle[WebhookWorkflow, None]:
        return self.desk.client.get_workflow_handle_for(WebhookWorkflow.run, delivery_workflow_id(delivery_id))

    async def pauses(self, delivery_id: UUID) -> list[timedelta]:
        """Of the timers that its workflow has set."""
        history = await self.handle(delivery_id).fetch_history()
        return [
            event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            for event in history.events
            if event.HasField("timer_started_event_attributes")
        ]

    async def ended(self, delivery_id: UUID, seconds: float = 20) -> WorkflowExecutionStatus | None:
        """How its workflow ended, once it has; it may not even have begun."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    status = (await self.handle(delivery_id).describe()).status
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    status = WorkflowExecutionStatus.RUNNING
                if status is not WorkflowExecutionStatus.RUNNING:
                    return status
                await asyncio.sleep(0.05)


@asynccontextmanager
async def crm_of(desk: Desk) -> AsyncIterator[Crm]:
    """The desk's escalations are told to it from here on."""
    slug = f"crm-{uuid4()}"
    async with receiver() as received:
        webhook = Webhook(slug=slug, name="CRM", url=received.url, secret=new_secret())
        async with desk.database.session() as session:
            await webhooks.save(session, webhook)
        desk.responder.webhook = slug
        crm = Crm(desk, received, webhook, Poster(allow_private=True))
        yield crm
        for delivery, _ in await crm.log():
            try:
                await crm.handle(delivery.id).terminate("the test is over")
            except RPCError:
                pass
        await crm.poster.close()
