"""What visitors prove themselves with: our token for one conversation, and the owner's for who somebody is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

_ALGORITHM = "HS256"


class BadToken(Exception):
    """Not a token of ours, or not of this owner, or no longer valid."""


@dataclass(frozen=True)
class VisitorClaims:
    conversation: UUID
    visitor: UUID
    site: UUID


@dataclass(frozen=True)
class VouchedFor:
    """Who the owner's server says the visitor is. `subject` is the owner's own id for them."""

    subject: str
    name: str
    email: str


def issue(claims: VisitorClaims, key: bytes) -> str:
    """Without an end: the widget keeps it for as long as the visitor keeps the conversation."""
    payload = {
        "conversation": str(claims.conversation),
        "visitor": str(claims.visitor),
        "site": str(claims.site),
    }
    return jwt.encode(payload, key, _ALGORITHM)


def read(token: str, key: bytes) -> VisitorClaims:
    """Raises `BadToken`. Needs no database."""
    payload = _decoded(token, key)
    try:
        return VisitorClaims(UUID(payload["conversation"]), UUID(payload["visitor"]), UUID(payload["site"]))
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise BadToken from error


def read_identity(token: str, secret: str) -> VouchedFor:
    """The owner's token: `sub`, and optionally `name`, `email`, `exp`. Raises `BadToken`."""
    payload = _decoded(token, secret.encode(), ["sub"])
    name, email = (str(payload.get(claim, "")).replace("\x00", "") for claim in ("name", "email"))
    return VouchedFor(payload["sub"], name[:100], email[:254])


def _decoded(token: str, key: bytes, require: list[str] | None = None) -> dict[str, Any]:
    try:
        payload: dict[str, Any] = jwt.decode(token, key, [_ALGORITHM], options={"require": require or []})
    except jwt.InvalidTokenError as error:
        raise BadToken from error
    return payload
