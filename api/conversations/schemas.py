"""What goes over the wire about conversations. Rows and events are written by `chatref.store.views`."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from api.fields import MessageText, Slug, Tag

StateName = Literal["ai_handling", "collecting_details", "escalated", "human_owned", "resolved"]


class Owner(BaseModel):
    id: str
    name: str


class TeamName(BaseModel):
    slug: str
    name: str


class Author(BaseModel):
    """`id` is an agent's id, or empty."""

    kind: Literal["visitor", "assistant", "agent", "system"]
    name: str
    id: str


class LastMessage(BaseModel):
    seq: int
    author: Author
    text: str
    at: str


class VisitorOfRow(BaseModel):
    """`identified`: the owner's server vouched for name and e-mail. Else they are what the page said."""

    id: str
    name: str
    email: str
    attributes: dict[str, Any]
    identified: bool


class DetailOfRow(BaseModel):
    name: str
    label: str
    value: str
    verified: bool = Field(
        description="The owner's server signed the same: the e-mail address of an `identity_token`. "
        "Else only claimed by the visitor."
    )


class ReferenceOfSummary(BaseModel):
    """A source. `url` is empty where it has no address."""

    title: str
    url: str


class TriedOfSummary(BaseModel):
    """A question that the assistant took on. `answer` and `sources` are empty where it had none to give."""

    question: str
    answer: str
    sources: list[ReferenceOfSummary]


class SummaryOfHandoff(BaseModel):
    """What an agent should know first; texts are clipped.

    `wants` are the visitor's own words, oldest first; `tried` is what the assistant did about them.
    """

    wants: list[str]
    tried: list[TriedOfSummary]
    details: list[DetailOfRow] = Field(description="As they were collected by then.")


class HandoffOfRow(BaseModel):
    """Why the conversation needs a person: the reason, the words that caused it, and the action with its version."""

    reason: str
    evidence: str
    message_id: str
    at: str
    action: str
    action_id: str
    action_version: int
    summary: SummaryOfHandoff


class PageOfRow(BaseModel):
    url: str
    title: str


class Row(BaseModel):
    """A conversation as the inbox lists it. Times are RFC 3339 in UTC."""

    id: UUID
    state: StateName
    owner: Owner | None
    team: TeamName | None
    tags: list[str]
    priority: Literal["low", "normal", "high", "urgent"]
    visitor: VisitorOfRow
    last_message: LastMessage | None
    waiting_since: str | None = Field(description="Since when the visitor has been waiting for a person.")
    deadline: str | None = Field(description="When somebody more is told, or the conversation returns to the queue.")
    target: str | None = Field(description="By when the service policy wants the visitor to have an answer.")
    opens_at: str | None = Field(description="When the team opens, while the visitor waits for that.")
    handoff: HandoffOfRow | None
    details: list[DetailOfRow]
    last_seq: int
    created_at: str
    changed_at: str
    page: PageOfRow


class Earlier(BaseModel):
    """Another conversation of the same visitor."""

    id: UUID
    state: StateName
    created_at: str
    last_message: LastMessage | None
    handoff: HandoffOfRow | None


class ModelUse(BaseModel):
    """What the model has cost in this conversation, in tokens. All are 0 where none was asked."""

    requests: int
    input_tokens: int
    output_tokens: int


class Context(BaseModel):
    earlier: list[Earlier]
    model: ModelUse
    user_agent: str | None = None
    seen_seq: int = Field(description="How far the visitor has read.")
    time_zone: str = Field(description="The visitor's (IANA); empty where it is not known.")


class Detailed(Row):
    context: Context


class RowPage(BaseModel):
    """`next_cursor` is null on the last page."""

    items: list[Row]
    next_cursor: str | None


class Counts(BaseModel):
    """How many conversations are in each view; `teams` and `tags` count the open ones. `resolved` stops at 10,000."""

    needs_human: int
    mine: int
    unassigned: int
    all: int
    resolved: int
    teams: dict[str, int]
    tags: dict[str, int]


class EventOut(BaseModel):
    """Something that happened: message, note, transition, tags, detail, alert or rating; `data` depends on which."""

    seq: int
    id: str
    type: str
    at: str
    author: Author
    text: str
    public: bool = Field(description="Whether the visitor sees it.")
    data: dict[str, Any]


class EventPage(BaseModel):
    """`last_seq` is what to give as `after` next."""

    events: list[EventOut]
    last_seq: int


class Write(BaseModel):
    id: UUID | None = Field(None, description="Made by the client. The same id again is the same message.")
    text: MessageText


class TagChange(BaseModel):
    add: list[Tag] = Field(default_factory=list, max_length=20)
    remove: list[Tag] = Field(default_factory=list, max_length=20)


class ReleaseTo(BaseModel):
    to: Literal["assistant", "queue"]


class ReadTo(BaseModel):
    seen_seq: int | None = Field(
        default=None,
        ge=0,
        description="The `seq` up to which the agent has read. If the visitor has written after it: 409 `unread`.",
    )


class TransferTo(BaseModel):
    """Either a team, by its slug, or an agent."""

    team: Slug | None = None
    agent: UUID | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "TransferTo":
        if (self.team is None) == (self.agent is None):
            raise ValueError("give either team or agent")
        return self


class Nothing(BaseModel):
    """No members are needed."""


class Done(BaseModel):
    """The last `seq` that it led to, and who owns the conversation now."""

    seq: int
    owner: Owner | None
