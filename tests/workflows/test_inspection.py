"""Live waits and unprotected ones, found out from a real engine's histories and a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chatref.conversation.deadlines import DeadlineKind
from chatref.conversation.events import State
from chatref.conversation.protection import Flaw
from chatref.waits import Report, Waits
from chatref.waits_report import LiveWaits, lines
from tests.running import eventually
from tests.workflows.desk import ADA, Desk
from workflows.conversation import ConversationWorkflow
from workflows.inspection import Executions
from workflows.messages import ConversationInput, Say
from workflows.names import OWNER, STATE, pulse_id, workflow_id

PATIENCE_SECONDS = 60


@workflow.defn(name="Conversation")
class Careless:
    """Says that somebody waits, and sets as many timers for it as the default team's name has letters."""

    @workflow.run
    async def run(self, begin: ConversationInput) -> None:
        workflow.upsert_search_attributes([STATE.value_set(State.ESCALATED), OWNER.value_unset()])
        timers = [workflow.sleep(timedelta(hours=1), summary=DeadlineKind.ALERT_AGAIN) for _ in begin.default_team]
        await asyncio.gather(*timers, workflow.sleep(timedelta(hours=2), summary="something else"))


@workflow.defn(name="Conversation")
class Broken:
    """Does not fit any history of ours, so that each of its workflow tasks fails."""

    @workflow.run
    async def run(self, begin: ConversationInput) -> None:
        raise RuntimeError("not today")


@asynccontextmanager
async def worked_by(desk: Desk, kind: type) -> AsyncIterator[None]:
    # Our plugin would bring the real workflow along.
    client = Client(**(desk.client.config() | {"plugins": []}))
    async with Worker(
        client,
        task_queue=desk.task_queue,
        workflows=[kind],
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=timedelta(0),
    ):
        yield


@pytest.fixture
def waits(idle_desk: Desk) -> Waits:
    return Waits(idle_desk.database, Executions(idle_desk.client, idle_desk.task_queue))


async def report(waits: Waits, wanted: Callable[[Report], bool]) -> Report:
    """The first report that is as wanted: Temporal's visibility comes a moment later than what it shows."""
    found: list[Report] = []

    async def seen() -> bool:
        found.append(await waits.report())
        return wanted(found[-1])

    try:
        await eventually(seen, "the wanted report", within=PATIENCE_SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}; the last one: {found[-1]}") from None
    return found[-1]


async def polled(executions: Executions) -> bool:
    return (await executions.workers()).at_work


def purposes(found: Report) -> list[str]:
    return [timer.purpose for wait in found.waits if wait.running for timer in wait.running.deadlines]


async def test_a_wait_of_the_real_workflow_is_protected_at_every_step(desk: Desk, waits: Waits) -> None:
    assert (await waits.report()).waits == ()
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    # The row is written before the workflow task that sets the timer is over.
    escalated = await report(waits, lambda found: purposes(found) == [DeadlineKind.ALERT_AGAIN])
    assert escalated.unprotected == ()

    await desk.claim(ADA)
    [wait] = (await report(waits, lambda found: purposes(found) == [DeadlineKind.ALERT_OWNER])).waits
    assert wait.flaws == ()
    assert (wait.row and wait.row.owner_name) == "Ada"

    await desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, "reply-1", "Hello"))
    assert (await waits.report()).waits == ()
    await desk.say("one more thing")
    await desk.until(lambda row: row["waiting_since"] is not None)
    assert [wait.flaws for wait in (await waits.report()).waits] == [()]


async def test_without_its_workflow_a_wait_is_unprotected(desk: Desk, waits: Waits) -> None:
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.handle.terminate()
    [wait] = (await waits.report()).unprotected
    assert wait.flaws == (Flaw.NO_WORKFLOW,)
    told = list(lines(LiveWaits.of(await waits.report())))
    assert told[0].startswith("CONVERSATION")
    assert told[1].startswith(desk.conversation_id)
    assert told[1].endswith("NO")
    assert told[-1].startswith("1 visitor waits, 1 unprotected")


async def test_a_database_that_knows_nothing_of_a_wait_does_not_hide_it(desk: Desk, waits: Waits) -> None:
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    async with desk.database.driver() as connection:
        await connection.execute(
            "update conversations set state = 'ai_handling', waiting_since = null where id = $1::text::uuid",
            desk.conversation_id,
        )
    [wait] = (await report(waits, lambda found: bool(found.unprotected))).unprotected
    assert wait.flaws == (Flaw.DISAGREEMENT,)


@pytest.mark.parametrize(("timers", "expected"), [("", Flaw.NO_DEADLINE), ("ab", Flaw.SEVERAL_DEADLINES)])
async def test_timers_are_counted_in_the_engines_own_history(
    idle_desk: Desk, waits: Waits, timers: str, expected: Flaw
) -> None:
    async with idle_desk.database.driver() as connection:
        await connection.execute(
            "update conversations set state = 'escalated', waiting_since = now() where id = $1::text::uuid",
            idle_desk.conversation_id,
        )
    async with worked_by(idle_desk, Careless):
        await idle_desk.client.start_workflow(
            "Conversation",
            ConversationInput(idle_desk.conversation_id, idle_desk.policy, timers),
            id=workflow_id(idle_desk.conversation_id),
            task_queue=idle_desk.task_queue,
        )
        [wait] = (await report(waits, lambda found: [each.flaws for each in found.waits] == [(expected,)])).waits
    assert wait.running is not None
    assert len(wait.running.timers) == len(timers) + 1


async def test_a_workflow_whose_tasks_fail_is_stuck(idle_desk: Desk, waits: Waits) -> None:
    async with idle_desk.worker():
        await idle_desk.say("a person")
        await idle_desk.until_state(State.ESCALATED)
        assert (await waits.report()).unprotected == ()
    async with worked_by(idle_desk, Broken):
        await idle_desk.say("hello?")
        found = await report(waits, lambda found: [each.flaws for each in found.waits] == [(Flaw.STUCK,)])
    assert len(found.unprotected) == 1


async def test_a_beat_is_written_down_and_counts_for_a_while(idle_desk: Desk) -> None:
    executions = Executions(idle_desk.client, idle_desk.task_queue)

    async def beats() -> int:
        history = await idle_desk.client.get_workflow_handle(pulse_id(idle_desk.task_queue)).fetch_history()
        return sum(event.HasField("workflow_execution_signaled_event_attributes") for event in history.events)

    await executions.beat()
    with pytest.raises(RPCError, match="not found"):
        await beats()
    async with idle_desk.worker():
        await eventually(lambda: polled(executions), "the worker polls")
        await executions.beat()
        assert await beats() == 1
        await executions.beat()
        assert await beats() == 1
        await Executions(idle_desk.client, idle_desk.task_queue).beat()
        assert await beats() == 2


async def test_workers_are_known_by_their_polls(idle_desk: Desk) -> None:
    executions = Executions(idle_desk.client, idle_desk.task_queue)
    assert not (await executions.workers()).at_work
    async with idle_desk.worker():
        await eventually(lambda: polled(executions), "the worker polls")
