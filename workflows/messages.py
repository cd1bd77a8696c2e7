"""The inputs of the workflows, and the signals and updates they take: one dataclass each.

Every agent's command carries `key`, the caller's idempotency key: the same key again answers the same and changes
nothing. An empty one is never the same as another.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chatref.conversation.events import Person
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.standing import Standing
from chatref.conversation.state import ConversationState
from chatref.effects import HandoffNotice


@dataclass
class ConversationInput:
    """`state` is None but when a run continues another; then it is all that the run knows.

    `policy_version` is that of `policy`, 0 for one that is not stored. `standing` is how the team stood when that was
    last looked up: it counts where it cannot be looked up now.
    """

    conversation_id: str
    policy: ServicePolicy
    default_team: str
    state: ConversationState | None = None
    policy_version: int = 0
    standing: Standing | None = None


@dataclass
class Rating:
    """`score` from 1 to 5."""

    score: int
    comment: str = ""


@dataclass
class Claim:
    agent: Person
    key: str = ""


@dataclass
class Offer:
    """The conversation is somebody's to take; anybody else may still take it."""

    to: Person


@dataclass
class OwnerLeft:
    """The agent with this id has gone away."""

    agent_id: str


@dataclass
class Say:
    """A public reply, or a note. `id` is the message's id, made by the client, and its own idempotency key."""

    agent: Person
    id: str
    text: str


@dataclass
class Tag:
    agent: Person
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    key: str = ""


@dataclass
class Release:
    """`to_assistant`, or else to the queue."""

    agent: Person
    to_assistant: bool
    key: str = ""


@dataclass
class Transfer:
    """To a team (its slug) or, where `to` is given, to an agent."""

    agent: Person
    team: str = ""
    to: Person | None = None
    key: str = ""


@dataclass
class Resolve:
    """`seen_seq` is how far the agent has read; None for a caller that does not say."""

    agent: Person
    key: str = ""
    seen_seq: int | None = None


@dataclass
class IngestionInput:
    """`every` is the schedule, if any, counted from `since`: then it does not read at once."""

    source_id: str
    every: timedelta | None = None
    since: datetime | None = None


@dataclass
class Schedule:
    """Read it again `every` so often from now on, counted from `since`, the end of the reading before; or never."""

    every: timedelta | None
    since: datetime


@dataclass
class Refresh:
    """Read everything again, or only what failed."""

    failed_only: bool = False


@dataclass
class WebhookInput:
    """The notice with this id. A `handoff` is put into the log first; without one it is there already."""

    delivery_id: str
    handoff: HandoffNotice | None = None
