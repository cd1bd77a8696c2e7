"""What a model may decide, and what is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from chatref.conversation.actions import CustomAction
from chatref.knowledge.passages import Passage

_LONGEST_REPLY = 4_000


class Kind(StrEnum):
    ANSWER = "answer"
    CONVERSE = "converse"
    UNKNOWN = "unknown"
    RUN_ACTION = "run_action"
    HAND_OFF = "hand_off"


class CitedPassage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    passage: str
    quote: str


class Decision(BaseModel):
    """Every field is required, as strict structured output wants it; those that do not apply are empty."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    reply: str
    citations: list[CitedPassage]
    action: str
    reason: Literal["asked_for_person", "frustration", "no_answer", ""]
    evidence: str


SCHEMA: dict[str, Any] = Decision.model_json_schema()


class Nonsense(Exception):
    """A decision that cannot be used. The text says why, for the model."""


def read_decision(text: str, passages: Mapping[str, Passage], actions: Mapping[str, CustomAction]) -> Decision:
    """The decision in what a model wrote. Raises `Nonsense` for what is none, or names what does not exist."""
    try:
        decision = Decision.model_validate_json(text)
    except ValidationError as error:
        raise Nonsense("this is not a decision in the required form") from error
    decision.reply = decision.reply.strip()[:_LONGEST_REPLY]
    match decision.kind:
        case Kind.ANSWER:
            if not decision.reply or not decision.citations:
                raise Nonsense("an answer needs a reply and at least one citation")
            if unknown := [cited.passage for cited in decision.citations if cited.passage not in passages]:
                raise Nonsense(f"there is no passage {', '.join(unknown)[:100]}")
        case Kind.CONVERSE if not decision.reply:
            raise Nonsense("a reply is missing")
        case Kind.RUN_ACTION if decision.action not in actions:
            raise Nonsense("there is no such action")
        case Kind.HAND_OFF if not decision.reason:
            raise Nonsense("a handoff needs a reason")
    return decision
