"""Pushing to a browser (RFC 8030): once, and what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus

from chatref.push.payload import PushPayload, fitted
from chatref.push.sealing import ENCODING, Subscription, sealed
from chatref.push.vapid import Vapid, base64url
from chatref.webhooks.posting import Posted, Poster, Verdict

PUSH_SECONDS = 10.0
_USER_AGENT = "Chatref-Push/1.0"
_TOPIC_LETTERS = 32


class Urgency(StrEnum):
    """Which pushes a device takes while it saves its battery: `high` always, `low` only with power and Wi-Fi."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class PushVerdict(StrEnum):
    DELIVERED = "delivered"
    """The push service has it; whether the browser ever comes for it, nobody learns."""
    GONE = "gone"
    """The browser let the subscription go: forget it."""
    REFUSED = "refused"
    """Sent again as it is, it would be refused again."""
    LATER = "later"
    """Too much at once, says the push service."""
    FAILED = "failed"
    """It may succeed another time."""


@dataclass(frozen=True)
class Pushed:
    """`outcome` says it in words for people. `retry_after` is for how long the push service asked to be left alone.

    `status` is None where nothing was answered.
    """

    verdict: PushVerdict
    outcome: str
    status: int | None
    retry_after: timedelta | None
    took: timedelta


class Pusher:
    """Pushes to any number of browsers, and keeps connections to their push services until it is closed."""

    def __init__(self, vapid: Vapid, *, allow_private: bool = False, seconds: float = PUSH_SECONDS) -> None:
        self._vapid = vapid
        self._poster = Poster(allow_private=allow_private, seconds=seconds)

    async def close(self) -> None:
        await self._poster.close()

    async def push(
        self,
        subscription: Subscription,
        payload: PushPayload,
        *,
        ttl: timedelta,
        topic: str = "",
        urgency: Urgency = Urgency.HIGH,
    ) -> Pushed:
        """Once. Whatever the push service does is an outcome; raises `ValueError` only for what cannot be pushed.

        For a browser that is not running, the push service keeps it for `ttl`, and of one `topic` only the latest.
        """
        headers = {
            "Authorization": self._vapid.authorization(subscription.endpoint, datetime.now(UTC)),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": ENCODING,
            "User-Agent": _USER_AGENT,
            "TTL": str(int(ttl.total_seconds())),
            "Urgency": urgency.value,
        }
        if topic:
            headers["Topic"] = base64url(sha256(topic.encode()).digest())[:_TOPIC_LETTERS]
        body = sealed(fitted(payload), subscription)
        return _pushed(await self._poster.post(subscription.endpoint, body, headers))


def _pushed(posted: Posted) -> Pushed:
    verdict, outcome = PushVerdict.FAILED, posted.outcome
    if posted.verdict is Verdict.DELIVERED:
        verdict = PushVerdict.DELIVERED
    elif posted.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        verdict, outcome = PushVerdict.GONE, f"answered {posted.status}: the browser takes no more pushes"
    elif posted.status == HTTPStatus.TOO_MANY_REQUESTS:
        verdict = PushVerdict.LATER
    elif posted.status is not None and 400 <= posted.status < 500:
        verdict = PushVerdict.REFUSED
    return Pushed(verdict, outcome, posted.status, posted.retry_after, posted.took)
