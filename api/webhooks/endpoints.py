"""Webhooks: the business's own systems, which hear of handoffs (Standard Webhooks 1.0)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from api.problems import Problem, invalid, not_found, problems
from api.services import Services, Use
from api.session.caller import AUTHENTICATED, Admin
from api.webhooks.schemas import (
    DeliveryList,
    DeliveryOut,
    WebhookBody,
    WebhookList,
    WebhookOut,
    WebhookWithSecret,
)
from api.webhooks.users import Users
from chatref.store import webhooks
from chatref.store.tables import Webhook, WebhookDelivery
from chatref.webhooks.payload import NoticeType, slack_text, test_notice
from chatref.webhooks.signing import new_secret

router = APIRouter(
    prefix="/api/v1/webhooks",
    tags=["webhooks"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 409, 422, 503),
)

PAGE = 25
SECRETS_OVERLAP = timedelta(hours=24)
"""So long a replaced secret goes on signing, beside the new one."""


async def _webhook(webhook_id: UUID, admin: Admin, services: Use) -> Webhook:
    async with services.database.session() as session:
        webhook = await webhooks.get(session, webhook_id)
    if webhook is None:
        raise not_found("webhook")
    return webhook


Known = Annotated[Webhook, Depends(_webhook)]


@router.get("")
async def list_webhooks(admin: Admin, services: Use) -> WebhookList:
    """Every webhook, the oldest first, without its secret."""
    async with services.database.session() as session:
        listed = await webhooks.everyone(session)
        latest = await webhooks.latest_deliveries(session)
        users = await Users.read(session)
    return WebhookList(items=[_listed(webhook, users, latest) for webhook in listed])


@router.post("", status_code=201)
async def create(body: WebhookBody, admin: Admin, services: Use) -> WebhookWithSecret:
    """A new webhook, with a secret of its own."""
    _check_address(body, services)
    webhook = Webhook(**body.model_dump(), secret=new_secret())
    async with services.database.session() as session:
        if await webhooks.by_slug(session, body.slug) is not None:
            raise Problem(409, "exists", "Another webhook has this slug.")
        await webhooks.save(session, webhook)
        return await _out(session, webhook)


@router.get("/{webhook_id}")
async def read(webhook: Known, services: Use) -> WebhookWithSecret:
    """One webhook, with its secret."""
    async with services.database.session() as session:
        return await _out(session, webhook)


@router.put("/{webhook_id}")
async def replace(webhook: Known, body: WebhookBody, services: Use) -> WebhookWithSecret:
    """Change a webhook. Its secret stays; while actions or service policies name it, its slug does too."""
    _check_address(body, services)
    async with services.database.session() as session:
        current = await _locked(session, webhook)
        if body.slug != current.slug:
            same = await webhooks.by_slug(session, body.slug)
            if same is not None:
                raise Problem(409, "exists", "Another webhook has this slug.")
            await _refuse_if_used(session, current)
        for name, value in body.model_dump().items():
            setattr(current, name, value)
        current.stopped_because = "" if body.enabled else current.stopped_because
        await webhooks.save(session, current)
        return await _out(session, current)


@router.delete("/{webhook_id}", status_code=204)
async def delete(webhook: Known, services: Use) -> None:
    """Remove a webhook with its log. What is under way to it is not sent any more."""
    async with services.database.session() as session:
        current = await _locked(session, webhook)
        await _refuse_if_used(session, current)
        await webhooks.remove(session, current)


@router.post("/{webhook_id}/rotate")
async def rotate(webhook: Known, services: Use) -> WebhookWithSecret:
    """A new secret. For 24 hours notices are signed with both, so that the receiver can be changed without haste."""
    async with services.database.session() as session:
        current = await _locked(session, webhook)
        current.previous_secret, current.secret = current.secret, new_secret()
        current.previous_secret_until = datetime.now(UTC) + SECRETS_OVERLAP
        await webhooks.save(session, current)
        return await _out(session, current)


@router.post("/{webhook_id}/test", status_code=202)
async def test(webhook: Known, services: Use) -> DeliveryOut:
    """Send a notice of type `webhook.test`, or a sentence to Slack. It stands in the log with what comes of it."""
    _refuse_if_disabled(webhook)
    if webhook.format == "slack":
        body = slack_text(f"A test of the webhook {webhook.name} by Chatref.")
    else:
        body = test_notice(webhook.slug, datetime.now(UTC))
    delivery = WebhookDelivery(webhook_id=webhook.id, type=NoticeType.TEST, body=body)
    async with services.database.session() as session:
        await webhooks.open_delivery(session, delivery)
    try:
        await services.deliveries.send(delivery.id)
    except Problem:
        async with services.database.session() as session:
            await webhooks.forget_delivery(session, delivery.id)
        raise
    return DeliveryOut.of(delivery, [])


@router.get("/{webhook_id}/deliveries")
async def log(
    webhook: Known,
    services: Use,
    cursor: Annotated[str, Query(max_length=100, description="`next_cursor` of the page before.")] = "",
) -> DeliveryList:
    """What was delivered, or was to be, of the last 90 days at least; the newest first."""
    before = _position(cursor) if cursor else None
    async with services.database.session() as session:
        listed = await webhooks.log(session, webhook, before, PAGE + 1)
        shown = listed[:PAGE]
        attempts = await webhooks.attempts(session, shown)
    more = len(listed) > PAGE
    return DeliveryList(
        items=[DeliveryOut.of(delivery, attempts[delivery.id]) for delivery in shown],
        next_cursor=f"{shown[-1].created_at.isoformat()} {shown[-1].id}" if more else None,
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202)
async def replay(webhook: Known, delivery_id: UUID, services: Use) -> DeliveryOut:
    """Send a notice again, now, with the same `webhook-id`; where it fails, its attempts begin anew."""
    _refuse_if_disabled(webhook)
    async with services.database.session() as session:
        found = await webhooks.get_delivery(session, delivery_id)
        if found is None or found[0].webhook_id != webhook.id:
            raise not_found("delivery")
        delivery, _ = found
        attempts = await webhooks.attempts(session, [delivery])
    await services.deliveries.send(delivery.id)
    return DeliveryOut.of(delivery, attempts[delivery.id])


async def _locked(session: AsyncSession, webhook: Webhook) -> Webhook:
    current = await webhooks.locked(session, webhook.id)
    if current is None:
        raise not_found("webhook")
    return current


async def _refuse_if_used(session: AsyncSession, webhook: Webhook) -> None:
    users = await Users.read(session)
    if actions := users.actions_of(webhook):
        raise Problem(409, "in_use", f"Actions tell this webhook: {', '.join(actions)}.")
    if policies := users.policies_of(webhook):
        raise Problem(409, "in_use", f"Service policies tell this webhook: {', '.join(policies)}.")


def _refuse_if_disabled(webhook: Webhook) -> None:
    if not webhook.enabled:
        raise Problem(409, "disabled", "The webhook is switched off. Enable it first.")


def _check_address(body: WebhookBody, services: Services) -> None:
    """Whether the name leads into a private network is found out when it is connected to: it may change."""
    if urlsplit(body.url).scheme != "https" and not services.settings.private_addresses:
        raise invalid("url", "must begin with https: notices hold what customers wrote")


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, delivery_id = cursor.partition(" ")
    try:
        position = datetime.fromisoformat(at), UUID(delivery_id)
        if position[0].tzinfo is None:
            raise ValueError("a time without a zone")
    except ValueError:
        raise Problem(422, "invalid", "cursor is not one of this list.") from None
    return position


def _listed(webhook: Webhook, users: Users, latest: Mapping[UUID, WebhookDelivery]) -> WebhookOut:
    return WebhookOut.of(webhook, users.actions_of(webhook), users.policies_of(webhook), latest.get(webhook.id))


async def _out(session: AsyncSession, webhook: Webhook) -> WebhookWithSecret:
    listed = _listed(webhook, await Users.read(session), await webhooks.latest_deliveries(session))
    until = webhook.previous_secret_until
    return WebhookWithSecret(
        **listed.model_dump(),
        secret=webhook.secret,
        previous_secret_until=until if until and until > datetime.now(UTC) else None,
    )
