"""A conversation that outgrows one run: it continues as new and nobody notices."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.events import State
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.turns import Outcome, OutcomeKind, Turn
from tests.conftest import patiently
from tests.workflows.desk import ADA, Desk, desk_on
from workflows.conversation import LONG_RUN, QUIET, ConversationWorkflow
from workflows.messages import Say, Tag
from workflows.names import SEARCH_ATTRIBUTES

EVENTS_BEFORE_A_NEW_RUN = 40


@pytest.fixture(scope="module")
async def forgetful_client(temporal_program: Path) -> AsyncIterator[Client]:
    """A real server that suggests to continue as new after a few events instead of thousands."""
    option = f"--dynamic-config-value=limit.historyCount.suggestContinueAsNew={EVENTS_BEFORE_A_NEW_RUN}"
    environment = await patiently(
        lambda: WorkflowEnvironment.start_local(
            dev_server_existing_path=str(temporal_program),
            dev_server_extra_args=[option],
            search_attributes=SEARCH_ATTRIBUTES,
        )
    )
    try:
        yield environment.client
    finally:
        await environment.shutdown()


@pytest.fixture
async def long_desk(forgetful_client: Client, database_url: str) -> AsyncIterator[Desk]:
    async with desk_on(forgetful_client, database_url, ServicePolicy()) as desk, desk.worker():
        yield desk


async def until_next_run(desk: Desk) -> None:
    """Talk until the server has had enough of this run."""
    first = await desk.run_id()
    for number in range(EVENTS_BEFORE_A_NEW_RUN):
        await desk.say(f"hello {number}")
        await desk.until_said(f"You said: hello {number}")
        if await desk.run_id() != first:
            return
    raise AssertionError("the conversation never continued as new")


async def test_a_message_is_known_in_the_next_run_too(long_desk: Desk) -> None:
    message_id = await long_desk.say("first")
    await until_next_run(long_desk)
    await long_desk.say("first", message_id)
    await long_desk.say("last")
    row = await long_desk.until_said("You said: last")
    events = await long_desk.events()
    assert [event["seq"] for event in events] == list(range(1, row["last_seq"] + 1))
    assert [event["id"] for event in events].count(message_id) == 1


async def test_operators_read_who_controls_it_in_the_next_run_too(long_desk: Desk) -> None:
    await long_desk.say("first")
    await until_next_run(long_desk)
    metadata = await long_desk.handle.query("__temporal_workflow_metadata")
    assert "The assistant answers" in metadata.current_details


async def test_a_command_with_a_key_of_the_run_before_changes_nothing(long_desk: Desk) -> None:
    await long_desk.say("first")
    tag = Tag(ADA, add=("vip",), key="k1")
    first = await long_desk.handle.execute_update(ConversationWorkflow.tag, tag)
    await until_next_run(long_desk)
    before = (await long_desk.row())["last_seq"]
    assert await long_desk.handle.execute_update(ConversationWorkflow.tag, tag) == first
    assert (await long_desk.row())["last_seq"] == before


async def test_a_wait_goes_on_with_its_deadline(long_desk: Desk) -> None:
    await long_desk.say("a person")
    before = await long_desk.until_state(State.ESCALATED)
    first = await long_desk.run_id()
    for number in range(EVENTS_BEFORE_A_NEW_RUN):
        await long_desk.handle.execute_update(ConversationWorkflow.note, Say(ADA, str(uuid4()), f"note {number}"))
        if await long_desk.run_id() != first:
            break
    else:
        raise AssertionError("the conversation never continued as new")
    after = await long_desk.row()
    assert (after["waiting_since"], after["deadline"]) == (before["waiting_since"], before["deadline"])
    assert (await long_desk.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert await long_desk.claim(ADA) == ADA


class TestALongRun:
    """On a server that would suggest a new one only after thousands of events."""

    async def test_ends_once_it_is_quiet(self, desk: Desk) -> None:
        await desk.say("first")
        first = await desk.grow_long()
        await desk.until_another_run(first)
        events = (await (await desk.first_run()).fetch_history()).events
        assert LONG_RUN < len(events) < LONG_RUN + 30
        await desk.say("after")
        await desk.until_said("You said: after")

    async def test_goes_on_while_one_message_follows_the_other(self, desk: Desk) -> None:
        await desk.say("first")
        first = await desk.grow_long()
        for number in range(8):
            await desk.say(f"more {number}")
            await desk.until_said(f"You said: more {number}")
        assert await desk.run_id() == first
        await desk.until_another_run(first)

    async def test_goes_on_while_the_model_thinks(self, desk: Desk) -> None:
        asked, answer = asyncio.Event(), asyncio.Event()

        async def think(turn: Turn) -> Outcome:
            asked.set()
            await answer.wait()
            return Outcome(OutcomeKind.ANSWER, text="I thought about it.")

        desk.responder.model = think
        await desk.say("think about it")
        await asyncio.wait_for(asked.wait(), 10)
        first = await desk.run_id()
        while (await desk.handle.describe()).history_length <= LONG_RUN:
            await desk.handle.execute_update(ConversationWorkflow.note, Say(ADA, str(uuid4()), "a note"))
        await asyncio.sleep(2 * QUIET.total_seconds())
        assert await desk.run_id() == first
        answer.set()
        await desk.until_said("I thought about it.")
        await desk.until_another_run(first)
        assert len([turn for turn in desk.responder.turns if turn.messages]) == 1
