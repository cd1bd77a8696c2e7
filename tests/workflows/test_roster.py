"""What the roster says, and what comes of it in a conversation."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from chatref.configuration import Configuration
from chatref.conversation.events import Person, State
from chatref.conversation.policy import ServicePolicy
from chatref.roster import Roster
from chatref.store import agents, people, teams
from chatref.store.channels import Config
from chatref.store.tables import Agent, Team
from tests.workflows.desk import ADA, BO, Desk
from workflows.conversation import ConversationWorkflow
from workflows.dispatch import Signals
from workflows.messages import Say


async def staff(desk: Desk) -> None:
    """Ada and Bo are at their desks, in this order."""
    async with desk.database.session() as session:
        await teams.save(session, Team(slug="support", name="Support", is_default=True))
        await teams.save(session, Team(slug="billing", name="Billing"))
        for person in (ADA, BO):
            agent = Agent(id=UUID(person.id), email=f"{person.name}@example.com", name=person.name)
            await agents.add(session, agent, ["billing"])
    for person in (ADA, BO):
        await people.seen(desk.database, UUID(person.id))


@pytest.fixture
async def roster(desk: Desk) -> Roster:
    await staff(desk)
    configuration = Configuration(desk.database)
    await configuration.refresh(*Config)
    return Roster(desk.database, configuration, Signals(desk.client))


async def offered(desk: Desk) -> list[str]:
    alerts = [event["data"] for event in await desk.events() if event["type"] == "alert"]
    return [alert["agent"] for alert in alerts if alert["audience"] == "agent"]


async def until_offered(desk: Desk, *people: Person) -> None:
    async def all_were() -> bool:
        return await offered(desk) == [person.id for person in people]

    await desk.until_true(all_were)


class TestARosterThatRuns:
    async def test_offers_and_takes_back_by_itself(self, desk: Desk, roster: Roster) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        async with roster.running():
            await until_offered(desk, ADA)
            assert await desk.claim(ADA) == ADA
            await desk.say("are you there?")
            await desk.until(lambda row: row["waiting_since"] is not None)
            async with desk.database.driver() as connection:
                await connection.execute("update events set at = at - interval '2 minutes'")
                await connection.execute("update agents set seen_at = now() - interval '61 seconds' where name = 'Ada'")
            await desk.until_state(State.ESCALATED)
            await until_offered(desk, ADA, BO)
        assert [e["data"]["event"] for e in await desk.events() if e["type"] == "transition"] == [
            "escalate",
            "claim",
            "owner_left",
        ]

    async def test_offers_nothing_that_somebody_has(self, desk: Desk, roster: Roster) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.claim(BO)
        await desk.until_state(State.HUMAN_OWNED)
        await roster.look()
        assert await offered(desk) == []


async def test_a_conversation_that_has_ended_hears_nothing(desk: Desk) -> None:
    await Signals(desk.client).offer(str(uuid4()), ADA)
    await Signals(desk.client).owner_left(str(uuid4()), ADA.id)


class TestTheLadder:
    @pytest.fixture
    def policy(self) -> ServicePolicy:
        return ServicePolicy()

    async def test_stands_where_it_stood_after_an_offer(
        self, quick_desk: Desk, time_skipping_env: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("a person")
        due = (await quick_desk.until_state(State.ESCALATED))["deadline"]
        await Signals(quick_desk.client).offer(quick_desk.conversation_id, ADA)
        await until_offered(quick_desk, ADA)
        row = await quick_desk.row()
        assert row["deadline"] == due
        await time_skipping_env.sleep(due - await quick_desk.now() + timedelta(seconds=1))
        await quick_desk.until(lambda row: row["deadline"] > due)
        assert (1, "team") in await quick_desk.alerts()

    async def test_begins_anew_for_a_chat_whose_owner_has_left_and_an_answer_ends_it(
        self, quick_desk: Desk, time_skipping_env: WorkflowEnvironment
    ) -> None:
        await quick_desk.say("a person")
        began = (await quick_desk.until_state(State.ESCALATED))["waiting_since"]
        await quick_desk.claim(ADA)
        signals = Signals(quick_desk.client)
        await signals.owner_left(quick_desk.conversation_id, BO.id)
        await signals.owner_left(quick_desk.conversation_id, ADA.id)
        row = await quick_desk.until_state(State.ESCALATED)
        assert row["waiting_since"] == began, "the visitor has been waiting all the time"
        await time_skipping_env.sleep(row["deadline"] - await quick_desk.now() + timedelta(seconds=1))
        await quick_desk.until(lambda now: now["deadline"] > row["deadline"])
        assert [step for step, _ in await quick_desk.alerts()][-2:] == [0, 1]
        await quick_desk.handle.execute_update(ConversationWorkflow.reply, Say(BO, "r1", "Hello"))
        assert (await quick_desk.until_state(State.HUMAN_OWNED))["waiting_since"] is None

    async def test_does_not_hear_of_an_owner_who_left_while_nobody_waits(self, desk: Desk) -> None:
        await desk.say("a person")
        await desk.until_state(State.ESCALATED)
        await desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, "r1", "Hello"))
        await Signals(desk.client).owner_left(desk.conversation_id, ADA.id)
        await desk.say("thanks")
        row = await desk.until(lambda row: row["waiting_since"] is not None)
        assert (row["state"], row["owner_id"]) == (State.HUMAN_OWNED, UUID(ADA.id))
