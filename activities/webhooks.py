"""Webhooks, as activities."""

from datetime import timedelta
from uuid import UUID

from temporalio import activity

from activities.heartbeats import heartbeats
from chatref import effects
from chatref.effects import HandoffNotice
from chatref.webhooks.deliveries import Deliveries


class WebhookActivities(effects.Webhooks):
    """Errors of the database are retried until it is back; what a receiver does is an outcome, not an error."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    @activity.defn(name="open_delivery")
    async def open_delivery(self, delivery_id: str, handoff: HandoffNotice) -> bool:
        return await self._deliveries.open(UUID(delivery_id), handoff)

    @activity.defn(name="deliver")
    async def deliver(self, delivery_id: str, pause: timedelta | None) -> timedelta | None:
        async with heartbeats():
            return await self._deliveries.deliver(UUID(delivery_id), pause)
