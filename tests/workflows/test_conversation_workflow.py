"""A conversation's workflow on a real Temporal server and a real PostgreSQL."""

import asyncio
import json
from asyncio.subprocess import DEVNULL
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.responder import Responder
from chatref.assistant.triggers import Triggers
from chatref.conversation.actions import CustomAction
from chatref.conversation.events import Detail, HandoffReason, Person, State
from chatref.conversation.policy import Audience, LadderStep, ServicePolicy
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, Turn
from chatref.embedded.tools import find_temporal
from chatref.knowledge.holder import Holder
from chatref.knowledge.index import Index
from chatref.knowledge.search import Search
from tests.workflows.desk import ADA, BO, Desk
from workflows.conversation import ConversationWorkflow
from workflows.messages import Claim, Release, Resolve, Say, Tag, Transfer

SHORT = timedelta(milliseconds=300)


class TestMessages:
    async def test_are_answered_in_the_order_they_came(self, desk: Desk) -> None:
        await desk.say("one")
        await desk.until_seq(2)
        await desk.say("two")
        await desk.until_seq(4)
        assert await desk.texts() == ["one", "You said: one", "two", "You said: two"]

    async def test_posted_twice_are_one_message(self, desk: Desk) -> None:
        message_id = await desk.say("one")
        await desk.say("one", message_id)
        await desk.until_seq(2)
        await desk.say("one", message_id)
        await desk.say("two")
        await desk.until_seq(4)
        assert await desk.texts() == ["one", "You said: one", "two", "You said: two"]

    async def test_that_gathered_while_no_worker_was_there_are_one_turn(self, idle_desk: Desk) -> None:
        for number in range(5):
            await idle_desk.say(f"m{number}")
        async with idle_desk.worker():
            await idle_desk.until_seq(6)
        assert await idle_desk.texts() == ["m0", "m1", "m2", "m3", "m4", "You said: m4"]
        assert [len(turn.messages) for turn in idle_desk.responder.turns] == [5]

    async def test_of_a_visitor_escape_what_postgresql_cannot_store(self, desk: Desk) -> None:
        await desk.say("a\x00b")
        await desk.until_seq(2)
        assert (await desk.texts())[0] == "ab"


class TestTheModel:
    async def test_is_asked_when_nothing_else_decides(self, desk: Desk) -> None:
        await desk.say("think")
        await desk.until_seq(2)
        assert await desk.texts() == ["think", "I thought about it."]

    @pytest.mark.parametrize("policy", [ServicePolicy(burst_pause=timedelta(0))])
    async def test_whose_turn_a_newer_message_overtakes_answers_both(self, desk: Desk) -> None:
        asked, released = asyncio.Event(), asyncio.Event()

        async def slow(turn: Turn) -> Outcome:
            asked.set()
            if len(turn.messages) == 1:
                await released.wait()
            return Outcome(OutcomeKind.ANSWER, text=f"answer to {len(turn.messages)}")

        desk.responder.model = slow
        await desk.say("think one")
        await asked.wait()
        await desk.say("think two")
        await desk.until_seq(3)
        released.set()
        await asyncio.sleep(0.3)
        assert await desk.texts() == ["think one", "think two", "answer to 2"]

    async def test_that_writes_while_an_agent_claims_is_not_heard(self, desk: Desk) -> None:
        asked, released = asyncio.Event(), asyncio.Event()

        async def slow(turn: Turn) -> Outcome:
            asked.set()
            await released.wait()
            return Outcome(OutcomeKind.ANSWER, text="too late")

        desk.responder.model = slow
        await desk.say("think")
        await asked.wait()
        assert await desk.claim(ADA) == ADA
        released.set()
        await asyncio.sleep(0.5)
        assert await desk.texts() == ["think"]
        assert (await desk.row())["owner_name"] == "Ada"

    @pytest.mark.parametrize("policy", [ServicePolicy(turn_limit=timedelta(seconds=3))])
    async def test_cannot_be_kept_busy_by_a_visitor_who_never_stops_writing(self, desk: Desk) -> None:
        asked = 0

        async def slow(turn: Turn) -> Outcome:
            nonlocal asked
            asked += 1
            await asyncio.sleep(60)
            raise AssertionError("nobody waits a minute")

        desk.responder.model = slow
        for number in range(25):
            await desk.say(f"think {number}")
            await asyncio.sleep(0.2)
        row = await desk.until_state(State.ESCALATED)
        assert row["handoff"]["reason"] == HandoffReason.ASSISTANT_FAILED
        assert asked <= 6, "a burst is not one call to the model for each of its messages"

    async def test_that_fails_for_good_hands_off(self, desk: Desk) -> None:
        async def broken(turn: Turn) -> Outcome:
            raise ApplicationError("no such key", non_retryable=True)

        desk.responder.model = broken
        await desk.say("think")
        row = await desk.until_state(State.ESCALATED)
        assert row["handoff"]["reason"] == HandoffReason.ASSISTANT_FAILED

    async def test_that_fails_once_is_asked_again(self, desk: Desk) -> None:
        attempts = 0

        async def flaky(turn: Turn) -> Outcome:
            nonlocal attempts
            attempts += 1
            if attempts == 1:
                raise ApplicationError("429")
            return Outcome(OutcomeKind.ANSWER, text="at last")

        desk.responder.model = flaky
        await desk.say("think")
        await desk.until_seq(2)
        assert await desk.texts() == ["think", "at last"]

    @pytest.mark.parametrize("policy", [ServicePolicy(turn_limit=timedelta(seconds=1))])
    async def test_that_takes_too_long_hands_off_within_the_turns_limit(self, desk: Desk) -> None:
        async def stalled(turn: Turn) -> Outcome:
            await asyncio.sleep(60)
            raise AssertionError("nobody waits a minute")

        desk.responder.model = stalled
        await desk.say("think")
        row = await desk.until(lambda row: row["state"] == State.ESCALATED, seconds=4)
        assert row["handoff"]["reason"] == HandoffReason.ASSISTANT_FAILED

    async def test_is_not_missed_when_the_triggers_break(self, desk: Desk) -> None:
        desk.responder.fails = True
        await desk.say("hello")
        row = await desk.until_state(State.ESCALATED)
        assert row["handoff"]["reason"] == HandoffReason.ASSISTANT_FAILED


