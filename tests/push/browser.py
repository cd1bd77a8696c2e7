"""A browser that subscribes, and reads what it is pushed as RFC 8291 says: not with the library that encrypts it."""

import json
import os
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatref.push.vapid import CURVE, base64url
from tests.receiver import Post


@dataclass(frozen=True)
class BrowserSubscription:
    endpoint: str
    p256dh: str
    auth: str

    def json(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON` gives it."""
        keys = {"p256dh": self.p256dh, "auth": self.auth}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}


@dataclass(frozen=True)
class SubscribedBrowser:
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self, endpoint: str) -> BrowserSubscription:
        return BrowserSubscription(endpoint, base64url(raw(self.key.public_key())), base64url(self.auth))

    def opened(self, content: bytes) -> bytes:
        """What was pushed. Raises `InvalidTag` where it was encrypted for somebody else."""
        salt, size = content[:16], int.from_bytes(content[16:20])
        letters = content[20]
        sender, sealed = content[21 : 21 + letters], content[21 + letters :]
        assert len(sealed) <= size, "more than one record"
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        info = b"WebPush: info\0" + raw(self.key.public_key()) + sender
        secret = HKDF(SHA256(), 32, salt=self.auth, info=info).derive(shared)
        key = HKDF(SHA256(), 16, salt=salt, info=b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt=salt, info=b"Content-Encoding: nonce\0").derive(secret)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert padded.endswith(b"\2"), "the last record has no delimiter"
        return padded[:-1]

    def read(self, post: Post) -> Any:
        return json.loads(self.opened(post.content))


def raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def claims_of(post: Post, public_key: str, audience: str) -> dict[str, Any]:
    """What the push service learns about who pushes. Raises where another key signed it, or for somebody else."""
    scheme, _, given = post.headers["authorization"].partition(" ")
    fields = dict(each.strip().split("=", 1) for each in given.split(","))
    assert (scheme, fields["k"]) == ("vapid", public_key)
    point = urlsafe_b64decode(public_key + "=")
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    claims: dict[str, Any] = jwt.decode(fields["t"], key, algorithms=["ES256"], audience=audience)
    return claims
