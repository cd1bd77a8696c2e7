"""Custom actions: what the business configures, as data. Matching sentences to them is `chatref.assistant.triggers`."""

from enum import StrEnum
from typing import Annotated

import re2
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from chatref.conversation.events import HandoffReason, Priority


class ActionKind(StrEnum):
    """The kinds that ship with defaults; an owner's own action has none."""

    CANCELLATION = "cancellation"
    REFUND = "refund"
    ACCOUNT_CHANGE = "account_change"
    HUMAN_REQUEST = "human_request"
    FRUSTRATION = "frustration"


class FieldType(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    PATTERN = "pattern"


DEFAULT_THRESHOLD = 0.5

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


# Addresses say something else with these words: the export, an action that is being made.
RESERVED_IDS = frozenset({"export", "new"})


class DetailField(BaseModel):
    """One detail to ask for. `invalid` is what the assistant says before it asks again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    label: Annotated[str, Field(min_length=1, max_length=60)]
    type: FieldType = FieldType.TEXT
    prompt: Annotated[str, Field(min_length=1, max_length=300)]
    invalid: Annotated[str, Field(max_length=300)] = ""
    required: bool = True
    choices: tuple[Label, ...] = ()
    pattern: Annotated[str, Field(max_length=200)] = ""
    placeholder: Annotated[str, Field(max_length=60)] = ""

    @field_validator("pattern")
    @classmethod
    def _pattern_compiles(cls, pattern: str) -> str:
        try:
            re2.compile(pattern)
        except re2.error as error:
            [reason] = error.args
            told = reason.decode() if isinstance(reason, bytes) else reason
            raise ValueError(f"is not a pattern that RE2 understands: {told}") from error
        return pattern

    @model_validator(mode="after")
    def _type_has_what_it_needs(self) -> "DetailField":
        if self.type is FieldType.CHOICE and len(self.choices) < 2:
            raise ValueError("a choice needs at least two choices")
        if self.type is FieldType.PATTERN and not self.pattern:
            raise ValueError("a pattern field needs a pattern")
        return self


class Triggers(BaseModel):
    """What starts an action. `phrases` match as words wherever they stand; `examples` match by likeness.

    `threshold` is the score from which on they start it. `model`: whether a model may choose it as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: tuple[Sentence, ...] = ()
    examples: tuple[Sentence, ...] = ()
    counterexamples: tuple[Sentence, ...] = ()
    button: Annotated[str, Field(max_length=40)] = ""
    threshold: Annotated[float, Field(ge=0.05, le=0.95)] = DEFAULT_THRESHOLD
    model: bool = True


class CustomAction(BaseModel):
    """An owner-configured rule: triggers → confirmation → details → tags, team, priority, reply, webhook.

    `team` is a team's slug, empty for the default team; `webhook` is a webhook's, empty for none. `confirmation` empty
    means that nothing is confirmed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    version: Annotated[int, Field(ge=1)] = 1
    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: ActionKind | None = None
    enabled: bool = True
    use_when: Annotated[str, Field(max_length=500)] = ""
    not_when: Annotated[str, Field(max_length=500)] = ""
    triggers: Triggers = Triggers()
    confirmation: Annotated[str, Field(max_length=300)] = ""
    fields: tuple[DetailField, ...] = ()
    tags: tuple[Label, ...] = ()
    team: str = ""
    priority: Priority = Priority.NORMAL
    reply: Annotated[str, Field(max_length=500)] = ""
    webhook: str = ""

    @field_validator("id")
    @classmethod
    def _id_is_free(cls, action_id: str) -> str:
        if action_id in RESERVED_IDS:
            raise ValueError(f"{action_id} cannot be an id")
        return action_id

    @field_validator("fields")
    @classmethod
    def _details_have_their_own_names(cls, fields: tuple[DetailField, ...]) -> tuple[DetailField, ...]:
        names = [field.name for field in fields]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two details are called {name}")
        return fields

    @property
    def reason(self) -> HandoffReason:
        """The handoff reason that this action's escalation is recorded under."""
        match self.kind:
            case ActionKind.HUMAN_REQUEST:
                return HandoffReason.ASKED_FOR_PERSON
            case ActionKind.FRUSTRATION:
                return HandoffReason.FRUSTRATION
            case _:
                return HandoffReason.ACTION
