"""All that a conversation's workflow remembers: one serializable value, carried from run to run."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from chatref.conversation.events import Detail, Handoff, Person, Priority, State
from chatref.conversation.turns import Collecting, Exchange, VisitorMessage


@dataclass(frozen=True)
class Wait:
    """The interval in which the visitor waits for a person.

    `since` is when the visitor began to wait. `clock` is when whoever is responsible now (the team or the owner) became
    so: deadlines count from it. `step` counts the alerts that have followed the first. `target` is by when the policy
    wants the visitor to have an answer.

    `opens_at` is set while the team is closed: nothing climbs until then. `closes_at` is when it will close. `due_at`
    is set where the next step does not wait for its time, because the last could not be told. `told` says that the
    visitor knows that nobody is there, and until when: `told_until` is the opening that they were told of.
    """

    since: datetime
    clock: datetime
    step: int = 0
    target: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    due_at: datetime | None = None
    told: bool = False
    told_until: datetime | None = None

    @property
    def knows(self) -> bool:
        """Whether the visitor knows how it stands with the team."""
        return self.told and self.told_until == self.opens_at

    def handed_on(self, now: datetime, opens_at: datetime | None = None, closes_at: datetime | None = None) -> "Wait":
        """The same wait, for whoever is responsible from now on; a team that is closed, from when it opens."""
        target = self.target_from(opens_at, now)
        return Wait(
            self.since,
            now,
            target=target,
            opens_at=opens_at,
            closes_at=closes_at,
            told=self.told,
            told_until=self.told_until,
        )

    def closed_until(self, opens_at: datetime, now: datetime) -> "Wait":
        """The same wait, paused: the visitor is yet to be told. So each pause is an event, and stands in the log."""
        target = self.target_from(opens_at, now)
        return replace(self, opens_at=opens_at, closes_at=None, due_at=None, target=target, told=False)

    def target_from(self, opens_at: datetime | None, now: datetime) -> datetime | None:
        """The target, where the wait goes on at `opens_at`, or goes on now: nobody is late while they are closed.

        What was late before they closed stays so.
        """
        if self.target is None or (self.opens_at is None and self.target <= now):
            return self.target
        goes_on_at = self.opens_at or now
        return self.target + ((opens_at or min(now, goes_on_at)) - goes_on_at)


@dataclass(frozen=True)
class Accepted:
    """What a command answers: the last `seq` it led to, and who owns the conversation now."""

    seq: int
    owner: Person | None


@dataclass
class ConversationState:
    """Ids, counters and the latest exchanges in short, never the transcript: the log in the database has that.

    `unanswered` are the visitor's messages since the business last spoke (the latest of them, when there are many) and
    `unanswered_seq` the `seq` of the last. `active_at` is when anybody last said anything. `seen_ids` and `accepted`
    are the latest message ids and command keys, kept so that a repetition changes nothing. `exchanges` are this
    episode's, and what agents said in any. `tokens` is what the model cost in this episode. `vouched_email` is the
    visitor's address where the owner's server signed it.

    `email` is the visitor's address as far as it is known, `email_asked` how often it was asked for, and `by_email`
    says that answers are mailed too, because the visitor was told that they would be. `answered` says that a person has
    answered in this handoff. `time_zone` is the visitor's, empty for unknown.
    """

    conversation_id: str
    active_at: datetime
    state: State = State.AI_HANDLING
    seq: int = 0
    generation: int = 1
    episode: int = 1
    owner: Person | None = None
    team: str = ""
    tags: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    handoff: Handoff | None = None
    details: tuple[Detail, ...] = ()
    collecting: Collecting | None = None
    unanswered: list[VisitorMessage] = field(default_factory=list)
    unanswered_seq: int = 0
    turns: int = 0
    tokens: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    offered_person: bool = False
    vouched_email: str = ""
    email: str = ""
    email_asked: int = 0
    by_email: bool = False
    answered: bool = False
    time_zone: str = ""
    wait: Wait | None = None
    seen_ids: list[str] = field(default_factory=list)
    accepted: dict[str, Accepted] = field(default_factory=dict)
