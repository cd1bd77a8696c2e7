"""The service policy: how long anybody may wait, and who is told when. Part of each workflow's input."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chatref.conversation.hours import OfficeHours

Duration = Annotated[timedelta, Gt(timedelta(0)), Le(timedelta(days=366))]


class Audience(StrEnum):
    """Whom a telling is for. `agent` is whoever the conversation is offered to, `visitor` who waits."""

    TEAM = "team"
    OWNER = "owner"
    EVERYBODY = "everybody"
    FALLBACK = "fallback"
    SUPERVISORS = "supervisors"
    AGENT = "agent"
    VISITOR = "visitor"


ON_A_LADDER = frozenset({Audience.TEAM, Audience.EVERYBODY, Audience.FALLBACK, Audience.SUPERVISORS})

INBOX, PUSH, EMAIL, COMMAND, WEBHOOK = "inbox", "push", "email", "command", "webhook:"


def _inbox_is_always_told(channels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((INBOX, *channels)))


ChannelName = Annotated[
    str,
    Field(pattern=r"^(inbox|push|email|command|webhook:[a-z0-9][a-z0-9-]{0,62})$", examples=["email", "webhook:ops"]),
]
"""How somebody is told. `webhook:` is followed by the slug of a webhook."""
Channels = Annotated[tuple[ChannelName, ...], Field(max_length=20), AfterValidator(_inbox_is_always_told)]
"""The inbox always hears of it. What is not set up on this installation is left out."""


class LadderStep(BaseModel):
    """`after` counts from the start of the wait. `say` is what the visitor is told then, empty for nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Duration
    audience: Audience
    channels: Channels = (INBOX, PUSH, EMAIL)
    say: Annotated[str, Field(max_length=1000)] = ""

    @model_validator(mode="after")
    def _is_for_a_group(self) -> "LadderStep":
        if self.audience not in ON_A_LADDER:
            raise ValueError("the audience of a step is team, everybody, fallback or supervisors")
        return self


class ServicePolicy(BaseModel):
    """Every duration and cap of a conversation. In JSON, durations are ISO 8601 (`PT1M`) or seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_response: Duration = timedelta(minutes=5)
    """The target for a person's first answer after a handoff. Reports count what is later."""
    next_response: Duration = timedelta(minutes=5)
    """The target for each further answer."""
    at_once: Channels = (INBOX, PUSH)
    """How the team is told when the wait begins, before the ladder."""
    ladder: Annotated[tuple[LadderStep, ...], Field(min_length=1, max_length=20)] = (
        LadderStep(after=timedelta(minutes=1), audience=Audience.TEAM),
        LadderStep(after=timedelta(minutes=3), audience=Audience.EVERYBODY),
        LadderStep(after=timedelta(minutes=10), audience=Audience.EVERYBODY),
    )
    """Who is alerted again, and when, while nobody takes the conversation."""
    fallback_team: Annotated[str, Field(max_length=63)] = ""
    """The slug of the team that `fallback` means; empty for the default team."""
    office_hours: OfficeHours | None = None
    """When the team is there; null for always."""
    closed_text: Annotated[str, Field(max_length=1000)] = "Our team is back {opens}."
    """What the visitor is told out of hours; `{opens}` becomes the next opening, by the visitor's own clock."""
    nobody_text: Annotated[str, Field(max_length=1000)] = (
        "Nobody of our team is at their desk right now. Whoever is back first will answer you."
    )
    """What the visitor is told within hours while nobody of the team is there."""
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

    @property
    def webhooks(self) -> frozenset[str]:
        """The slugs of those that it tells."""
        named = (*self.at_once, *(channel for step in self.ladder for channel in step.channels))
        return frozenset(channel.removeprefix(WEBHOOK) for channel in named if channel.startswith(WEBHOOK))

    def alert_due(self, step: int) -> timedelta:
        """When the alert number `step` (0 is the first of the ladder) is due, counted from the start of the wait."""
        if step < len(self.ladder):
            return self.ladder[step].after
        due = self.ladder[-1].after
        pause = self.repeat_every
        for left in range(step - len(self.ladder), -1, -1):
            due += pause
            if pause == self.repeat_at_most:
                # From here on they are all the same.
                return due + left * pause
            pause = min(pause * 2, self.repeat_at_most)
        return due

    def step_due(self, step: int, waited: timedelta) -> int:
        """The number of the latest alert that is due after so long, from `step` on, which is."""
        while (due := self.alert_due(step + 1)) <= waited:
            step += 1
            if step > len(self.ladder) and due - self.alert_due(step - 1) == self.repeat_at_most:
                # From here on they are all the same: thousands may have passed while nobody worked.
                return step + (waited - due) // self.repeat_at_most
        return step

    def rung(self, step: int) -> LadderStep:
        """What the alert number `step` (0 is the first of the ladder) is; beyond the ladder, its last step again."""
        return self.ladder[min(step, len(self.ladder) - 1)]
