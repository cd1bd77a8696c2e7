"""Types of what comes from outside, so that every route takes the same text for valid."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints


def _says_something(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
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
