"""Hours of waiting, in milliseconds: what the timers do when nobody does anything."""

from datetime import datetime, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.events import HandoffReason, State
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.turns import Outcome, Turn
from tests.workflows.desk import ADA, Desk
from workflows.conversation import ConversationWorkflow
from workflows.messages import Resolve, Say


@pytest.fixture
def pass_time(time_skipping_env: WorkflowEnvironment) -> WorkflowEnvironment:
    return time_skipping_env


async def minutes_of_alerts(desk: Desk, since: datetime) -> list[int]:
    alerts = [event["at"] for event in await desk.events() if event["type"] == "alert"]
    return [round((at - since) / timedelta(minutes=1)) for at in alerts]


class TestNobodyTakesAnEscalatedConversation:
    async def test_for_three_hours_it_alerts_by_the_ladder_and_with_back_off(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("a person")
        row = await quick_desk.until_state(State.ESCALATED)
        await pass_time.sleep(timedelta(hours=3))
        await quick_desk.until_seq(11)
        assert await minutes_of_alerts(quick_desk, row["waiting_since"]) == [0, 1, 3, 10, 20, 40, 80, 140]
        assert [audience for _, audience in await quick_desk.alerts()] == ["team", "team", *["everybody"] * 6]
        next_alert = (await quick_desk.row())["deadline"] - row["waiting_since"]
        assert round(next_alert / timedelta(minutes=1)) == 200

    async def test_the_visitors_further_messages_neither_reset_nor_add_alerts(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("a person")
        await quick_desk.until_state(State.ESCALATED)
        await pass_time.sleep(timedelta(seconds=50))
        await quick_desk.say("hello?")
        await quick_desk.until_seq(5)
        await pass_time.sleep(timedelta(seconds=15))
        await quick_desk.until_seq(6)
        assert await quick_desk.alerts() == [(0, "team"), (1, "team")]


class TestAnOwnerWhoDoesNotAnswer:
    async def test_is_alerted_and_then_loses_the_conversation_to_the_queue(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("a person")
        await quick_desk.until_state(State.ESCALATED)
        await quick_desk.claim(ADA)
        await pass_time.sleep(timedelta(minutes=2, seconds=5))
        await quick_desk.until(lambda row: row["state"] == State.HUMAN_OWNED)
        await pass_time.sleep(timedelta(minutes=3))
        row = await quick_desk.until_state(State.ESCALATED)
        assert row["owner_id"] is None
        assert await quick_desk.alerts() == [(0, "team"), (1, "owner"), (0, "team")]

    async def test_but_answers_at_last_keeps_it_without_another_alert(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("a person")
        await quick_desk.until_state(State.ESCALATED)
        await quick_desk.claim(ADA)
        await pass_time.sleep(timedelta(minutes=4))
        await quick_desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, "r1", "Here I am."))
        await pass_time.sleep(timedelta(hours=5))
        row = await quick_desk.row()
        assert (row["state"], row["waiting_since"], row["deadline"]) == (State.HUMAN_OWNED, None, None)
        assert await quick_desk.alerts() == [(0, "team"), (1, "owner")]


class TestAVisitorWhoIsGone:
    async def test_leaves_a_conversation_that_resolves_quietly_and_ends(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("hello")
        await quick_desk.until_seq(2)
        await pass_time.sleep(timedelta(hours=25))
        await quick_desk.until_state(State.RESOLVED)
        assert await quick_desk.status() is WorkflowExecutionStatus.RUNNING
        await pass_time.sleep(timedelta(days=3))
        assert await quick_desk.status() is WorkflowExecutionStatus.COMPLETED

    async def test_keeps_the_conversation_open_by_writing(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        for number in range(3):
            await quick_desk.say("hello")
            await quick_desk.until_seq(2 * number + 2)
            await pass_time.sleep(timedelta(hours=20))
        assert (await quick_desk.row())["state"] == State.AI_HANDLING


async def test_a_resolved_conversation_reopens_within_its_window_as_a_new_episode(
    quick_desk: Desk, pass_time: WorkflowEnvironment
) -> None:
    await quick_desk.say("a person")
    await quick_desk.until_state(State.ESCALATED)
    await quick_desk.claim(ADA)
    await quick_desk.handle.execute_update(ConversationWorkflow.resolve, Resolve(ADA))
    await pass_time.sleep(timedelta(days=2))
    await quick_desk.say("one more thing")
    row = await quick_desk.until_state(State.AI_HANDLING)
    assert (row["episode"], row["handoff"]) == (2, None)


@pytest.mark.parametrize("policy", [ServicePolicy(turn_limit=timedelta(seconds=20))])
async def test_a_stalled_model_hands_off_when_the_turns_time_is_over(
    quick_desk: Desk, pass_time: WorkflowEnvironment
) -> None:
    async def hopeless(turn: Turn) -> Outcome:
        raise TimeoutError

    quick_desk.responder.model = hopeless
    await quick_desk.say("think")
    await quick_desk.until_seq(1)
    await pass_time.sleep(timedelta(seconds=21))
    row = await quick_desk.until_state(State.ESCALATED)
    assert row["handoff"]["reason"] == HandoffReason.ASSISTANT_FAILED
    assert len(await quick_desk.texts()) == 2, "the visitor is told"
