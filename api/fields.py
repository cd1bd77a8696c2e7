"""Types of what comes from outside, so that every route takes the same text for valid."""

from typing import Annotated
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator, Field, StringConstraints


def _says_something(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _is_web_address(value: str) -> str:
    parts = urlsplit(value)
    try:
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        httpx.URL(value)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable or not value.isascii() or any(char.isspace() for char in value):
        raise ValueError("must be a web address such as https://crm.example.com/chatref")
    if parts.username is not None:
        raise ValueError("must not carry a password: what we send is signed")
    return value


Text = str
LongText = Annotated[str, Field(min_length=1), AfterValidator(_says_something)]
"""Its length is for who uses it to limit: of two limits the narrower would count."""
MessageText = Annotated[LongText, Field(max_length=8000)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_says_something),
]
# Whether mail arrives there is for the mail to find out; `.local` and company-internal names are fine.
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
WebAddress = Annotated[str, Field(max_length=2000), AfterValidator(_is_web_address)]
"""Whether it may be connected to is found out when it is."""
