"""Who we are to the push services (VAPID, RFC 8292): a key pair, and a token that it signs for each of them."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
TOKEN_LASTS = timedelta(hours=12)
"""Push services refuse tokens that last longer than a day."""
_RANDOM_BYTES = 48
"""More than a key has, so that the rest of a division favours no key (FIPS 186-5, A.2.1)."""
_NOBODY = "mailto:nobody@example.com"


@dataclass(frozen=True)
class Vapid:
    """`contact` is an address, `https:` or `mailto:`, at which a push service can find whoever runs this."""

    key: ec.EllipticCurvePrivateKey
    contact: str

    @classmethod
    def derived(cls, seed: bytes, public_url: str) -> Self:
        """The same pair from the same seed (`Settings.push_seed`). Browsers subscribe to the public key: another one
        ends what they have.

        Without `https` only browsers on this machine can subscribe, and there is no address to find us at.
        """
        contact = public_url.rstrip("/") if public_url.startswith("https:") else _NOBODY
        random = HKDF(SHA256(), _RANDOM_BYTES, salt=None, info=b"chatref push key").derive(seed)
        scalar = int.from_bytes(random) % (CURVE.group_order - 1) + 1
        return cls(ec.derive_private_key(scalar, CURVE), contact)

    @property
    def public_key(self) -> str:
        """As browsers take it for `applicationServerKey`: the uncompressed point in base64url, without padding."""
        return base64url(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The header `Authorization` for a post to this endpoint."""
        address = httpx.URL(endpoint)
        claims = {
            "aud": f"{address.scheme}://{address.netloc.decode()}",
            "exp": int((now + TOKEN_LASTS).timestamp()),
            "sub": self.contact,
        }
        return f"vapid t={jwt.encode(claims, self.key, algorithm='ES256')}, k={self.public_key}"


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
