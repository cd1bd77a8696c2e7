"""Evidence for people and programs: live waits, and the ledger of a conversation."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from temporalio.client import Client

from tests.api.house import AgentClient, House, VisitorClient, served, visit
from tests.running import eventually
from tests.workflows.desk import connected


async def escalated(visitor: VisitorClient, agent: AgentClient) -> None:
    await visitor.say("I want to talk to a person, please")
    async with asyncio.timeout(30):
        while (await agent.get(f"/conversations/{visitor.conversation_id}"))["state"] != "escalated":
            await asyncio.sleep(0.05)


async def test_a_live_wait_is_listed_with_the_timer_that_protects_it(visitor: VisitorClient, ada: AgentClient) -> None:
    await escalated(visitor, ada)

    async def listed() -> Any:
        items = (await ada.get("/waits"))["items"]
        return next(wait for wait in items if wait["conversation_id"] == visitor.conversation_id)

    async def has_timer() -> bool:
        return bool((await listed())["timers"])

    # The row is written before the workflow task that sets the timer is over.
    await eventually(has_timer, "the timer is set")
    wait = await listed()
    assert (wait["protected"], wait["flaws"], wait["state"]) == (True, [], "escalated")
    [timer] = wait["timers"]
    assert timer["purpose"].startswith("alert again")


async def test_the_ledger_says_why_who_and_how_it_ended(visitor: VisitorClient, ada: AgentClient) -> None:
    route = f"/conversations/{visitor.conversation_id}/waits"
    assert await ada.get(route) == {"items": [], "handoffs": []}
    await escalated(visitor, ada)
    [live] = (await ada.get(route))["items"]
    assert live["ended_at"] is None
    assert live["deadline"] is not None
    assert (await ada.do(visitor.conversation_id, "claim")).status_code == 200
    said = await ada.do(visitor.conversation_id, "messages", {"id": str(uuid4()), "text": "Hello, I am Ada"})
    assert said.status_code == 200
    assert (await ada.do(visitor.conversation_id, "resolve")).status_code == 200

    found = await ada.get(route)
    [handoff], [wait] = found["handoffs"], found["items"]
    assert (handoff["reason"], handoff["action"]) == ("asked_for_person", "Talk to a person")
    assert handoff["action_version"] >= 1
    assert "person" in handoff["evidence"]
    assert (handoff["ending"], handoff["ended_by"]["id"]) == ("resolved", ada.id)
    # Somebody's browser may take pushes: what became of one has a step of its own.
    steps = [step for step in wait["steps"] if step["alert"] is None or step["alert"]["channel"] == "inbox"]
    assert [step["kind"] for step in steps] == ["began", "told", "alerted", "taken", "ended"]
    assert steps[2]["alert"] == {
        "step": 0,
        "audience": "team",
        "agent": "",
        "channel": "inbox",
        # Ada works by the API: nobody has the inbox open.
        "outcome": "nobody_there",
        "recipients": 0,
        "why": "",
        "agent_name": "",
    }
    assert (wait["taken_by"]["id"], wait["ending"], wait["deadline"]) == (ada.id, "answered", None)


async def test_readiness_says_that_somebody_waits_unprotected(house: House, temporal_client: Client) -> None:
    async with (
        served(house.settings, house.database, connected(temporal_client)) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        visitor = await visit(http)
        wait = "update conversations set state = $2, waiting_since = $3 where id = $1::text::uuid"
        async with house.database.driver() as connection:
            await connection.execute(wait, visitor.conversation_id, "escalated", datetime.now(UTC))
        try:

            async def noticed() -> bool:
                answer = await http.get("/health/ready")
                return answer.status_code == 503 and answer.json()["waits"] is False

            # What looks wrong is looked at again before it is told.
            await eventually(noticed, "the API says that somebody is unprotected")
        finally:
            async with house.database.driver() as connection:
                await connection.execute(wait, visitor.conversation_id, "ai_handling", None)


async def test_visitors_are_not_shown_deadlines(visitor: VisitorClient, ada: AgentClient) -> None:
    await escalated(visitor, ada)
    await ada.do(visitor.conversation_id, "messages", {"id": str(uuid4()), "text": "Hello"})
    await visitor.say("Are you there?")
    async with asyncio.timeout(30):
        while (await ada.get(f"/conversations/{visitor.conversation_id}"))["waiting_since"] is None:
            await asyncio.sleep(0.05)
    events = await visitor.events()
    assert not any({"waiting_since", "deadline"} & event["data"].keys() for event in events)
    listed = (await ada.get(f"/conversations/{visitor.conversation_id}/events"))["events"]
    assert listed[-1]["data"].keys() >= {"waiting_since", "deadline"}


async def test_the_ledger_of_no_conversation_is_not_found(ada: AgentClient, http: httpx.AsyncClient) -> None:
    path = f"/api/v1/conversations/{uuid4()}/waits"
    assert (await ada.http.get(path)).status_code == 404
    assert (await http.get(path)).status_code == 401
