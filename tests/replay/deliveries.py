"""What notices to webhooks go through while their histories are recorded."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from tests.receiver import Answer
from tests.workflows.crm import Crm
from workflows.webhook import WebhookWorkflow


async def sent_again_when_asked(crm: Crm) -> UUID:
    crm.receiver.answers = [Answer(503, {"Retry-After": "600"})]
    await crm.desk.say("a person")
    delivery, _ = await crm.until("pending", 1)
    await crm.handle(delivery.id).signal(WebhookWorkflow.send_now)
    await crm.until("delivered", 2)
    await crm.ended(delivery.id)
    return delivery.id


DELIVERIES: tuple[Callable[[Crm], Awaitable[UUID]], ...] = (sent_again_when_asked,)
