"""What happened in a conversation: the numbered, append-only events, and the vocabulary they are written in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Who controls a conversation. `resolved` is open to a new visitor message for the reopen window."""

    AI_HANDLING = "ai_handling"
    COLLECTING_DETAILS = "collecting_details"
    ESCALATED = "escalated"
    HUMAN_OWNED = "human_owned"
    RESOLVED = "resolved"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class AuthorKind(StrEnum):
    VISITOR = "visitor"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


class EventType(StrEnum):
    """Every kind of event; `Event.data` is what the comment behind it says.

    Where a transition, an alert or a message leaves the visitor waiting for a person, it also has `waiting_since`,
    `deadline`, the next moment at which somebody more is told, `target`, by when the policy wants them answered, and
    `opens_at` while the team is closed.
    """

    MESSAGE = (
        "message"  # {citations, quick_replies, form, offers_person, asks_back, away, action}, each only if there is one
    )
    NOTE = "note"  # {}: an agent's private words
    # {from, to, event}, and reason, evidence, summary, action, owner, team, waited_seconds, policy_version, and the
    # slug of a webhook that is to hear of it
    TRANSITION = "transition"
    TAGS = "tags"  # {tags, added, removed}: lists of str
    DETAIL = "detail"  # {name, label, value, verified}
    # {step, audience, team, agent, channel, outcome, reason}; over any channel but the inbox also recipients, why, and
    # about, the id of the event that was told. outcome: delivered, failed, called_off, or nobody_there: no inbox open,
    # or no browser that takes pushes
    ALERT = "alert"
    RATING = "rating"  # {score: 1..5}; the comment is the text


class HandoffReason(StrEnum):
    """Why a conversation was escalated."""

    ACTION = "action"
    ASKED_FOR_PERSON = "asked_for_person"
    FRUSTRATION = "frustration"
    NO_ANSWER = "no_answer"
    GOING_IN_CIRCLES = "going_in_circles"
    ASSISTANT_FAILED = "assistant_failed"
    TOO_MANY_TURNS = "too_many_turns"
    TOO_COSTLY = "too_costly"
    DETAILS_TIMED_OUT = "details_timed_out"
    OWNER_TOO_SLOW = "owner_too_slow"
    OWNER_AWAY = "owner_away"
    RETURNED_TO_QUEUE = "returned_to_queue"
    TRANSFERRED = "transferred"


@dataclass(frozen=True)
class Author:
    """Who wrote or did it. `id` is an agent's id, or empty for everybody else."""

    kind: AuthorKind
    name: str = ""
    id: str = ""


@dataclass(frozen=True)
class Person:
    """An agent, as a conversation remembers one."""

    id: str
    name: str


ASSISTANT = Author(AuthorKind.ASSISTANT, "Assistant")
SYSTEM = Author(AuthorKind.SYSTEM)


@dataclass(frozen=True)
class Citation:
    """A reference in a reply to the passage it rests on. `url` is empty where the source has no address."""

    passage_id: str
    title: str
    url: str
    quote: str


@dataclass(frozen=True)
class Detail:
    """A value that an action asked for. `verified` is true only where a system other than the visitor confirmed it."""

    name: str
    label: str
    value: str
    verified: bool = False


@dataclass(frozen=True)
class Reference:
    """A source, as a summary names it. `url` is empty where it has no address."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Tried:
    """A question that the assistant took on. `answer` and `sources` are empty where it had none to give."""

    question: str
    answer: str = ""
    sources: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What an agent should know before reading the thread; texts are clipped.

    `wants` are the visitor's own words, oldest first; `tried` what the assistant did about them; `details` what was
    collected, verified or only claimed.
    """

    wants: tuple[str, ...] = ()
    tried: tuple[Tried, ...] = ()
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Handoff:
    """One episode from escalation until the conversation is resolved or returned to the assistant.

    `message_id` is the visitor message that caused it: the key that keeps a retry from escalating twice.
    """

    reason: HandoffReason
    evidence: str
    message_id: str
    at: datetime
    action_id: str = ""
    action: str = ""
    action_version: int = 0
    summary: Summary = Summary()


@dataclass(frozen=True)
class Event:
    """One thing that happened. `seq` counts from 1 in each conversation without a gap; `id` is unique in it.

    `public` events are what the visitor may see. `data` holds JSON values only; `EventType` says which.
    """

    seq: int
    id: str
    type: EventType
    at: datetime
    author: Author
    text: str = ""
    public: bool = False
    data: dict[str, Any] = field(default_factory=dict)
