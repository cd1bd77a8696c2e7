"""Conversations of the past, written into a database as their workflows would have."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from chatref.conversation.conversation import Conversation
from chatref.conversation.events import Event, HandoffReason, Person
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, VisitorMessage
from chatref.effects import ConversationRow, RecordBatch
from chatref.store import conversations
from chatref.store.conversations import Opening
from chatref.store.database import Database
from chatref.store.record import ConversationLog
from chatref.store.tables import Site

ADA = Person("00000000-0000-4000-8000-00000000000a", "Ada")


class Chat:
    """One conversation with a person. `moment` is where it is; everything takes place at it."""

    def __init__(self, at: datetime, team: str = "support", policy: ServicePolicy | None = None) -> None:
        ids = (str(uuid4()) for _ in count())
        self.id = uuid4()
        self.began = self.moment = at
        self.conversation = Conversation(
            ConversationState(str(self.id), active_at=at), policy or ServicePolicy(), "support", lambda: next(ids)
        )
        self._team = team
        self.new: list[Event] = []

    def after(self, **duration: float) -> "Chat":
        """So much later; what was due meanwhile has happened."""
        until = self.moment + timedelta(**duration)
        while (deadline := self.conversation.deadline) is not None and deadline.at <= until:
            self.conversation.overdue(deadline.at)
        self.moment = until
        return self

    def writes(self) -> "Chat":
        self.conversation.visitor_wrote(VisitorMessage(str(uuid4()), "hello", self.moment), self.moment)
        return self

    def escalates(self) -> "Chat":
        self.writes()
        escalation = Escalation(HandoffReason.ASKED_FOR_PERSON, "a person", "m", team=self._team)
        outcome = Outcome(OutcomeKind.ESCALATE, escalation=escalation)
        self.conversation.commit(outcome, self.conversation.state.unanswered_seq, self.moment)
        return self

    def claims(self) -> "Chat":
        self.conversation.claim(ADA, self.moment)
        return self

    def replies(self) -> "Chat":
        self.conversation.reply(ADA, str(uuid4()), "Hello", self.moment)
        return self

    def resolves(self) -> "Chat":
        self.conversation.resolve(ADA, self.moment)
        return self

    def take(self) -> tuple[Event, ...]:
        return self.conversation.take_events()

    @property
    def row(self) -> ConversationRow:
        state, deadline = self.conversation.state, self.conversation.deadline
        return ConversationRow(
            state.state,
            None,
            state.team,
            (),
            state.priority,
            state.wait.since if state.wait else None,
            deadline.at if deadline else None,
            state.handoff,
            (),
            state.episode,
        )


@dataclass
class Past:
    """Where they are written to."""

    database: Database
    site: UUID = field(default_factory=uuid4)
    _fences: dict[UUID, int] = field(default_factory=dict)

    async def holds(self, *chats: Chat) -> None:
        """Write down what has happened in them since the last time."""
        for chat in chats:
            if chat.id not in self._fences:
                await self._open(chat)
            await self.record(chat, chat.take())

    async def record(self, chat: Chat, events: tuple[Event, ...]) -> None:
        """Write these, in the place of whatever the log holds from the first of them on."""
        self._fences[chat.id] += 1
        batch = RecordBatch(str(chat.id), self._fences[chat.id], events, chat.row)
        await ConversationLog(self.database).record(batch)

    async def _open(self, chat: Chat) -> None:
        async with self.database.session() as session:
            await session.merge(Site(id=self.site, key=f"past-{self.site}", name="Past", identity_secret="secret"))
        await conversations.open_one(self.database, Opening(chat.id, uuid4(), self.site, "", "", {}, False, {}, ""))
        async with self.database.driver() as connection:
            await connection.execute("update conversations set created_at = $2 where id = $1", chat.id, chat.began)
        self._fences[chat.id] = 0
