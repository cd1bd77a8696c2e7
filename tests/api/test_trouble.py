"""What callers are told when something is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client

from chatref.conversation.policy import ServicePolicy
from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.store.database import Database
from tests.api.house import House, VisitorClient, served, visit
from tests.line import Line, line_to
from tests.workflows.desk import connected
from workflows.messages import ConversationInput
from workflows.names import workflow_id
from workflows.plugin import chatref_plugin


@pytest.fixture
async def without_temporal(house: House) -> AsyncIterator[httpx.AsyncClient]:
    [port] = free_ports(1)
    client = await Client.connect(f"{LOOPBACK}:{port}", lazy=True, plugins=[chatref_plugin()])
    async with (
        served(house.settings, house.database, client) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        yield http


async def test_without_temporal_a_message_is_refused_soon_and_honestly(without_temporal: httpx.AsyncClient) -> None:
    visitor = await visit(without_temporal)
    began = time.monotonic()
    answer = await visitor.post("messages", {"id": str(uuid4()), "text": "hello"})
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert time.monotonic() - began < 5
    ready = await without_temporal.get("/health/ready")
    expected = {"status": "failing", "database": True, "temporal": False, "workers": False, "waits": True}
    assert (ready.status_code, ready.json()) == (503, expected)
    assert (await without_temporal.get("/health/live")).status_code == 200


async def test_when_temporal_goes_and_comes_back_so_does_the_visitors_message(
    house: House, temporal_address: str
) -> None:
    [port] = free_ports(1)
    line = Line(port, int(temporal_address.rpartition(":")[2]))
    await line.mend()
    client = await Client.connect(f"{LOOPBACK}:{port}", plugins=[chatref_plugin()])
    async with (
        served(house.settings, house.database, client) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        visitor = await visit(http)
        await line.cut()
        body = {"id": str(uuid4()), "text": "How do I skip a box?"}
        began = time.monotonic()
        assert (await visitor.post("messages", body)).status_code == 503
        assert time.monotonic() - began < 5
        await line.mend()
        async with asyncio.timeout(15):
            while (await visitor.post("messages", body)).status_code != 202:
                await asyncio.sleep(0.2)
        await eventually_seq(visitor, 2)
        assert [event["id"] for event in await visitor.events()].count(body["id"]) == 1
    await line.cut()


async def test_without_temporal_an_agent_is_told_soon(without_temporal: httpx.AsyncClient, house: House) -> None:
    visitor = await visit(without_temporal)
    sign_in = house.agent_sign_ins[0]
    await without_temporal.post("/api/v1/session", json={"email": sign_in.email, "password": sign_in.password})
    began = time.monotonic()
    answer = await without_temporal.post(f"/api/v1/conversations/{visitor.conversation_id}/claim")
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
    assert time.monotonic() - began < 8


async def test_without_the_database_a_message_is_still_taken(house: House, temporal_client: Client) -> None:
    async with line_to(house.settings.database_url) as (line, url):
        database = Database(url)
        client = connected(temporal_client)
        async with (
            served(house.settings, database, client) as address,
            httpx.AsyncClient(base_url=address, timeout=20) as http,
        ):
            visitor = await visit(http)
            async with visitor.stream() as stream:
                await line.cut()
                began = time.monotonic()
                message_id = await visitor.say("How do I skip a box?")
                assert time.monotonic() - began < 2
                answer = await http.get(f"{visitor.base}/events", headers=visitor.headers)
                assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
                assert (await http.get("/health/ready")).json()["database"] is False
                signing_in = await http.post("/api/v1/session", json={"email": "a@example.com", "password": "x"})
                assert signing_in.status_code == 503
                await line.mend()
                await stream.until("event", id=message_id)
            assert (await visitor.events())[0]["id"] == message_id
        await database.close()


async def test_when_the_run_has_ended_agents_can_still_note_and_tag(house: House, temporal_client: Client) -> None:
    async with house.http() as http, house.agent(house.agent_sign_ins[0]) as ada:
        visitor = await visit(http)
        await visitor.say("How do I skip a box?")
        await eventually_seq(visitor, 2)
        handle = temporal_client.get_workflow_handle(workflow_id(visitor.conversation_id))
        await handle.terminate("as if its reopen window had passed")
        noted = await ada.do(visitor.conversation_id, "notes", {"text": "Called back"})
        assert noted.status_code == 200, noted.text
        assert (await ada.do(visitor.conversation_id, "tags", {"add": ["called"]})).status_code == 200
        events = (await ada.get(f"/conversations/{visitor.conversation_id}/events"))["events"]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert "Called back" in [event["text"] for event in events]


async def test_more_than_ten_updates_at_once_are_all_answered(house: House) -> None:
    async with house.http() as http, house.agent(house.agent_sign_ins[0]) as ada:
        visitor = await visit(http)
        await visitor.say("How do I skip a box?")
        await eventually_seq(visitor, 2)
        notes = [ada.do(visitor.conversation_id, "notes", {"text": f"note {number}"}) for number in range(40)]
        began = time.monotonic()
        answers = await asyncio.gather(*notes)
        assert [answer.status_code for answer in answers] == [200] * 40
        assert time.monotonic() - began < 5


async def test_a_claim_nobody_can_carry_out_is_answered_in_time(house: House, temporal_client: Client) -> None:
    """No worker polls for this conversation."""
    async with house.http() as http, house.agent(house.agent_sign_ins[0]) as ada:
        visitor = await visit(http)
        client = connected(temporal_client)
        await client.start_workflow(
            "Conversation",
            ConversationInput(visitor.conversation_id, ServicePolicy(), "support"),
            id=workflow_id(visitor.conversation_id),
            task_queue="nobody-works-here",
        )
        began = time.monotonic()
        answer = await ada.do(visitor.conversation_id, "claim")
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
        assert time.monotonic() - began < 8
        await client.get_workflow_handle(workflow_id(visitor.conversation_id)).terminate()


async def eventually_seq(visitor: VisitorClient, seq: int) -> None:
    async with asyncio.timeout(10):
        while not any(event["seq"] >= seq for event in await visitor.events()):
            await asyncio.sleep(0.02)
