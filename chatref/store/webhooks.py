"""Webhooks, and the log of what was delivered to them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.tables import Conversation, EventRecord, Visitor, Webhook, WebhookAttempt, WebhookDelivery

KEPT = timedelta(days=90)
"""How long a finished delivery stays in the log: it holds what the visitor gave."""


async def everyone(session: AsyncSession) -> list[Webhook]:
    return list(await session.exec(select(Webhook).order_by(col(Webhook.created_at), col(Webhook.id))))


async def get(session: AsyncSession, webhook_id: UUID) -> Webhook | None:
    return await session.get(Webhook, webhook_id)


async def locked(session: AsyncSession, webhook_id: UUID) -> Webhook | None:
    """The webhook, kept from changing until the transaction ends."""
    return (await session.exec(select(Webhook).where(Webhook.id == webhook_id).with_for_update())).one_or_none()


async def by_slug(session: AsyncSession, slug: str) -> Webhook | None:
    return (await session.exec(select(Webhook).where(Webhook.slug == slug))).one_or_none()


async def missing(session: AsyncSession, slugs: Iterable[str]) -> set[str]:
    """Those of the slugs that no webhook has."""
    wanted = set(slugs)
    known = await session.exec(select(Webhook.slug).where(col(Webhook.slug).in_(wanted)))
    return wanted - set(known.all())


async def save(session: AsyncSession, webhook: Webhook) -> None:
    session.add(webhook)
    await session.flush()


async def stop(session: AsyncSession, webhook_id: UUID, why: str) -> None:
    """Switch it off, for a reason of its receiver's."""
    values = {"enabled": False, "stopped_because": why}
    await session.exec(update(Webhook).where(col(Webhook.id) == webhook_id).values(values))


async def remove(session: AsyncSession, webhook: Webhook) -> None:
    """Its log goes with it."""
    await session.delete(webhook)


async def handoff(
    session: AsyncSession, conversation_id: UUID, event_id: str
) -> tuple[EventRecord, Conversation, Visitor] | None:
    """The event that a notice tells of, with whose it is; None where it is no more."""
    query = (
        select(EventRecord, Conversation, Visitor)
        .join(Conversation, col(Conversation.id) == EventRecord.conversation_id)
        .join(Visitor, col(Visitor.id) == Conversation.visitor_id)
        .where(EventRecord.conversation_id == conversation_id, EventRecord.id == event_id)
    )
    return (await session.exec(query)).one_or_none()


async def open_delivery(session: AsyncSession, delivery: WebhookDelivery) -> None:
    """Put it into the log; one that is there already stays as it is. What is old leaves."""
    await session.exec(insert(WebhookDelivery).values(delivery.model_dump()).on_conflict_do_nothing())
    old = datetime.now(UTC) - KEPT
    await session.exec(
        delete(WebhookDelivery).where(
            col(WebhookDelivery.webhook_id) == delivery.webhook_id, col(WebhookDelivery.finished_at) < old
        )
    )


async def forget_delivery(session: AsyncSession, delivery_id: UUID) -> None:
    await session.exec(delete(WebhookDelivery).where(col(WebhookDelivery.id) == delivery_id))


async def get_delivery(session: AsyncSession, delivery_id: UUID) -> tuple[WebhookDelivery, Webhook] | None:
    query = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, col(Webhook.id) == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.id == delivery_id)
    )
    return (await session.exec(query)).one_or_none()


async def attempted(session: AsyncSession, delivery: WebhookDelivery, attempt: WebhookAttempt) -> None:
    """Write down an attempt and where the delivery stands after it. `attempt.number` is ours to count."""
    newest = (
        await session.exec(
            select(func.max(WebhookAttempt.number)).where(WebhookAttempt.delivery_id == delivery.id),
        )
    ).one()
    attempt.number = (newest or 0) + 1
    standing = delivery.model_dump(include={"status", "next_attempt_at", "finished_at"})
    await session.exec(update(WebhookDelivery).where(col(WebhookDelivery.id) == delivery.id).values(standing))
    session.add(attempt)


async def attempts(session: AsyncSession, deliveries: Sequence[WebhookDelivery]) -> dict[UUID, list[WebhookAttempt]]:
    """Of each, oldest first."""
    found: dict[UUID, list[WebhookAttempt]] = {delivery.id: [] for delivery in deliveries}
    query = select(WebhookAttempt).where(col(WebhookAttempt.delivery_id).in_(found))
    for attempt in await session.exec(query.order_by(col(WebhookAttempt.number))):
        found[attempt.delivery_id].append(attempt)
    return found


async def log(
    session: AsyncSession, webhook: Webhook, before: tuple[datetime, UUID] | None, limit: int
) -> list[WebhookDelivery]:
    """Newest first, from after `before` on."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if before is not None:
        query = query.where(tuple_(col(WebhookDelivery.created_at), col(WebhookDelivery.id)) < before)
    ordered = query.order_by(col(WebhookDelivery.created_at).desc(), col(WebhookDelivery.id).desc())
    return list(await session.exec(ordered.limit(limit)))


async def latest_deliveries(session: AsyncSession) -> dict[UUID, WebhookDelivery]:
    """The newest of each webhook that has any, by the webhook."""
    newest = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.webhook_id == Webhook.id)
        .order_by(col(WebhookDelivery.created_at).desc(), col(WebhookDelivery.id).desc())
        .limit(1)
        .correlate(Webhook)
        .scalar_subquery()
    )
    other = aliased(WebhookDelivery)
    query = select(other).join(Webhook, col(other.id) == newest)
    return {delivery.webhook_id: delivery for delivery in await session.exec(query)}
