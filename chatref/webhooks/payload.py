"""What a webhook is told: `{type, timestamp, data}`, as Standard Webhooks recommends."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from chatref.alerting.alert import Alert
from chatref.conversation.events import Handoff
from chatref.store.tables import Conversation, EventRecord, Visitor

_HANDOFF = TypeAdapter(Handoff)
_CALLS_ALL = re.compile("@(?=(?:all|channel|everyone|here)\\b)", re.IGNORECASE)


class NoticeType(StrEnum):
    HANDOFF = "handoff.started"
    ALERT = "wait.alert"
    TEST = "webhook.test"


def handoff_started(event: EventRecord, conversation: Conversation, visitor: Visitor, link: str) -> str:
    """A chat was handed over to people: why, by which action if any, and what was collected for them."""
    handed = event.data
    action = None
    if handed["action_id"]:
        action = {"id": handed["action_id"], "name": handed["action"], "version": handed["action_version"]}
    return _written(
        NoticeType.HANDOFF,
        event.at,
        {
            "conversation_id": str(conversation.id),
            "url": link,
            "action": action,
            "reason": handed["reason"],
            "evidence": handed["evidence"],
            "details": handed["summary"]["details"],
            "team": handed["team"],
            "priority": conversation.priority,
            "tags": conversation.tags,
            "visitor": {
                "id": str(visitor.id),
                "name": visitor.name,
                "email": visitor.email,
                "attributes": visitor.attributes,
                "identified": visitor.identified,
            },
            "page": conversation.page,
        },
    )


def wait_alert(alert: Alert, at: datetime) -> str:
    """Somebody waits for a person: what the team, an agent who is offered the chat, or its owner is told of it."""
    return _written(
        NoticeType.ALERT,
        at,
        alert.data
        | {
            "handoff": _HANDOFF.dump_python(alert.handoff, mode="json") if alert.handoff else None,
            "visitor": {"name": alert.visitor},
        },
    )


def test_notice(webhook: str, at: datetime) -> str:
    """For an owner who wants to see whether anything arrives."""
    return _written(NoticeType.TEST, at, {"webhook": webhook})


def slack_alerts(alerts: Iterable[Alert], at: datetime) -> str:
    """The same for a Slack channel: all of them in one post."""
    return slack_text("\n\n".join("\n".join((f"*{each.subject(at)}*", *each.lines, each.link)) for each in alerts))


def slack_text(text: str) -> str:
    """What Slack's incoming webhooks take, and those of others that do as Slack does.

    Nobody calls a whole channel by writing `<!channel>` into a chat, nor `@channel`, as those others read it.
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return json.dumps({"text": _CALLS_ALL.sub("@\u200b", plain)}, ensure_ascii=False)


def _written(kind: NoticeType, at: datetime, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
