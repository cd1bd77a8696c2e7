"""Secrets of webhooks and what they sign, as Standard Webhooks 1.0 has it."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

from chatref.store import tables

_PREFIX = "whsec_"
_SECRET_BYTES = 32
"""The standard asks for 24 to 64."""


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def keys_of(webhook: tables.Webhook, at: datetime) -> list[str]:
    """What its notices are signed with: while a secret is replaced, both."""
    until = webhook.previous_secret_until
    return [webhook.secret, webhook.previous_secret] if until and at < until else [webhook.secret]


def signed_headers(delivery_id: str, body: str, keys: Iterable[str], at: datetime) -> dict[str, str]:
    """What a receiver needs to tell that it was us, and that it was now. `at` is in UTC.

    A signature for each of the `keys`, so that a receiver may still know the old one while a secret is replaced.
    """
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(delivery_id, at, body) for key in keys),
    }
