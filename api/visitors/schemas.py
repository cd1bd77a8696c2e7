"""What goes over the wire between the widget and us."""

from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.fields import Email, MessageText, Text

_Short = Annotated[Text, Field(max_length=100)]
_Value = Annotated[Text, Field(max_length=2000)]


@cache
def _time_zones() -> frozenset[str]:
    """Of this machine and of the `tzdata` package, which has the older names too: browsers still say them."""
    return frozenset(available_timezones())


def _known_or_none(name: str) -> str:
    return name if name in _time_zones() else ""


# A browser may know zones that we do not: nobody is turned away for that.
_TimeZone = Annotated[Text, Field(max_length=64), AfterValidator(_known_or_none)]


class VisitorFacts(BaseModel):
    """What the page knows of its visitor. Nobody has checked it: see `identity_token`."""

    name: _Short = ""
    email: Email | Literal[""] = ""
    attributes: dict[_Short, _Value | bool | int | float | None] = Field(default_factory=dict, max_length=50)


class PageFacts(BaseModel):
    """Where the visitor is."""

    url: _Value = ""
    title: Annotated[Text, Field(max_length=300)] = ""


class OpenConversation(BaseModel):
    site: _Short = Field(description="The site's public key.", examples=["demo"])
    visitor: VisitorFacts = VisitorFacts()
    identity_token: Annotated[str, Field(max_length=4000)] | None = Field(
        None,
        description="A JWT (HS256) signed with the site's identity secret: `sub`, and optionally "
        "`name`, `email`, `exp`.",
    )
    page: PageFacts = PageFacts()
    time_zone: _TimeZone = Field(
        "",
        description="The visitor's, by its IANA name. One that is not known here counts as none.",
        examples=["Europe/Berlin"],
    )


class Opened(BaseModel):
    """`visitor_token` is the Bearer for every other route of the conversation. Keep it: it is the way back."""

    conversation_id: UUID
    visitor_token: str


class NewMessage(BaseModel):
    id: UUID = Field(description="Made by the widget. The same id again is the same message.")
    text: MessageText
    action: _Short = Field("", description="The action whose button was pressed.")
    details: dict[_Short, _Value] = Field(
        default_factory=dict, max_length=20, description="What was filled into the form, by field."
    )


class MessageAccepted(BaseModel):
    id: UUID


class Seen(BaseModel):
    seq: int = Field(ge=0, le=2**31 - 1, description="The last event that was on the visitor's screen.")


class NewRating(BaseModel):
    score: int = Field(ge=1, le=5)
    comment: Annotated[Text, Field(max_length=2000)] = ""


class VisitorAuthor(BaseModel):
    kind: Literal["visitor", "assistant", "agent", "system"]
    name: str


class VisitorEvent(BaseModel):
    """Something that happened, as the visitor sees it. `data` depends on `type`: of a message `citations`,
    `quick_replies`, `form`, `offers_person`, and `away: {until}` where it says that nobody is there to answer; of a
    transition `from`, `to`, `event` and the `owner`'s name.
    """

    seq: int
    id: str
    type: str
    at: str = Field(description="RFC 3339, UTC.")
    author: VisitorAuthor
    text: str
    data: dict[str, Any]


class VisitorEvents(BaseModel):
    """`last_seq` is what to give as `after` next."""

    events: list[VisitorEvent]
    last_seq: int


class Look(BaseModel):
    """How the widget looks and what it says first."""

    model_config = ConfigDict(extra="forbid")

    color: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6})?$")] = Field("", examples=["#1d6f5c"])
    position: Literal["left", "right"] = "right"
    greeting: Annotated[Text, Field(max_length=300)] = ""
    suggestions: list[Annotated[Text, Field(min_length=1, max_length=100)]] = Field(default_factory=list, max_length=6)


class Button(BaseModel):
    """Pressed, it sends its label as a message with `action`."""

    action: str
    label: str


class SiteBoot(BaseModel):
    """What the widget needs before anything is said."""

    name: str
    look: Look
    buttons: list[Button]
    reply_time_seconds: int | None = Field(description="How soon a person should answer, by the service policy.")


class ThreadBoot(SiteBoot):
    """What a page needs that has nothing but the conversation's token."""

    conversation_id: UUID
    site: str = Field(description="The site's public key.")
