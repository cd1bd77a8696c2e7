"""What is pushed, encrypted so that only the browser that subscribed can read it (RFC 8291)."""

from base64 import b64decode
from typing import Protocol

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from chatref.push.vapid import CURVE

ENCODING = "aes128gcm"
_POINT_BYTES = 65
_AUTH_BYTES = 16


class Subscription(Protocol):
    """As a browser gives it (`PushSubscription.toJSON`); both keys are base64url."""

    @property
    def endpoint(self) -> str: ...
    @property
    def p256dh(self) -> str: ...
    @property
    def auth(self) -> str: ...


def point(p256dh: str) -> bytes:
    """The browser's public key. Raises `ValueError` where it is none."""
    decoded = _decoded(p256dh, _POINT_BYTES)
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded)
    return decoded


def auth_secret(auth: str) -> bytes:
    """What the browser shares with us alone. Raises `ValueError` where it has another length."""
    return _decoded(auth, _AUTH_BYTES)


def sealed(content: bytes, subscription: Subscription) -> bytes:
    """The body of a post, different each time: its key is made for it and forgotten."""
    body: bytes = http_ece.encrypt(
        content,
        private_key=ec.generate_private_key(CURVE),
        dh=point(subscription.p256dh),
        auth_secret=auth_secret(subscription.auth),
        version=ENCODING,
    )
    return body


def _decoded(given: str, length: int) -> bytes:
    bare = given.rstrip("=")
    decoded = b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    if len(decoded) != length:
        raise ValueError(f"must be {length} bytes in base64url")
    return decoded
