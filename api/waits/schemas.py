"""A conversation's ledger over the wire. Read from the records of `chatref.conversation.waits`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chatref.conversation.events import HandoffReason
from chatref.conversation.waits import Ending, Ledger, StepKind


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PersonOut(_Out):
    """An agent."""

    id: str
    name: str


class AlertOut(_Out):
    """`step` counts from 0 with each responsible; `agent` is an id, empty where a team or everybody was meant."""

    step: int
    audience: str = Field(description="`team`, `owner`, `everybody`, `fallback`, `supervisors`, `agent` or `visitor`.")
    agent: str
    agent_name: str
    channel: str = Field(description="`inbox`, `push`, `email`, `command`, or `webhook:` and its slug.")
    outcome: str = Field(
        description="`delivered`, `failed`, `nobody_there` (in an inbox that nobody has open, or where nobody who is"
        " meant has the channel), or `called_off`, as nobody needed to be told any more."
    )
    recipients: int = Field(description="How many took it; 0 for the inbox.")
    why: str = Field(description="Why it failed, in words; empty where it did not.")


class StepOut(_Out):
    """Who is responsible from here on (`owner`, or else the team), and when the next step is due."""

    seq: int
    at: datetime
    kind: StepKind
    team: str
    owner: PersonOut | None
    deadline: datetime | None
    by: PersonOut | None = Field(description="The agent who did it.")
    alert: AlertOut | None


class WaitOut(_Out):
    """An interval in which the visitor waited for a person."""

    since: datetime
    handoff: int = Field(description="The number of its handoff.")
    deadline: datetime | None = Field(description="The live one; null once the wait has ended.")
    taken_by: PersonOut | None
    taken_at: datetime | None
    ended_at: datetime | None
    ending: Ending | None
    ended_by: PersonOut | None
    steps: list[StepOut]


class HandoffOut(_Out):
    """One episode with people, and the rule that caused it."""

    number: int
    began_at: datetime
    reason: HandoffReason | None = Field(description="null where an agent stepped in unasked.")
    team: str
    by: PersonOut | None
    action: str
    action_id: str
    action_version: int
    evidence: str = Field(description="The visitor's words that caused it.")
    message_id: str
    ended_at: datetime | None
    ending: Ending | None
    ended_by: PersonOut | None


class LedgerOut(BaseModel):
    """`items` are the waits of a conversation, `handoffs` why they came about; both the earliest first."""

    items: list[WaitOut]
    handoffs: list[HandoffOut]

    @classmethod
    def of(cls, ledger: Ledger) -> "LedgerOut":
        return cls(
            items=[WaitOut.model_validate(wait) for wait in ledger.waits],
            handoffs=[HandoffOut.model_validate(handoff) for handoff in ledger.handoffs],
        )
