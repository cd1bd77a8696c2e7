"""Deliveries: from a handoff to a notice in the log, and from there to its receiver."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chatref.effects import HandoffNotice
from chatref.store import webhooks
from chatref.store.database import Database
from chatref.store.tables import Webhook, WebhookAttempt, WebhookDelivery
from chatref.webhooks.payload import NoticeType, handoff_started
from chatref.webhooks.posting import Posted, Poster, Verdict
from chatref.webhooks.signing import keys_of, signed_headers

logger = logging.getLogger(__name__)

PAUSE_AT_MOST = timedelta(days=1)
"""For so long a receiver may ask to be left alone."""


class Deliveries:
    """Opens and delivers notices. `public_url` is where agents reach the inbox."""

    def __init__(self, database: Database, poster: Poster, public_url: str) -> None:
        self._database = database
        self._poster = poster
        self._public_url = public_url.rstrip("/")

    async def open(self, delivery_id: UUID, notice: HandoffNotice) -> bool:
        """Put the notice into the log, once; false where its webhook or its conversation is no more."""
        conversation_id = UUID(notice.conversation_id)
        async with self._database.session() as session:
            webhook = await webhooks.by_slug(session, notice.webhook)
            found = await webhooks.handoff(session, conversation_id, notice.event_id)
            if webhook is None or found is None:
                logger.warning("no webhook %s, or nothing to tell it of", notice.webhook)
                return False
            event, conversation, visitor = found
            link = f"{self._public_url}/inbox/all/{conversation_id}"
            delivery = WebhookDelivery(
                id=delivery_id,
                webhook_id=webhook.id,
                conversation_id=conversation_id,
                type=NoticeType.HANDOFF,
                action=event.data["action"],
                body=handoff_started(event, conversation, visitor, link),
            )
            await webhooks.open_delivery(session, delivery)
        return True

    async def deliver(self, delivery_id: UUID, pause: timedelta | None) -> timedelta | None:
        """Post it once, and write down what came of it. Answers after which time to try again, if at all."""
        async with self._database.session() as session:
            found = await webhooks.get_delivery(session, delivery_id)
        if found is None:
            return None
        delivery, webhook = found
        at = datetime.now(UTC)
        posted = await self._post(delivery, webhook, at)
        left = None
        if posted.verdict is Verdict.FAILED and webhook.enabled and pause is not None:
            left = min(max(pause, posted.retry_after or pause), PAUSE_AT_MOST)
        now = datetime.now(UTC)
        delivery.status = (
            "delivered" if posted.verdict is Verdict.DELIVERED else "failed" if left is None else "pending"
        )
        delivery.next_attempt_at = None if left is None else now + left
        delivery.finished_at = now if left is None else None
        attempt = WebhookAttempt(
            delivery_id=delivery.id,
            number=0,
            at=at,
            status_code=posted.status,
            outcome=posted.outcome,
            duration_ms=round(posted.took / timedelta(milliseconds=1)),
        )
        async with self._database.session() as session:
            if posted.verdict is Verdict.GONE:
                await webhooks.stop(session, webhook.id, posted.verdict)
            await webhooks.attempted(session, delivery, attempt)
        return left

    async def _post(self, delivery: WebhookDelivery, webhook: Webhook, at: datetime) -> Posted:
        if not webhook.enabled:
            return Posted(Verdict.FAILED, "not sent: the webhook is switched off")
        headers = signed_headers(str(delivery.id), delivery.body, keys_of(webhook, at), at)
        return await self._poster.post(webhook.url, delivery.body, headers)
