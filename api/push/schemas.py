"""What goes over the wire about browser pushes."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from api.fields import WebAddress
from chatref.push.sealing import auth_secret, point


def _is_point(value: str) -> str:
    point(value)
    return value


def _is_auth_secret(value: str) -> str:
    auth_secret(value)
    return value


Key = Annotated[str, Field(max_length=100)]


class SubscriptionKeys(BaseModel):
    p256dh: Annotated[Key, AfterValidator(_is_point)] = Field(
        description="The browser's public key: a point of P-256, 65 bytes in base64url."
    )
    auth: Annotated[Key, AfterValidator(_is_auth_secret)] = Field(description="16 bytes in base64url.")


class Endpoint(BaseModel):
    endpoint: WebAddress = Field(
        description="Where the browser's push service takes pushes for it. It has to be `https` and on the internet, "
        "unless this installation may connect to private networks.",
        examples=["https://push.example.com/send/dGhpcyBvbmU"],
    )


class Subscription(Endpoint):
    """As `PushSubscription.toJSON()` gives it."""

    keys: SubscriptionKeys


class Push(BaseModel):
    public_key: str = Field(description="What a browser subscribes with, as its `applicationServerKey` (RFC 8292).")
    subscriptions: int = Field(description="In how many browsers you take pushes.")
