"""What goes over the wire about webhooks."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api.fields import Name, Slug, WebAddress
from chatref.store.tables import Webhook, WebhookAttempt, WebhookDelivery
from chatref.webhooks.payload import NoticeType

Status = Literal["pending", "delivered", "failed"]


class WebhookBody(BaseModel):
    slug: Slug = Field(description="What actions and service policies name it by.", examples=["crm"])
    name: Name
    url: WebAddress = Field(
        description="Where notices are posted to. It has to be `https` and on the internet, unless this installation "
        "may connect to private networks.",
        examples=["https://crm.example.com/chatref"],
    )
    format: Literal["standard", "slack"] = Field(
        "standard",
        description="`standard`: signed notices (Standard Webhooks). `slack`: `{text}`, as Slack and its like take it; "
        "for the alerts of service policies only.",
    )
    enabled: bool = True


class LastDelivery(BaseModel):
    at: datetime
    status: Status


class WebhookOut(WebhookBody):
    id: UUID
    stopped_because: Literal["", "gone"] = Field(
        description="`gone`: switched off by us, as the receiver answered 410. Enabling it again clears this."
    )
    created_at: datetime
    used_by: list[str] = Field(description="The names of the actions that tell it.")
    used_by_policies: list[str] = Field(
        description="The names of the teams whose service policies tell it; `default` for the policy of all others."
    )
    last_delivery: LastDelivery | None

    @classmethod
    def of(
        cls, webhook: Webhook, used_by: list[str], used_by_policies: list[str], last: WebhookDelivery | None
    ) -> Self:
        return cls.model_validate(
            webhook.model_dump(exclude={"secret", "previous_secret", "previous_secret_until"})
            | {
                "used_by": used_by,
                "used_by_policies": used_by_policies,
                "last_delivery": LastDelivery.model_validate({"at": last.created_at, "status": last.status})
                if last
                else None,
            }
        )


class WebhookWithSecret(WebhookOut):
    secret: str = Field(description="`whsec_…`: what notices are signed with, for the receiver to verify them.")
    previous_secret_until: datetime | None = Field(
        description="Until then notices carry a signature by the secret before, too."
    )


class WebhookList(BaseModel):
    items: list[WebhookOut]


class AttemptOut(BaseModel):
    number: int = Field(description="From 1.")
    at: datetime
    status_code: int | None = Field(description="What was answered; null where nothing was.")
    outcome: str = Field(description="In words.", examples=["answered 500", "cannot be reached"])
    duration_ms: int


class DeliveryOut(BaseModel):
    """A notice. Its id is its `webhook-id`: the same in every attempt."""

    id: UUID
    type: NoticeType
    conversation_id: UUID | None
    action: str = Field(description="The name of the action that handed over; empty where none did.")
    status: Status
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    attempts: list[AttemptOut] = Field(description="Oldest first.")

    @classmethod
    def of(cls, delivery: WebhookDelivery, attempts: list[WebhookAttempt]) -> Self:
        made = [AttemptOut.model_validate(attempt.model_dump()) for attempt in attempts]
        return cls.model_validate(delivery.model_dump() | {"attempts": made})


class DeliveryList(BaseModel):
    """`next_cursor` is null on the last page."""

    items: list[DeliveryOut]
    next_cursor: str | None
