"""A burst of messages is answered once, as one; what is settled is said at once."""

from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType as HistoryEvent
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.events import State
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.turns import Outcome, OutcomeKind, Turn
from tests.assistant.house import responder
from tests.workflows.desk import ADA, Desk, ScriptedResponder

# Far more than a busy machine takes from one message to the next.
PAUSE = timedelta(seconds=10)
PATIENT = ServicePolicy(burst_pause=PAUSE, turn_limit=timedelta(minutes=5))


class DemosAssistant(ScriptedResponder):
    """The demo shop's, without a model."""

    @activity.defn(name="consider")
    async def consider(self, turn: Turn) -> Outcome:
        self.turns.append(turn)
        return await responder().consider(turn)


@pytest.fixture
def policy() -> ServicePolicy:
    return PATIENT


@pytest.fixture
def pass_time(time_skipping_env: WorkflowEnvironment) -> WorkflowEnvironment:
    return time_skipping_env


async def timers(desk: Desk) -> list[str]:
    """What the timers of the conversation's history that were started are for."""
    history = await desk.handle.fetch_history()
    return [
        event.user_metadata.summary.data.decode().strip('"')
        for event in history.events
        if event.event_type == HistoryEvent.EVENT_TYPE_TIMER_STARTED
    ]


class TestWithoutAModel:
    async def test_an_opening_waits_for_the_question_and_both_get_one_reply(self, idle_desk: Desk) -> None:
        idle_desk.responder = DemosAssistant()
        async with idle_desk.worker():
            for number, text in enumerate(("hi", "I have a question", "what are your opening hours?"), start=1):
                await idle_desk.say(text)
                await idle_desk.until_seq(number)
            await idle_desk.until_seq(4)
        texts = await idle_desk.texts()
        assert texts[:3] == ["hi", "I have a question", "what are your opening hours?"]
        assert "Monday to Friday" in texts[3]
        assert len(texts) == 4
        assert [len(turn.messages) for turn in idle_desk.responder.turns] == [1, 2, 3]
        assert "let a burst of messages end" in await timers(idle_desk)

    async def test_a_whole_question_and_an_action_wait_for_nothing(self, idle_desk: Desk) -> None:
        idle_desk.responder = DemosAssistant()
        async with idle_desk.worker():
            await idle_desk.say("what are your opening hours?")
            await idle_desk.until_seq(2)
            await idle_desk.say("please cancel my subscription")
            await idle_desk.until_state(State.COLLECTING_DETAILS)
        assert "let a burst of messages end" not in await timers(idle_desk)

    async def test_an_opening_alone_is_answered_after_the_pause(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("well")
        await quick_desk.until_seq(1)
        await pass_time.sleep(PAUSE * 1.1)
        await quick_desk.until_said("You said: well")
        assert len(quick_desk.responder.turns) == 1, "what was decided before the pause is what is said after it"

    async def test_openings_without_end_are_answered_all_the_same(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        for number in range(1, 9):
            await quick_desk.say(f"well {number}")
            await quick_desk.until_seq(number)
            if (await quick_desk.texts())[-1].startswith("You said"):
                break
            await pass_time.sleep(PAUSE * 0.7)
        texts = await quick_desk.texts()
        said = [text for text in texts if text.startswith("You said")]
        assert said, "after a few pauses at most"
        assert len(said) < len(texts) // 2

    async def test_who_claims_in_the_pause_is_not_talked_over(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("well")
        await quick_desk.until_seq(1)
        assert await quick_desk.claim(ADA) == ADA
        await pass_time.sleep(PAUSE * 2)
        assert await quick_desk.texts() == ["well"]


class TestTheModel:
    async def test_is_asked_once_for_three_messages_in_a_row(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        asked: list[Turn] = []

        async def counts(turn: Turn) -> Outcome:
            asked.append(turn)
            return Outcome(OutcomeKind.ANSWER, text="Thought.")

        quick_desk.responder.model = counts
        for number in range(1, 4):
            await quick_desk.say(f"think {number}")
            await quick_desk.until_seq(number)
        await pass_time.sleep(PAUSE * 1.1)
        await quick_desk.until_said("Thought.")
        assert await quick_desk.texts() == ["think 1", "think 2", "think 3", "Thought."]
        assert [[message.text for message in turn.messages] for turn in asked] == [["think 1", "think 2", "think 3"]]

    async def test_is_not_asked_at_all_where_the_last_message_settles_it(
        self, quick_desk: Desk, pass_time: WorkflowEnvironment
    ) -> None:
        async def never(turn: Turn) -> Outcome:
            raise AssertionError("it was asked")

        quick_desk.responder.model = never
        await quick_desk.say("think about it")
        await quick_desk.until_seq(1)
        await quick_desk.say("no: a person")
        await quick_desk.until_state(State.ESCALATED)
        await pass_time.sleep(PAUSE * 2)
        assert (await quick_desk.row())["handoff"]["evidence"] == "no: a person"
