"""A turn that a model decides, all the way: Temporal, the database, and a model's server that fails in every way."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from temporalio.worker import Worker

from activities.log import LogActivities
from activities.responder import ResponderActivities
from chatref.assistant.briefing import Briefing
from chatref.assistant.openai import OpenAIAssistant, connect
from chatref.assistant.responder import Responder
from chatref.conversation.events import HandoffReason, State
from chatref.conversation.policy import ServicePolicy
from chatref.knowledge.holder import Holder
from chatref.store.drafts import LiveDrafts
from chatref.store.feed import Feed
from chatref.store.record import ConversationLog
from chatref.store.streams import VisitorStream
from chatref.store.usage import UsageLog
from tests.assistant.house import keyless, search, triggers
from tests.openai_server import (
    INPUT_TOKENS,
    KEY,
    OUTPUT_TOKENS,
    Hold,
    OpenAIServer,
    Reply,
    breaks_off,
    chunk,
    decides,
    decision,
    drops,
    fails,
    fails_midway,
    garbage,
    openai_server,
    refuses,
    says,
    stalls,
    streams,
    writes,
)
from tests.workflows.desk import ADA, Desk

PATIENCE = 30.0
QUESTION = "hello, is my fern happy?"
HALF = decision("converse", reply="I would sa")[:-2]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
async def desk(idle_desk: Desk, server: OpenAIServer) -> AsyncIterator[Desk]:
    """A desk whose assistant asks the server."""
    database = idle_desk.database
    log = ConversationLog(database)
    async with connect(KEY, server.url) as client:
        assistant = OpenAIAssistant(
            client,
            "test-model",
            search=search(),
            triggers=triggers(),
            briefing=Holder(Briefing()),
            transcript=log.transcript,
            drafts=LiveDrafts(database),
            meter=UsageLog(database),
        )
        recorded, answers = LogActivities(log), ResponderActivities(Responder(triggers(), keyless(), assistant))
        async with Worker(
            idle_desk.client,
            task_queue=idle_desk.task_queue,
            activities=[recorded.record, recorded.recall, answers.consider, answers.think, idle_desk.teams.look],
            graceful_shutdown_timeout=timedelta(0),
        ):
            yield idle_desk


class Seen:
    """The drafts that a visitor's stream carries."""

    def __init__(self, stream: VisitorStream) -> None:
        self._chunks = aiter(stream)
        self._unread: deque[tuple[int, str]] = deque()

    async def until(self, answers_seq: int, text: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                while self._unread:
                    if self._unread.popleft() == (answers_seq, text):
                        return
                self._unread.extend(_drafts(await anext(self._chunks)))


def _drafts(chunk: bytes) -> Iterator[tuple[int, str]]:
    for block in chunk.decode().split("\n\n"):
        event, _, data = block.partition("\ndata: ")
        if event == "event: draft":
            draft = json.loads(data)
            yield draft["answers_seq"], draft["text"]


@asynccontextmanager
async def visitors_view(desk: Desk) -> AsyncIterator[Seen]:
    feed = Feed(desk.database, lambda what: None)
    await feed.start()
    await feed.listening()
    try:
        with feed.conversation(UUID(desk.conversation_id), 0) as stream:
            yield Seen(stream)
    finally:
        await feed.stop()


async def spent(desk: Desk) -> list[tuple[int, int]]:
    async with desk.database.driver() as connection:
        rows = await connection.fetch(
            "select input_tokens, output_tokens from model_requests where conversation_id = $1::text::uuid",
            desk.conversation_id,
        )
    return [tuple(row) for row in rows]


class TestWithinTheTurnsLimit:
    """Whatever the model does, the visitor gets an answer or a person."""

    @pytest.fixture
    def policy(self) -> ServicePolicy:
        return ServicePolicy(turn_limit=timedelta(seconds=2))

    @pytest.mark.parametrize(
        "failure",
        [
            lambda: stalls(),
            lambda: stalls(HALF),
            lambda: streams(chunk(HALF), Hold()),
            lambda: drops(),
            lambda: drops(HALF),
            lambda: breaks_off(HALF),
            lambda: fails_midway(HALF),
            lambda: says(HALF, finish_reason="length"),
            lambda: refuses(),
            lambda: garbage(),
            lambda: decides("answer", reply="Yes.", citations=[{"passage": "P99", "quote": ""}]),
            lambda: fails(500),
            lambda: fails(429),
            lambda: fails(429, retry_after="3600"),
            lambda: fails(429, code="insufficient_quota"),
            lambda: fails(401),
        ],
        ids=[
            "silence",
            "silence in the middle",
            "a trickle without an end",
            "a connection that breaks",
            "a connection that breaks in the middle",
            "an end that is none",
            "an error in the middle",
            "an answer that is cut off",
            "a refusal",
            "garbage",
            "a made-up citation",
            "500",
            "429",
            "429 for an hour",
            "no credit",
            "401",
        ],
    )
    async def test_a_model_that_only_fails_leads_to_a_person(
        self, failure: Callable[[], Reply], desk: Desk, server: OpenAIServer
    ) -> None:
        server.otherwise = failure()
        await desk.say(QUESTION)
        row = await desk.until(lambda row: row["state"] == State.ESCALATED, PATIENCE)
        assert row["handoff"]["reason"] == HandoffReason.ASSISTANT_FAILED
        [asked, told] = await desk.texts()
        assert asked == QUESTION
        assert "colleague" in told


class TestRetries:
    """They are Temporal's: the same turn is asked for anew, while its time lasts."""

    @pytest.fixture
    def policy(self) -> ServicePolicy:
        return ServicePolicy(turn_limit=timedelta(seconds=60))

    @pytest.mark.parametrize(
        "passing",
        [
            lambda: fails(500),
            lambda: fails(429, retry_after="1"),
            lambda: drops(HALF),
            lambda: fails_midway(HALF),
        ],
        ids=["500", "429", "a connection that breaks", "an error in the middle"],
    )
    async def test_what_passes_ends_in_the_answer(
        self, passing: Callable[[], Reply], desk: Desk, server: OpenAIServer
    ) -> None:
        server.plan(passing(), decides("converse", reply="It is."))
        await desk.say(QUESTION)
        await desk.until(lambda row: (row["last_message"] or {}).get("text") == "It is.", PATIENCE)
        assert len(server.requests) == 2
        assert await desk.texts() == [QUESTION, "It is."]

    async def test_what_it_cost_is_in_the_books(self, desk: Desk, server: OpenAIServer) -> None:
        server.plan(decides("dance"), decides("converse", reply="It is."))
        await desk.say(QUESTION)
        await desk.until(lambda row: (row["last_message"] or {}).get("text") == "It is.", PATIENCE)
        assert await spent(desk) == [(INPUT_TOKENS, OUTPUT_TOKENS)] * 2


class TestWhileItIsWritten:
    @pytest.fixture
    def policy(self) -> ServicePolicy:
        return ServicePolicy(turn_limit=timedelta(seconds=120))

    async def test_a_newer_message_takes_the_draft_back_and_both_are_answered_as_one(
        self, desk: Desk, server: OpenAIServer
    ) -> None:
        hold = Hold()
        server.plan(writes("converse", "It is ver", hold, "y happy."), decides("converse", reply="Both are."))
        async with visitors_view(desk) as seen:
            await desk.say(QUESTION)
            await seen.until(1, "It is ver")
            await desk.say("and my palm?")
            await desk.until(lambda row: (row["last_message"] or {}).get("text") == "Both are.", PATIENCE)
            await seen.until(1, "")
        hold.release()
        assert server.material()["unanswered"] == [QUESTION, "and my palm?"]
        assert await desk.texts() == [QUESTION, "and my palm?", "Both are."]

    async def test_a_person_who_takes_over_takes_the_draft_back(self, desk: Desk, server: OpenAIServer) -> None:
        hold = Hold()
        server.plan(writes("converse", "It is ver", hold, "y happy."))
        async with visitors_view(desk) as seen:
            await desk.say(QUESTION)
            await seen.until(1, "It is ver")
            assert await desk.claim() == ADA
            await seen.until(1, "")
        hold.release()
        assert await desk.texts() == [QUESTION]