class TestClaims:
    async def test_of_eight_agents_at_once_have_one_winner_and_seven_who_know_it(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        agents = [Person(str(uuid4()), f"agent {number}") for number in range(8)]
        owners = await asyncio.gather(*(desk.claim(agent) for agent in agents))
        assert len(set(owners)) == 1
        claims = [event for event in await desk.events() if event["data"].get("event") == "claim"]
        assert [event["author_id"] for event in claims] == [str((await desk.row())["owner_id"])]

    async def test_by_signal_do_the_same(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.handle.signal("claim", Claim(ADA))
        await desk.until_state(State.HUMAN_OWNED)
        await desk.handle.signal("claim", Claim(BO))
        assert await desk.claim(BO) == ADA

    async def test_by_a_signal_of_nonsense_harm_nobody(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.handle.signal("claim", {"agent": "Ada"})
        await desk.handle.signal("claim", Claim(Person("not-a-uuid", "X")))
        await desk.handle.signal("claim", Claim(Person(str(uuid4()).upper().replace("-", ""), "X")))
        await desk.handle.signal("claim", Claim(Person(str(uuid4()), "\0")))
        assert await desk.claim(ADA) == ADA


class TestAgents:
    async def test_answer_hand_on_and_resolve(self, desk: Desk) -> None:
        update = desk.handle.execute_update
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        said = await update(ConversationWorkflow.reply, Say(ADA, str(uuid4()), "Hi, Ada here."))
        assert (said.owner, (await desk.row())["waiting_since"]) == (ADA, None)
        await update(ConversationWorkflow.note, Say(ADA, str(uuid4()), "Is kind."))
        await update(ConversationWorkflow.tag, Tag(ADA, add=("vip",)))
        await update(ConversationWorkflow.transfer, Transfer(ADA, to=BO))
        assert await desk.refusal(ConversationWorkflow.resolve, Resolve(ADA)) == "not_owner"
        await update(ConversationWorkflow.release, Release(BO, to_assistant=False))
        assert (await desk.row())["state"] == State.ESCALATED
        await desk.claim(BO)
        await update(ConversationWorkflow.resolve, Resolve(BO))
        row = await desk.row()
        assert (row["state"], row["tags"], row["owner_id"]) == (State.RESOLVED, ["vip"], None)
        assert [event["seq"] for event in await desk.events()] == list(range(1, row["last_seq"] + 1))

    async def test_repeat_a_command_with_its_key_and_nothing_more_happens(self, desk: Desk) -> None:
        await desk.say("hello")
        await desk.until_seq(2)
        tag = Tag(ADA, add=("vip",), key="k1")
        first = await desk.handle.execute_update(ConversationWorkflow.tag, tag)
        assert await desk.handle.execute_update(ConversationWorkflow.tag, tag) == first
        assert (await desk.row())["last_seq"] == first.seq

    async def test_repeat_a_claim_with_its_key_and_hear_the_same_whoever_owns_it_now(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        claim = Claim(ADA, key="k1")
        first = await desk.handle.execute_update(ConversationWorkflow.claim, claim)
        await desk.handle.execute_update(ConversationWorkflow.transfer, Transfer(ADA, to=BO))
        assert await desk.handle.execute_update(ConversationWorkflow.claim, claim) == first

    async def test_return_a_chat_to_the_assistant_which_goes_on(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.claim(ADA)
        await desk.handle.execute_update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
        await desk.say("hello")
        await desk.until_said("You said: hello")
        assert (await desk.row())["handoff"] is None


def offering(**changed: Any) -> Responder:
    """The assistant with one action, as it is configured now, and nothing else."""
    fields = [{"name": "leaf", "label": "Leaf", "prompt": "Which leaf?"}]
    action = {"id": "swap", "name": "Swap", "triggers": {"phrases": ["swap leaves"]}, "fields": fields, **changed}
    triggers = Triggers([CustomAction.model_validate(action)])
    return Responder(Holder(triggers), KeylessAssistant(Search(Holder(Index([])))))


class TestActions:
    async def test_once_begun_are_gone_through_with_in_the_version_that_they_began_in(self, desk: Desk) -> None:
        desk.responder.real = offering(version=3, tags=["old"])
        await desk.say("I want to swap leaves")
        await desk.until_said("Which leaf?")
        other = [{"name": "pot", "label": "Pot", "prompt": "Which pot?"}]
        desk.responder.real = offering(version=4, tags=["new"], fields=other)
        await desk.say("the big green one")
        row = await desk.until_state(State.ESCALATED)
        assert row["handoff"]["action_version"] == 3
        assert row["tags"] == ["old"]
        assert "Which pot?" not in await desk.texts()

    async def test_that_have_not_begun_are_begun_in_the_version_in_force(self, desk: Desk) -> None:
        desk.responder.real = offering(version=3, fields=[])
        await desk.say("hello")
        await desk.until_seq(2)
        desk.responder.real = offering(version=4, fields=[])
        await desk.say("I want to swap leaves")
        row = await desk.until_state(State.ESCALATED)
        assert row["handoff"]["action_version"] == 4


class TestTimers:
    @pytest.mark.parametrize(
        "policy",
        [
            ServicePolicy(
                ladder=(
                    LadderStep(after=SHORT, audience=Audience.TEAM),
                    LadderStep(after=SHORT * 10, audience=Audience.EVERYBODY),
                )
            )
        ],
    )
    async def test_alert_again_and_then_widen_on_the_real_server(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_seq(6)
        assert await desk.alerts() == [(0, "team"), (1, "team"), (2, "everybody")]

    @pytest.mark.parametrize(
        "policy", [ServicePolicy(ladder=(LadderStep(after=timedelta(seconds=1), audience=Audience.TEAM),))]
    )
    async def test_do_not_alert_after_a_claim(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.claim(ADA)
        await asyncio.sleep(1.2)
        assert await desk.alerts() == [(0, "team")]


class TestRuns:
    @pytest.mark.parametrize("policy", [ServicePolicy(reopen_window=SHORT)])
    async def test_end_after_the_reopen_window_and_a_later_message_knows_the_past(self, desk: Desk) -> None:
        message_id = await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.claim(ADA)
        await desk.handle.execute_update(ConversationWorkflow.resolve, Resolve(ADA))
        await desk.handle.result()
        before = (await desk.row())["last_seq"]
        await desk.say("a person", message_id)
        await desk.say("hello again")
        row = await desk.until_said("You said: hello again")
        assert row["state"] == State.AI_HANDLING, "what escalated before does not escalate again by itself"
        assert row["episode"] == 2
        assert row["last_seq"] == before + 3, "the repeated id is dropped; message, transition and answer follow"
        assert await desk.status() is WorkflowExecutionStatus.RUNNING

    async def test_that_were_lost_with_their_engine_go_on_from_the_log(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.handle.terminate()
        await desk.say("anyone?")
        await desk.until_said("anyone?")
        assert (await desk.row())["waiting_since"] is not None
        assert await desk.claim(ADA) == ADA

    async def test_that_were_lost_before_the_answer_are_answered_all_the_same(self, idle_desk: Desk) -> None:
        async def never(turn: Turn) -> Outcome:
            await asyncio.sleep(60)
            raise AssertionError("the run was lost before")

        thought = idle_desk.responder.model
        idle_desk.responder.model = never
        async with idle_desk.worker():
            await idle_desk.say("think")
            await idle_desk.until_seq(1)
            await idle_desk.handle.terminate()
            idle_desk.responder.model = thought
            await idle_desk.annotate("what a pity")
            await idle_desk.until_said("I thought about it.")

    async def test_survive_the_death_of_the_worker_in_the_middle(self, idle_desk: Desk) -> None:
        async with idle_desk.worker():
            await idle_desk.say("one")
            await idle_desk.until_seq(2)
        await idle_desk.say("two")
        async with idle_desk.worker():
            await idle_desk.until_seq(4)
        assert await idle_desk.texts() == ["one", "You said: one", "two", "You said: two"]


async def test_operators_find_the_conversation_by_state_team_and_owner(desk: Desk) -> None:
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.claim(ADA)
    query = f"ChatrefState = 'human_owned' AND ChatrefTeam = 'billing' AND ChatrefOwner = '{ADA.id}'"
    async with asyncio.timeout(10):
        while not [found async for found in desk.client.list_workflows(query)]:
            await asyncio.sleep(0.2)


async def test_operators_claim_for_an_agent_with_temporals_own_command(desk: Desk, temporal_address: str) -> None:
    program = find_temporal()
    assert program is not None, "the server of this test is that program"
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    words = ["workflow", "signal", "--address", temporal_address, "--workflow-id", desk.handle.id, "--name", "claim"]
    claim = json.dumps({"agent": {"id": ADA.id, "name": ADA.name}})
    command = await asyncio.create_subprocess_exec(str(program), *words, "--input", claim, stdout=DEVNULL)
    assert await command.wait() == 0
    row = await desk.until_state(State.HUMAN_OWNED)
    assert row["owner_name"] == "Ada"


async def test_operators_read_who_controls_it_and_what_is_next_but_nothing_that_was_said(desk: Desk) -> None:
    await desk.say("a person, my secret is 1234")
    await desk.until_state(State.ESCALATED)
    metadata = await desk.handle.query("__temporal_workflow_metadata")
    details = metadata.current_details
    assert "Waiting for a person" in details
    assert "alert again" in details
    assert "1234" not in details


class TestTheSummary:
    async def test_of_a_handoff_is_in_the_row_and_in_the_log(self, desk: Desk) -> None:
        await desk.say("where is my box?")
        await desk.until_seq(2)
        await desk.say("a person please")
        row = await desk.until_state(State.ESCALATED)
        assert row["handoff"]["summary"]["wants"] == ["where is my box?"]
        escalated = next(event for event in await desk.events() if event["data"].get("event") == "escalate")
        assert escalated["data"]["summary"] == row["handoff"]["summary"]

    async def test_tells_the_address_that_the_owners_server_signed_from_what_was_claimed(self, desk: Desk) -> None:
        async def takes(turn: Turn) -> Outcome:
            details = (Detail("email", "E-mail", "mia@example.com"), Detail("name", "Name", "Mia"))
            return Outcome(
                OutcomeKind.ESCALATE,
                escalation=Escalation(HandoffReason.ACTION, "cancel", turn.messages[0].id),
                details=details,
            )

        desk.responder.model = takes
        await desk.identify("Mia@Example.com")
        await desk.say("think: cancel")
        row = await desk.until_state(State.ESCALATED)
        assert [(detail["name"], detail["verified"]) for detail in row["details"]] == [("email", True), ("name", False)]
        assert row["handoff"]["summary"]["details"] == row["details"]


class TestReturnedToTheAssistant:
    async def test_a_conversation_remembers_what_the_agent_said_and_not_what_led_to_the_handoff(
        self, desk: Desk
    ) -> None:
        await desk.say("where is my box?")
        await desk.until_seq(2)
        await desk.say("a person please")
        await desk.until_state(State.ESCALATED)
        await desk.claim(ADA)
        await desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, str(uuid4()), "It is on its way."))
        await desk.handle.execute_update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
        await desk.say("so where is it?")
        await desk.until_said("You said: so where is it?")
        assert [(each.agent, each.asked, each.said) for each in desk.responder.turns[-1].earlier] == [
            ("Ada", "where is my box?", "It is on its way.")
        ]
        assert (await desk.row())["state"] == State.AI_HANDLING

    async def test_it_is_remembered_by_a_later_run_too(self, desk: Desk) -> None:
        await desk.say("where is my box?")
        await desk.until_seq(2)
        await desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, str(uuid4()), "It is on its way."))
        await desk.handle.execute_update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
        await desk.handle.terminate()
        await desk.say("so where is it?")
        await desk.until_said("You said: so where is it?")
        assert [(each.agent, each.asked, each.said) for each in desk.responder.turns[-1].earlier] == [
            ("Ada", "where is my box?", "It is on its way.")
        ]
