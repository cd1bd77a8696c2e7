"""A handoff's way to the business's own systems: through crashes, refusals and days of absence."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.events import State
from chatref.conversation.policy import ServicePolicy
from chatref.store import webhooks
from tests.receiver import Answer
from tests.workflows.crm import Crm, crm_of
from tests.workflows.desk import Desk
from workflows.webhook import JITTER, PAUSES, WebhookWorkflow


@pytest.fixture
async def crm(desk: Desk) -> AsyncIterator[Crm]:
    async with crm_of(desk) as crm:
        yield crm


@pytest.fixture
async def quick_crm(quick_desk: Desk) -> AsyncIterator[Crm]:
    async with crm_of(quick_desk) as crm:
        yield crm


class TestAHandoff:
    async def test_is_told_once_with_what_a_system_needs(self, crm: Crm) -> None:
        async with crm.worker():
            await crm.desk.say("a person, please")
            delivery, [attempt] = await crm.until("delivered", 1)
            # The log has it before the workflow has: without the worker, that might never hear of it.
            assert await crm.ended(delivery.id) is WorkflowExecutionStatus.COMPLETED
        [post] = crm.receiver.posts
        told = post.verified(crm.webhook.secret)
        assert told["type"] == "handoff.started"
        assert told["data"]["conversation_id"] == crm.desk.conversation_id
        assert told["data"]["url"] == f"https://chat.example.com/inbox/all/{crm.desk.conversation_id}"
        assert told["data"]["reason"] == "asked_for_person"
        assert told["data"]["evidence"] == "a person, please"
        assert told["data"]["team"] == "billing"
        assert told["data"]["action"] is None
        assert post.id == str(delivery.id)
        assert (attempt.number, attempt.status_code, attempt.outcome) == (1, 200, "delivered")

    async def test_does_not_wait_for_a_receiver_that_does_not_answer(self, crm: Crm) -> None:
        gate = asyncio.Event()
        crm.receiver.otherwise = Answer(gate=gate)
        async with crm.worker():
            await crm.desk.say("a person")
            await crm.desk.until_state(State.ESCALATED)
            await crm.receiver.until(lambda posts: len(posts) == 1)
            assert await crm.desk.claim() is not None
            gate.set()
            await crm.until("delivered", 1)

    async def test_is_told_later_where_no_worker_was_there(self, crm: Crm) -> None:
        await crm.desk.say("a person")
        await crm.desk.until_state(State.ESCALATED)
        async with crm.worker():
            await crm.until("delivered", 1)

    async def test_is_told_although_the_worker_died_while_it_was(self, crm: Crm) -> None:
        crm.receiver.answers = [Answer(gate=asyncio.Event())]
        async with crm.worker():
            await crm.desk.say("a person")
            await crm.receiver.until(lambda posts: len(posts) == 1)
        async with crm.worker():
            await crm.until("delivered", 1)
        first, second = crm.receiver.posts
        assert (first.id, first.body) == (second.id, second.body)

    async def test_ends_quietly_where_the_webhook_is_no_more(self, crm: Crm) -> None:
        async with crm.desk.database.session() as session:
            await webhooks.remove(session, await crm.reload())
        async with crm.worker():
            await crm.desk.say("a person")
            await crm.desk.until_state(State.ESCALATED)
            [handoff] = [event for event in await crm.desk.events() if "webhook" in event["data"]]
            assert await crm.ended(UUID(handoff["id"])) is WorkflowExecutionStatus.COMPLETED
        assert crm.receiver.posts == []


class TestAReceiverThatFails:
    @pytest.fixture
    def policy(self) -> ServicePolicy:
        """So seldom is anybody told again that the conversation has one run only: the test server stops skipping time
        when a child ends whose parent has continued as new."""
        return ServicePolicy(repeat_every=timedelta(days=1), repeat_at_most=timedelta(days=1))

    async def test_is_tried_for_days_and_then_given_up(
        self, quick_crm: Crm, time_skipping_env: WorkflowEnvironment
    ) -> None:
        quick_crm.receiver.otherwise = Answer(500)
        async with quick_crm.worker():
            await quick_crm.desk.say("a person")
            delivery, _ = await quick_crm.until("pending", 1)
            await time_skipping_env.sleep(timedelta(days=5))
            delivery, attempts = await quick_crm.until("failed", len(PAUSES) + 1)
        assert {post.id for post in quick_crm.receiver.posts} == {str(delivery.id)}
        assert {attempt.outcome for attempt in attempts} == {"answered 500"}
        waited = await quick_crm.pauses(delivery.id)
        assert len(waited) == len(PAUSES)
        assert all(pause <= each <= pause * (1 + JITTER) for pause, each in zip(PAUSES, waited, strict=True))
        assert all(early < late for early, late in pairwise(waited))
        assert delivery.next_attempt_at is None

    async def test_has_it_as_soon_as_it_is_back(self, quick_crm: Crm, time_skipping_env: WorkflowEnvironment) -> None:
        quick_crm.receiver.answers = [Answer(500), Answer(302), Answer(404)]
        async with quick_crm.worker():
            await quick_crm.desk.say("a person")
            await quick_crm.until("pending", 1)
            await time_skipping_env.sleep(timedelta(hours=1))
            _, attempts = await quick_crm.until("delivered", 4)
        assert [attempt.status_code for attempt in attempts] == [500, 302, 404, 200]

    async def test_is_left_alone_for_as_long_as_it_asks(self, quick_crm: Crm) -> None:
        quick_crm.receiver.otherwise = Answer(429, {"Retry-After": "7200"})
        async with quick_crm.worker():
            await quick_crm.desk.say("a person")
            delivery, _ = await quick_crm.until("pending", 1)
            async with asyncio.timeout(20):
                while not (waited := await quick_crm.pauses(delivery.id)):
                    await asyncio.sleep(0.05)
        assert waited == [timedelta(hours=2)]
        assert delivery.next_attempt_at is not None

    async def test_is_tried_at_once_when_somebody_asks(self, crm: Crm) -> None:
        crm.receiver.answers = [Answer(429, {"Retry-After": "7200"})]
        async with crm.worker():
            await crm.desk.say("a person")
            delivery, _ = await crm.until("pending", 1)
            await crm.handle(delivery.id).signal(WebhookWorkflow.send_now)
            await crm.until("delivered", 2)

    async def test_is_sent_it_again_when_somebody_asks_while_it_arrives(self, crm: Crm) -> None:
        gate = asyncio.Event()
        crm.receiver.answers = [Answer(gate=gate)]
        async with crm.worker():
            await crm.desk.say("a person")
            [post] = await crm.receiver.until(lambda posts: len(posts) == 1)
            await crm.handle(UUID(post.id)).signal(WebhookWorkflow.send_now)
            gate.set()
            await crm.until("delivered", 2)
            assert await crm.ended(UUID(post.id)) is WorkflowExecutionStatus.COMPLETED

    async def test_is_switched_off_once_it_is_gone_for_good(self, crm: Crm) -> None:
        crm.receiver.otherwise = Answer(410)
        async with crm.worker():
            await crm.desk.say("a person")
            await crm.until("failed", 1)
            stopped = await crm.reload()
            assert (stopped.enabled, stopped.stopped_because) == (False, "gone")
            await crm.desk.open()
            await crm.desk.say("a person")
            async with asyncio.timeout(20):
                while len(await crm.log()) < 2 or (await crm.log())[0][0].status == "pending":
                    await asyncio.sleep(0.02)
        _, [attempt] = (await crm.log())[0]
        assert attempt.outcome == "not sent: the webhook is switched off"
        assert len(crm.receiver.posts) == 1


async def test_no_webhook_no_workflow(desk: Desk, temporal_client: Client) -> None:
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    history = await desk.handle.fetch_history()
    assert not [
        event for event in history.events if event.HasField("start_child_workflow_execution_initiated_event_attributes")
    ]
