"""One turn of the assistant: what it is given, and what it may decide: a typed value, apart from its text."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chatref.conversation.actions import CustomAction
from chatref.conversation.events import Citation, Detail, Handoff, HandoffReason, Priority, Reference, Summary


@dataclass(frozen=True)
class VisitorMessage:
    """What the visitor posted. `id` is the widget's; a button sets `action`, a form `details` by field name."""

    id: str
    text: str
    at: datetime
    action: str = ""
    details: dict[str, str] = field(default_factory=dict)


class Stage(StrEnum):
    CONFIRMING = "confirming"
    ASKING = "asking"


@dataclass(frozen=True)
class Collecting:
    """Where the collection of an action's details stands. The action is kept as it was when it fired.

    `asked` is the field asked for last and `attempts` how often; `skipped` names the fields that were given up on.
    `message_id` and `evidence` are the visitor message and the words in it that fired the action.
    """

    action: CustomAction
    stage: Stage
    evidence: str
    message_id: str
    values: dict[str, str] = field(default_factory=dict)
    asked: str = ""
    attempts: int = 0
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """What the visitor asked, and what was said to it: both clipped. `agent` is who said it, empty for the assistant.

    `unknown`: the assistant had no answer. `repeats`: it was as good as said before.
    """

    asked: str
    said: str
    sources: tuple[Reference, ...] = ()
    unknown: bool = False
    repeats: bool = False
    agent: str = ""


@dataclass(frozen=True)
class Turn:
    """Everything new that the assistant has to answer, oldest message first: a burst is one turn.

    `answers_seq` is the `seq` of the last of them; the reply commits only for it. `turns` counts the assistant's
    answers in this episode; `offered_person` says that the last of them ended in the offer of a person. `earlier` are
    the assistant's latest exchanges in this episode, and what agents said last, oldest first. `details` are those that
    the conversation has, `handed_over_by` the id of the action that handed it over last, if one did. `vouched_email` is
    the visitor's address where the owner's server signed it.
    """

    conversation_id: str
    answers_seq: int
    messages: tuple[VisitorMessage, ...]
    collecting: Collecting | None = None
    turns: int = 0
    offered_person: bool = False
    earlier: tuple[Exchange, ...] = ()
    details: tuple[Detail, ...] = ()
    handed_over_by: str = ""
    vouched_email: str = ""


class OutcomeKind(StrEnum):
    ANSWER = "answer"  # say `text`; stay with the assistant (a declined confirmation is this too)
    ASK = "ask"  # say `text`, a confirmation or a question for a detail; `collecting` is where it stands now
    ESCALATE = "escalate"  # say `text`, then to a person, as `escalation` says
    THINK = "think"  # nothing decided without the model: ask it


@dataclass(frozen=True)
class Escalation:
    """What the handoff is to be. `team` is a slug, empty for the default team; `webhook` one, empty for none."""

    reason: HandoffReason
    evidence: str
    message_id: str
    action_id: str = ""
    action: str = ""
    action_version: int = 0
    tags: tuple[str, ...] = ()
    team: str = ""
    priority: Priority = Priority.NORMAL
    webhook: str = ""

    @classmethod
    def by(cls, action: CustomAction, reason: HandoffReason, evidence: str, message_id: str) -> "Escalation":
        """As the action says."""
        return cls(
            reason=reason,
            evidence=evidence,
            message_id=message_id,
            action_id=action.id,
            action=action.name,
            action_version=action.version,
            tags=action.tags,
            team=action.team,
            priority=action.priority,
            webhook=action.webhook,
        )

    def handoff(self, at: datetime, summary: Summary) -> Handoff:
        """The handoff that it leads to."""
        return Handoff(
            reason=self.reason,
            evidence=self.evidence,
            message_id=self.message_id,
            at=at,
            action_id=self.action_id,
            action=self.action,
            action_version=self.action_version,
            summary=summary,
        )


@dataclass(frozen=True)
class FormField:
    """A field of the form that the widget offers beside the question."""

    name: str
    label: str
    type: str
    required: bool
    choices: tuple[str, ...] = ()
    placeholder: str = ""


@dataclass(frozen=True)
class Usage:
    """What a turn cost with a model, in tokens, over every request that led to its outcome."""

    model: str
    input_tokens: int
    output_tokens: int

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.model, self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


@dataclass(frozen=True)
class Outcome:
    """The assistant's decision on a turn.

    `details` are the values taken in this turn. `quick_replies` and `form` are offers for the widget; `offers_person`
    puts "Talk to a person" under the text; `asks_back` marks a question about what the visitor means. `usage` is None
    where no model was asked.

    `asked` are the visitor's words of this turn without courtesies: empty where they were nothing else. `settled` is
    false where more may be about to come, so that a moment is waited before it is said. `unknown` and `repeats` are as
    in `Exchange`.
    """

    kind: OutcomeKind
    text: str = ""
    citations: tuple[Citation, ...] = ()
    collecting: Collecting | None = None
    escalation: Escalation | None = None
    details: tuple[Detail, ...] = ()
    quick_replies: tuple[str, ...] = ()
    form: tuple[FormField, ...] = ()
    offers_person: bool = False
    asks_back: bool = False
    usage: Usage | None = None
    asked: str = ""
    settled: bool = True
    unknown: bool = False
    repeats: bool = False

    @property
    def tokens(self) -> int:
        """What it cost with a model."""
        return self.usage.input_tokens + self.usage.output_tokens if self.usage else 0
