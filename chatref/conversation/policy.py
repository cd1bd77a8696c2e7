"""The service policy: how long anybody may wait, and who is told when. Part of each workflow's input."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ConfigDict, Field, model_validator

Duration = Annotated[timedelta, Gt(timedelta(0)), Le(timedelta(days=366))]


class Audience(StrEnum):
    """Whom an alert is for: the conversation's team, its owner, or every agent."""

    TEAM = "team"
    OWNER = "owner"
    EVERYBODY = "everybody"


class LadderStep(BaseModel):
    """`after` counts from the start of the wait."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Duration
    audience: Audience


class ServicePolicy(BaseModel):
    """Every duration and cap of a conversation. In JSON, durations are ISO 8601 (`PT1M`) or seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ladder: Annotated[tuple[LadderStep, ...], Field(min_length=1, max_length=20)] = (
        LadderStep(after=timedelta(minutes=1), audience=Audience.TEAM),
        LadderStep(after=timedelta(minutes=3), audience=Audience.EVERYBODY),
        LadderStep(after=timedelta(minutes=10), audience=Audience.EVERYBODY),
    )
    """Who is alerted again, and when, while nobody takes the conversation."""
    repeat_every: Duration = timedelta(minutes=10)
    """The first repeat after the ladder's last step; each further one waits twice as long, up to `repeat_at_most`."""
    repeat_at_most: Duration = timedelta(hours=1)
    """The longest pause between two alerts."""
    owner_answers_within: Duration = timedelta(minutes=2)
    """After it, the owner of a waiting visitor is alerted."""
    owner_grace: Duration = timedelta(minutes=3)
    """After the owner's alert, the conversation returns to the queue."""
    collecting_at_most: Duration = timedelta(minutes=5)
    """Silence while details are asked for; after it the conversation escalates with what there is."""
    burst_pause: Annotated[timedelta, Ge(timedelta(0)), Le(timedelta(seconds=10))] = timedelta(milliseconds=500)
    """The quiet that ends a burst of messages, before the assistant says what is not settled at once."""
    turn_limit: Duration = timedelta(seconds=20)
    """The assistant's time for one turn; after it the conversation escalates."""
    turns_at_most: Annotated[int, Field(ge=1, le=1000)] = 50
    """Answers of the assistant in one episode; after them the conversation escalates."""
    tokens_at_most: Annotated[int, Field(ge=1)] = 250_000
    """What the model may cost in one episode, in tokens read and written; after them the conversation escalates."""
    idle_after: Duration = timedelta(hours=24)
    """Silence with the assistant; after it the conversation resolves quietly."""
    reopen_window: Duration = timedelta(days=3)
    """How long a resolved conversation's workflow stays; a later message starts a new run."""

    @model_validator(mode="after")
    def _ladder_climbs(self) -> "ServicePolicy":
        waits = [step.after for step in self.ladder]
        if waits != sorted(set(waits)):
            raise ValueError("each step of the ladder must come later than the one before")
        return self

    def alert_due(self, step: int) -> timedelta:
        """When the alert number `step` (0 is the first of the ladder) is due, counted from the start of the wait."""
        if step < len(self.ladder):
            return self.ladder[step].after
        due = self.ladder[-1].after
        pause = self.repeat_every
        for left in range(step - len(self.ladder), -1, -1):
            due += pause
            if pause == self.repeat_at_most:
                # From here on they are all the same: thousands may have passed while nobody worked.
                return due + left * pause
            pause = min(pause * 2, self.repeat_at_most)
        return due

    def alert_audience(self, step: int) -> Audience:
        """Whom the alert number `step` is for; beyond the ladder, whom its last step is for."""
        return self.ladder[min(step, len(self.ladder) - 1)].audience
