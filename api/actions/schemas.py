"""What goes over the wire about custom actions."""

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field

from api.fields import MessageText
from chatref.assistant.triggers import Candidate, Match
from chatref.conversation.action_plan import Difference
from chatref.conversation.actions import RESERVED_IDS, ActionKind, CustomAction, Sentence, Triggers


def _with_id(value: Any) -> Any:
    """An action that is given no id takes it from its name."""
    if isinstance(value, dict) and not value.get("id") and isinstance(value.get("name"), str):
        slug = re.sub(r"[^a-z0-9]+", "-", value["name"].lower()).strip("-")
        if not slug[:1].isalpha() or slug in RESERVED_IDS:
            slug = f"action-{slug}".strip("-")
        return {**value, "id": slug[:60].strip("-")}
    return value


ActionBody = Annotated[CustomAction, BeforeValidator(_with_id)]


class ActionList(BaseModel):
    items: list[CustomAction]


class ActionOrder(BaseModel):
    ids: list[str] = Field(description="Action ids; those that are not named keep their order, after these.")


class ActionVersionOut(BaseModel):
    version: int
    created_at: str
    deleted: bool
    action: CustomAction
    differences: tuple[Difference, ...] = Field(description="To the version before; nothing for the first.")


class ActionVersions(BaseModel):
    """Newest first."""

    items: list[ActionVersionOut]


class Example(BaseModel):
    """A sentence of a visitor, and what the action should have done about it."""

    text: Sentence
    should_start: bool = Field(description="True makes it an example, false a counterexample.")


class ActionFile(BaseModel):
    yaml: Annotated[str, Field(max_length=1_000_000, description="As `GET /actions/export` answers it.")]


class ActionFileToApply(ActionFile):
    basis: str = Field(description="Of the plan that was shown; where the actions changed since, nothing is done.")


class Draft(BaseModel):
    """As much of an action that is not saved as decides whether it starts. It is weighed as if it were enabled."""

    id: str = Field(
        default="", max_length=60, description="The action in whose place to weigh it; empty for a new one."
    )
    name: str = Field(default="", max_length=60)
    kind: ActionKind | None = None
    triggers: Triggers = Triggers()


class MatchText(BaseModel):
    text: MessageText
    draft: Draft | None = Field(default=None, description="Weigh this as well, without saving it. For admins.")


class Alternative(BaseModel):
    """An action that was weighed too."""

    action: str
    action_id: str
    kind: ActionKind | None
    score: float
    threshold: float = Field(description="From this score on, this action may fire.")
    evidence: str
    why: str

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        return cls(
            action=candidate.action.name,
            action_id=candidate.action.id,
            kind=candidate.action.kind,
            score=candidate.score,
            threshold=candidate.threshold,
            evidence=candidate.evidence,
            why=candidate.why,
        )


class MatchResult(BaseModel):
    """What the sentence would start. `action` and `kind` are null where nothing fires."""

    action: str | None = Field(description="The action's name.")
    action_id: str | None
    action_version: int | None
    kind: ActionKind | None
    score: float
    threshold: float = Field(description="Of the action that fires, or else of the first alternative.")
    evidence: str = Field(description="The sentence that speaks for it.")
    why: str
    alternatives: list[Alternative]

    @classmethod
    def of(cls, found: Match) -> Self:
        return cls(
            action=found.action.name if found.action else None,
            action_id=found.action.id if found.action else None,
            action_version=found.action.version if found.action else None,
            kind=found.kind,
            score=found.score,
            threshold=found.threshold,
            evidence=found.evidence,
            why=found.why,
            alternatives=[Alternative.of(other) for other in found.alternatives],
        )
