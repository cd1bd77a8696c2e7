"""The names that other programs and operators know the workflows by."""

from uuid import UUID

from temporalio.common import SearchAttributeKey

TASK_QUEUE = "chatref-conversations"
INGESTION_QUEUE = "chatref-ingestion"
"""Apart from conversations, so that no chat waits behind the reading of content."""

WEBHOOK_QUEUE = "chatref-webhooks"
"""Apart too, so that slow receivers hold up nothing but one another."""

ALERT_QUEUE = "chatref-alerts"
"""And telling people, which takes as long as the slowest server of theirs."""

STATE = SearchAttributeKey.for_keyword("ChatrefState")
TEAM = SearchAttributeKey.for_keyword("ChatrefTeam")
OWNER = SearchAttributeKey.for_keyword("ChatrefOwner")
"""The owner's agent id: search attributes are never encrypted, so they hold no personal data."""
SEARCH_ATTRIBUTES = (STATE, TEAM, OWNER)


def workflow_id(conversation_id: UUID | str) -> str:
    return f"conversation-{conversation_id}"


def ingestion_id(source_id: UUID | str) -> str:
    return f"ingestion-{source_id}"


def pulse_id(task_queue: str) -> str:
    return f"pulse-{task_queue}"


def delivery_workflow_id(delivery_id: UUID | str) -> str:
    return f"webhook-{delivery_id}"
