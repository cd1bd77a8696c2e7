"""What workflows ask of the outside world: one abstract class per dependency, implemented in `activities`.

Workflows call these by name and type and never import the implementations, so that no SQL, HTTP or model client is ever
loaded into the workflow sandbox.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity

from chatref.conversation.events import Detail, Event, Handoff, Person, Priority, State
from chatref.conversation.standing import Standing, TeamQuestion, Telling, Told
from chatref.conversation.state import ConversationState, Wait
from chatref.conversation.turns import Exchange, Outcome, Turn, VisitorMessage


@dataclass(frozen=True)
class ConversationRow:
    """The read model of a conversation, written as a whole with each batch of events.

    `waiting_since` is the start of the visitor's wait for a person, `deadline` when somebody more is told next,
    `target` by when the policy wants them to have an answer, `opens_at` when their team opens, while it is closed.
    """

    state: State
    owner: Person | None
    team: str
    tags: tuple[str, ...]
    priority: Priority
    waiting_since: datetime | None
    deadline: datetime | None
    handoff: Handoff | None
    details: tuple[Detail, ...]
    episode: int
    target: datetime | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True)
class RecordBatch:
    """Events from `events[0].seq` on, without a gap, and the row as it is after them.

    The workflow is the truth: whatever the database holds from the first `seq` on was written by an attempt that did
    not become durable, and is replaced. `fence` grows with the workflow's history; a batch with a lower one than the
    database has seen comes from a superseded worker and is dropped.
    """

    conversation_id: str
    fence: int
    events: tuple[Event, ...]
    row: ConversationRow


@dataclass(frozen=True)
class Past:
    """What the log knows of a conversation when a run starts without a state. Of a new one, only the visitor.

    `message_ids` are the latest ids of messages and notes, oldest first; `fence` is the highest that was recorded.
    `email` is the visitor's address, whoever said so; `vouched_email` is it where the owner's server signed it.
    `time_zone` is theirs (IANA), empty where it is not known. `answers` is what agents said last.
    """

    last_seq: int = 0
    fence: int = 0
    message_ids: tuple[str, ...] = ()
    row: ConversationRow | None = None
    unanswered: tuple[VisitorMessage, ...] = ()
    """What the visitor wrote after the business last spoke, oldest first."""
    vouched_email: str = ""
    email: str = ""
    time_zone: str = ""
    answers: tuple[Exchange, ...] = ()

    def resume(self, conversation_id: str, now: datetime, generation: int) -> ConversationState:
        """The state to go on with. A visitor who waited when the last run was lost waits on, with a fresh deadline."""
        state = ConversationState(conversation_id, active_at=now, seq=self.last_seq, generation=generation)
        state.seen_ids = list(self.message_ids)
        state.vouched_email = self.vouched_email
        state.email = self.email
        state.time_zone = self.time_zone
        state.exchanges = list(self.answers)
        if (row := self.row) is not None:
            # A half-asked question is not in the log: the assistant begins anew.
            collecting = row.state is State.COLLECTING_DETAILS
            state.state = State.AI_HANDLING if collecting else row.state
            state.owner = row.owner
            state.team = row.team
            state.tags = row.tags
            state.priority = row.priority
            state.handoff = row.handoff
            state.details = row.details
            state.episode = row.episode
            if state.state is State.AI_HANDLING:
                state.unanswered = list(self.unanswered)
                state.unanswered_seq = self.last_seq
            if row.state is State.ESCALATED or row.waiting_since is not None:
                state.wait = Wait(row.waiting_since or now, clock=now, target=row.target, opens_at=row.opens_at)
        return state


class Log(ABC):
    """The conversation's log and read model in the database."""

    @activity.defn(name="record")
    @abstractmethod
    async def record(self, batch: RecordBatch) -> None:
        """Write the batch in one transaction and hint the live feed. Safe to repeat."""

    @activity.defn(name="recall")
    @abstractmethod
    async def recall(self, conversation_id: str) -> Past:
        """What earlier runs left behind."""


class Responder(ABC):
    """The assistant."""

    @activity.defn(name="consider")
    @abstractmethod
    async def consider(self, turn: Turn) -> Outcome:
        """Triggers, details and, without a model, the whole answer: milliseconds, so that it runs as a local activity.

        `OutcomeKind.THINK` means that the model is to be asked with `think`.
        """

    @activity.defn(name="think")
    @abstractmethod
    async def think(self, turn: Turn) -> Outcome:
        """The model's answer: seconds, heartbeating. Never `THINK`."""


class Teams(ABC):
    """The teams, as they are now."""

    @activity.defn(name="look")
    @abstractmethod
    async def look(self, question: TeamQuestion) -> Standing:
        """How a team stands. One that is no more is the default team."""


class Channels(ABC):
    """Telling people who may not look at the inbox."""

    @activity.defn(name="tell")
    @abstractmethod
    async def tell(self, conversation_id: str, telling: Telling) -> Told:
        """Try once. What a receiver does is an outcome; it fails, to be tried again, where that may help."""


@dataclass(frozen=True)
class Reading:
    """One reading of a source: `run` is its number."""

    source_id: str
    run: int


@dataclass(frozen=True)
class Progress:
    """`complete` when no page is left to read."""

    found: int
    done: int
    failed: int
    complete: bool


class Ingestion(ABC):
    """Reading the owner's content. What was read answers only once it is published; every step is safe to repeat."""

    @activity.defn(name="begin_reading")
    @abstractmethod
    async def begin_reading(self, source_id: str, failed_only: bool) -> Reading | None:
        """Open a reading; None where the source is gone."""

    @activity.defn(name="find_pages")
    @abstractmethod
    async def find_pages(self, reading: Reading) -> Progress:
        """Find the pages to begin with."""

    @activity.defn(name="read_pages")
    @abstractmethod
    async def read_pages(self, reading: Reading) -> Progress:
        """Read waiting pages for a while, with those that they lead to; to be asked again until it is complete."""

    @activity.defn(name="publish_reading")
    @abstractmethod
    async def publish_reading(self, reading: Reading) -> bool:
        """Answer from it, all at once, instead of what answered before; false if there is nothing in it."""

    @activity.defn(name="abandon_reading")
    @abstractmethod
    async def abandon_reading(self, source_id: str, reason: str) -> None:
        """Forget what is incomplete: what answered before goes on."""


@dataclass(frozen=True)
class HandoffNotice:
    """A handoff that a webhook is to hear of: `event_id` is that of the transition, `webhook` a slug."""

    webhook: str
    conversation_id: str
    event_id: str


class Webhooks(ABC):
    """Telling the business's own systems. A notice arrives at least once; it is the same each time."""

    @activity.defn(name="open_delivery")
    @abstractmethod
    async def open_delivery(self, delivery_id: str, handoff: HandoffNotice) -> bool:
        """Put a notice into the webhook's log; false where the webhook or the conversation is no more."""

    @activity.defn(name="deliver")
    @abstractmethod
    async def deliver(self, delivery_id: str, pause: timedelta | None) -> timedelta | None:
        """Post it once. Where that fails, it is to be tried again after the answered time: `pause`, or what the
        receiver asked for; None if it is over, because it arrived, or failed and there was no pause."""
