"""What a model may decide, what is refused, and what of a decision in the making may be shown."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from chatref.assistant.addresses import foreign, settled
from chatref.assistant.prompt import Material

_LONGEST_REPLY = 4_000


class Kind(StrEnum):
    ANSWER = "answer"
    ASK_BACK = "ask_back"
    CONVERSE = "converse"
    UNKNOWN = "unknown"
    RUN_ACTION = "run_action"
    HAND_OFF = "hand_off"


_SAID = {Kind.ANSWER, Kind.ASK_BACK, Kind.CONVERSE, Kind.UNKNOWN}
"""The kinds whose reply is said as the model wrote it."""


class CitedPassage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    passage: str
    quote: str


class Decision(BaseModel):
    """Every field is required, as strict structured output wants it; those that do not apply are empty.

    A model writes them in this order. The reply is last, so that it is known to be sayable when its first word comes.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    action: str
    reason: Literal["asked_for_person", "frustration", "no_answer", ""]
    evidence: str
    citations: list[CitedPassage]
    reply: str


class Nonsense(Exception):
    """A decision that cannot be used. The text says why, for the model."""


def schema(*, asks_back: bool) -> dict[str, Any]:
    """The form to ask for. `asks_back`: whether the model may ask the visitor something now.

    There are only these two: servers prepare each form that they see for the first time, which takes seconds, so that
    it must not hold what changes from turn to turn.
    """
    form = Decision.model_json_schema()
    form["$defs"]["Kind"]["enum"] = [kind.value for kind in Kind if asks_back or kind is not Kind.ASK_BACK]
    return form


def read_decision(text: str, material: Material) -> Decision:
    """The decision in what a model wrote. Raises `Nonsense` for what is none, or names what does not exist."""
    try:
        decision = Decision.model_validate_json(text)
    except ValidationError as error:
        raise Nonsense("this is not a decision in the required form") from error
    decision.reply = _said(decision.reply)
    for check in _CHECKS:
        if fault := check(decision, material):
            raise Nonsense(fault)
    return decision


def draft(text: str, material: Material) -> str:
    """The reply as far as it is written, where `text` is the beginning of a decision; empty while nothing may be shown.

    Shown is only what would be said if the decision ended here: of a kind that is said, with citations that exist.
    """
    try:
        begun = from_json(text, allow_partial="trailing-strings")
        decision = Decision.model_validate({"action": "", "reason": "", "evidence": ""} | begun)
    except (ValueError, TypeError):
        return ""
    if decision.kind not in _SAID:
        return ""
    decision.reply = _said(settled(decision.reply))
    return "" if any(check(decision, material) for check in _CHECKS) else decision.reply


def _said(reply: str) -> str:
    return reply.strip()[:_LONGEST_REPLY].rstrip()


def _words_missing(decision: Decision, material: Material) -> str:
    return "" if decision.reply or decision.kind not in _SAID - {Kind.UNKNOWN} else "a reply is missing"


def _citations_made_up(decision: Decision, material: Material) -> str:
    if decision.kind is not Kind.ANSWER:
        return ""
    if not decision.citations:
        return "an answer needs at least one citation"
    unknown = [cited.passage for cited in decision.citations if cited.passage not in material.passages]
    return f"there is no passage {', '.join(unknown)[:100]}" if unknown else ""


def _addresses_made_up(decision: Decision, material: Material) -> str:
    if decision.kind not in _SAID or not foreign(decision.reply, material.addresses):
        return ""
    return "the reply holds a web address that is in none of the passages"


def _asked_twice(decision: Decision, material: Material) -> str:
    if decision.kind is not Kind.ASK_BACK or material.may_ask_back:
        return ""
    return "you have asked back already: answer, say that you do not know, or hand off"


def _action_made_up(decision: Decision, material: Material) -> str:
    made_up = decision.kind is Kind.RUN_ACTION and decision.action not in material.actions
    return "there is no such action" if made_up else ""


def _reason_missing(decision: Decision, material: Material) -> str:
    return "a handoff needs a reason" if decision.kind is Kind.HAND_OFF and not decision.reason else ""


_CHECKS: tuple[Callable[[Decision, Material], str], ...] = (
    _words_missing,
    _citations_made_up,
    _addresses_made_up,
    _asked_twice,
    _action_made_up,
    _reason_missing,
)
