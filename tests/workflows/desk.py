"""A conversation on a real engine and a real database, driven as the API drives it; only the assistant is scripted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.log import LogActivities
from chatref.assistant.responder import Responder as Deciding
from chatref.conversation.events import EventType, HandoffReason, Person, State
from chatref.conversation.hours import OfficeHours, in_words
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.standing import Standing, TeamQuestion, Telling, Told
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, Turn, VisitorMessage
from chatref.conversation.words import EMAIL_TAKEN
from chatref.effects import Channels, Responder, Teams
from chatref.store.database import Database
from chatref.store.record import ConversationLog
from chatref.store.tables import Conversation, Site, Visitor
from workflows.conversation import LONG_RUN, ConversationWorkflow
from workflows.messages import Claim, ConversationInput, Say
from workflows.names import ALERT_QUEUE, workflow_id
from workflows.plugin import chatref_plugin

ADA = Person(str(uuid4()), "Ada")
BO = Person(str(uuid4()), "Bo")
VISITORS_EMAIL = "ann@example.com"


def connected(client: Client) -> Client:
    """The same connection with what Chatref's clients and workers have in common."""
    config = client.config()
    config["plugins"] = [chatref_plugin()]
    return Client(**config)


class ScriptedResponder(Responder):
    """Goes by what is in the message: "person" escalates, "think" asks the model, the rest is answered at once.

    "well" is answered too, but is not settled.
    `real` decides instead, where a test needs actions. Escalations are told to `webhook`, if any.
    """

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.model: Callable[[Turn], Awaitable[Outcome]] = self._thought
        self.real: Deciding | None = None
        self.fails = False
        self.webhook = ""

    @activity.defn(name="consider")
    async def consider(self, turn: Turn) -> Outcome:
        self.turns.append(turn)
        if self.fails:
            raise ApplicationError("the assistant is broken")
        if self.real is not None:
            return await self.real.consider(turn)
        message = turn.messages[-1]
        if "person" in message.text:
            escalation = Escalation(
                HandoffReason.ASKED_FOR_PERSON, message.text, message.id, team="billing", webhook=self.webhook
            )
            return Outcome(OutcomeKind.ESCALATE, escalation=escalation, asked=message.text)
        if "think" in message.text:
            return Outcome(OutcomeKind.THINK)
        settled = "well" not in message.text
        return Outcome(OutcomeKind.ANSWER, text=f"You said: {message.text}", asked=message.text, settled=settled)

    @activity.defn(name="think")
    async def think(self, turn: Turn) -> Outcome:
        return await self.model(turn)

    async def _thought(self, turn: Turn) -> Outcome:
        return Outcome(OutcomeKind.ANSWER, text="I thought about it.")


class ScriptedTeams(Teams):
    """How the team stands is what the test says; by itself it is open, and it is not known who is there."""

    def __init__(self) -> None:
        self.standing = Standing("", 0)
        self.asked: list[TeamQuestion] = []
        self.hours: OfficeHours | None = None
        self.now: Callable[[], Awaitable[datetime]] | None = None
        self.fails = False

    @activity.defn(name="look")
    async def look(self, question: TeamQuestion) -> Standing:
        if self.fails:
            raise ApplicationError("nothing is known")
        self.asked.append(question)
        standing = replace(self.standing, team=question.team)
        if self.hours is None or self.now is None:
            return standing
        now = await self.now()
        opens_at = self.hours.opens_at(now)
        words = in_words(opens_at, now, question.time_zone, self.hours.time_zone) if opens_at else ""
        return replace(standing, opens_at=opens_at, opens_words=words, closes_at=self.hours.closes_at(now))


class ScriptedChannels(Channels):
    """Tells nobody; what comes of it is what the test says, channel by channel."""

    def __init__(self) -> None:
        self.tellings: list[Telling] = []
        self.outcomes: dict[str, Told | Exception] = {}
        self.gate: asyncio.Event | None = None

    @activity.defn(name="tell")
    async def tell(self, conversation_id: str, telling: Telling) -> Told:
        self.tellings.append(telling)
        if self.gate is not None:
            await self.gate.wait()
        outcome = self.outcomes.get(telling.channel, Told(True, 1))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass
class Desk:
    """One conversation, and a worker for it alone."""

    client: Client
    database: Database
    responder: ScriptedResponder
    task_queue: str
    policy: ServicePolicy
    teams: ScriptedTeams = field(default_factory=ScriptedTeams)
    channels: ScriptedChannels = field(default_factory=ScriptedChannels)
    conversation_id: str = ""
    said: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Put the conversation into the database, as the API does before its first message."""
        site = Site(key=str(uuid4()), name="Shop", identity_secret="s")
        visitor = Visitor(site_id=site.id)
        conversation = Conversation(site_id=site.id, visitor_id=visitor.id)
        async with self.database.session() as session:
            session.add(site)
            await session.flush()
            session.add(visitor)
            await session.flush()
            session.add(conversation)
        self.conversation_id = str(conversation.id)

    async def identify(self, email: str) -> None:
        """As if the owner's server had signed who the visitor is."""
        async with self.database.driver() as connection:
            await connection.execute(
                "update visitors set identified = true, email = $2"
                " where id = (select visitor_id from conversations where id = $1::text::uuid)",
                self.conversation_id,
                email,
            )

    @property
    def handle(self) -> WorkflowHandle[ConversationWorkflow, None]:
        return self.client.get_workflow_handle_for(ConversationWorkflow.run, workflow_id(self.conversation_id))

    async def run_id(self) -> str:
        """Of the run that goes on now."""
        return (await self.handle.describe()).run_id or ""

    async def first_run(self) -> WorkflowHandle[ConversationWorkflow, None]:
        description = await self.handle.describe()
        first = description.raw_description.workflow_execution_info.first_run_id
        return self.client.get_workflow_handle_for(ConversationWorkflow.run, self.handle.id, run_id=first)

    def worker(self) -> Worker:
        log = LogActivities(ConversationLog(self.database))
        return Worker(
            self.client,
            task_queue=self.task_queue,
            activities=[log.record, log.recall, self.responder.consider, self.responder.think, self.teams.look],
            graceful_shutdown_timeout=timedelta(0),
        )

    def alerts_worker(self) -> Worker:
        """Tells people, for every conversation on this server: one test at a time has it."""
        return Worker(
            self.client,
            task_queue=ALERT_QUEUE,
            activities=[self.channels.tell],
            graceful_shutdown_timeout=timedelta(0),
        )

    async def say(self, text: str, message_id: str = "", at: datetime | None = None) -> str:
        message = VisitorMessage(message_id or str(uuid4()), text, at or await self.now())
        await self.client.start_workflow(
            ConversationWorkflow.run,
            ConversationInput(self.conversation_id, self.policy, "support"),
            id=workflow_id(self.conversation_id),
            task_queue=self.task_queue,
            start_signal="visitor_message",
            start_signal_args=[message],
        )
        return message.id

    async def promise_mail(self) -> None:
        """Nobody is there until tomorrow, and the visitor leaves `VISITORS_EMAIL` for the answer."""
        opens_at = await self.now() + timedelta(days=1)
        self.teams.standing = Standing("", 0, opens_at=opens_at, opens_words="tomorrow", channels=frozenset({"email"}))
        await self.say("a person")
        await self.until_state(State.ESCALATED)
        await self.say(VISITORS_EMAIL)
        await self.until_said(EMAIL_TAKEN.format(email=VISITORS_EMAIL))

    async def grow_long(self) -> str:
        """Talk until the run is long when a message comes; which run it is."""
        number, before = 0, 0
        while before <= LONG_RUN:
            number, before = number + 1, (await self.handle.describe()).history_length
            await self.say(f"hello {number}")
            await self.until_said(f"You said: hello {number}")
        return await self.run_id()

    async def until_another_run(self, run_id: str) -> None:
        async with asyncio.timeout(10):
            while await self.run_id() == run_id:
                await asyncio.sleep(0.05)

    async def annotate(self, text: str) -> None:
        """Add a note as the API does to a conversation whose run has ended."""
        await self.client.execute_update_with_start_workflow(
            ConversationWorkflow.note,
            Say(ADA, str(uuid4()), text),
            start_workflow_operation=WithStartWorkflowOperation(
                ConversationWorkflow.run,
                ConversationInput(self.conversation_id, self.policy, "support"),
                id=workflow_id(self.conversation_id),
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            ),
        )

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def claim(self, agent: Person = ADA) -> Person | None:
        """Who owns the conversation after the attempt."""
        try:
            return (await self.handle.execute_update(ConversationWorkflow.claim, Claim(agent))).owner
        except WorkflowUpdateFailedError as error:
            return Person(**_refusal(error).details[0]["owner"])

    async def refusal(self, update: Any, argument: Any) -> str:
        """The code that an update is refused with."""
        with pytest.raises(WorkflowUpdateFailedError) as error:
            await self.handle.execute_update(update, argument)
        return str(_refusal(error.value).type)

    async def events(self) -> list[dict[str, Any]]:
        async with self.database.driver() as connection:
            rows = await connection.fetch(
                "select * from events where conversation_id = $1::text::uuid order by seq", self.conversation_id
            )
        return [dict(row) for row in rows]

    async def row(self) -> dict[str, Any]:
        async with self.database.driver() as connection:
            row = await connection.fetchrow(
                "select * from conversations where id = $1::text::uuid", self.conversation_id
            )
        assert row is not None
        return dict(row)

    async def texts(self) -> list[str]:
        return [event["text"] for event in await self.events() if event["type"] == EventType.MESSAGE]

    async def alerts(self) -> list[tuple[int, str]]:
        events = await self.events()
        return [(event["data"]["step"], event["data"]["audience"]) for event in events if event["type"] == "alert"]

    async def until(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 10) -> dict[str, Any]:
        """The conversation's row, once it is as wanted."""
        async with asyncio.timeout(seconds):
            while not condition(row := await self.row()):
                await asyncio.sleep(0.02)
        return row

    async def until_true(self, condition: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not await condition():
                await asyncio.sleep(0.02)

    async def until_said(self, text: str) -> dict[str, Any]:
        """The conversation's row, once this is its last message."""
        return await self.until(lambda row: (row["last_message"] or {}).get("text") == text)

    async def until_state(self, state: State) -> dict[str, Any]:
        return await self.until(lambda row: row["state"] == state)

    async def until_seq(self, seq: int) -> dict[str, Any]:
        return await self.until(lambda row: row["last_seq"] >= seq)

    async def status(self) -> WorkflowExecutionStatus | None:
        return (await self.handle.describe()).status


def _refusal(error: WorkflowUpdateFailedError) -> ApplicationError:
    assert isinstance(error.cause, ApplicationError)
    return error.cause


@asynccontextmanager
async def desk_on(client: Client, database_url: str, policy: ServicePolicy) -> AsyncIterator[Desk]:
    """A desk without a worker, on its own task queue; its conversation is ended at the end."""
    database = Database(database_url)
    desk = Desk(connected(client), database, ScriptedResponder(), f"desk-{uuid4()}", policy)
    await desk.open()
    try:
        yield desk
    finally:
        # The server is shared, and where time is skipped a workflow that nobody serves would hold up the clock.
        with suppress(RPCError):
            await desk.handle.terminate()
        await database.close()
