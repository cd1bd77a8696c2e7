"""Agents take alerts in a browser while their inbox is closed, until they sign out in it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from temporalio.client import Client

from chatref.push.vapid import Vapid, base64url
from chatref.store import agents, push
from chatref.store.tables import Agent, PushSubscription
from tests.api.house import AgentClient, House, served
from tests.push.browser import SubscribedBrowser
from tests.workflows.desk import connected

PUSH = "/api/v1/me/push"
SERVICE = "http://push.example.com/send/"


def subscription() -> dict[str, Any]:
    return SubscribedBrowser().subscription(f"{SERVICE}{uuid4()}").json()


async def do(agent: AgentClient, method: str, json: Any = None, status: int = 200, **headers: str) -> Any:
    answer = await agent.http.request(method, PUSH, json=json, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def of(house: House, *agent_ids: str) -> list[PushSubscription]:
    async with house.database.session() as session:
        return await push.of_agents(session, map(UUID, agent_ids))


async def endpoints(house: House, agent_id: str) -> list[str]:
    return [each.endpoint for each in await of(house, agent_id)]


@pytest.fixture
async def temp(house: House, admin: AgentClient) -> dict[str, Any]:
    """An agent of the test's own, with a password."""
    body = {"email": f"{uuid4().hex}@example.com", "name": "Temp", "role": "agent", "teams": [], "password": "p" * 16}
    made = await admin.http.post("/api/v1/agents", json=body)
    assert made.status_code == 201, made.text
    return body | {"id": made.json()["id"]}


async def signed_in(http: httpx.AsyncClient, who: dict[str, Any]) -> AgentClient:
    answer = await http.post("/api/v1/session", json={"email": who["email"], "password": who["password"]})
    assert answer.status_code == 200, answer.text
    return AgentClient(http, who["id"], who["name"])


class TestSubscribing:
    async def test_a_browser_is_added_once_and_removed(self, house: House, http: httpx.AsyncClient, temp: Any) -> None:
        agent = await signed_in(http, temp)
        key = Vapid.derived(house.settings.push_seed, house.settings.public_url).public_key
        assert await do(agent, "GET") == {"public_key": key, "subscriptions": 0}
        given = subscription()
        for _ in range(2):
            added = await do(agent, "POST", given, 201, **{"User-Agent": "Firefox/" * 100})
            assert added == {"public_key": key, "subscriptions": 1}
        await do(agent, "POST", subscription(), 201)
        assert (await do(agent, "GET"))["subscriptions"] == 2
        [kept, _] = await of(house, temp["id"])
        assert (kept.endpoint, kept.p256dh, kept.auth) == (given["endpoint"], *given["keys"].values())
        assert kept.user_agent == ("Firefox/" * 100)[:300]
        for _ in range(2):
            await do(agent, "DELETE", {"endpoint": given["endpoint"]}, 204)
        assert (await do(agent, "GET"))["subscriptions"] == 1

    async def test_a_browser_that_another_agent_uses_is_theirs(
        self, house: House, ada: AgentClient, bo: AgentClient
    ) -> None:
        given = subscription()
        await do(ada, "POST", given, 201)
        await do(bo, "POST", given, 201)
        assert given["endpoint"] not in await endpoints(house, ada.id)
        assert given["endpoint"] in await endpoints(house, bo.id)

    async def test_new_keys_replace_the_old_ones(self, house: House, http: httpx.AsyncClient, temp: Any) -> None:
        agent = await signed_in(http, temp)
        first, second = subscription(), subscription()
        second["endpoint"] = first["endpoint"]
        await do(agent, "POST", first, 201)
        await do(agent, "POST", second, 201)
        [kept] = await of(house, temp["id"])
        assert kept.p256dh == second["keys"]["p256dh"]

    async def test_the_oldest_browser_makes_room(self, house: House, http: httpx.AsyncClient, temp: Any) -> None:
        agent = await signed_in(http, temp)
        given = [subscription() for _ in range(push.BROWSERS_AT_MOST + 2)]
        for each in given:
            await do(agent, "POST", each, 201)
        assert await endpoints(house, temp["id"]) == [each["endpoint"] for each in given[2:]]

    async def test_only_who_is_signed_in(self, http: httpx.AsyncClient) -> None:
        for method, body in (("GET", None), ("POST", subscription()), ("DELETE", {"endpoint": SERVICE})):
            answer = await http.request(method, PUSH, json=body)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")

    async def test_other_pages_cannot_use_the_cookie(self, ada: AgentClient) -> None:
        refused = await do(ada, "POST", subscription(), 403, Origin="https://evil.example.com")
        assert refused["code"] == "forbidden"


class TestWhatIsNone:
    @pytest.mark.parametrize(
        ("at", "change"),
        [
            (["endpoint"], {"endpoint": "push.example.com"}),
            (["endpoint"], {"endpoint": "https://999.0.0.1/"}),
            (["endpoint"], {"endpoint": "ftp://push.example.com/"}),
            (["endpoint"], {"endpoint": "https://me:mine@push.example.com/"}),
            (["endpoint"], {"endpoint": f"https://push.example.com/{'x' * 2000}"}),
            (["keys", "p256dh"], {"p256dh": ""}),
            (["keys", "p256dh"], {"p256dh": base64url(b"\x04" + b"x" * 63)}),
            (["keys", "p256dh"], {"p256dh": base64url(b"\x04" + b"x" * 64)}),
            (["keys", "p256dh"], {"p256dh": base64url(b"\x05" + b"x" * 64)}),
            (["keys", "p256dh"], {"p256dh": "é" * 87}),
            (["keys", "p256dh"], {"p256dh": "!" * 87}),
            (["keys", "auth"], {"auth": base64url(b"x" * 15)}),
            (["keys", "auth"], {"auth": base64url(b"x" * 17)}),
            (["keys", "auth"], {"auth": base64url(b"x" * 16)[:-1] + "*"}),
        ],
    )
    async def test_is_said_at_its_field(self, ada: AgentClient, at: Sequence[str], change: dict[str, str]) -> None:
        given = subscription()
        if at[0] == "keys":
            given["keys"] |= change
        else:
            given |= change
        refused = await do(ada, "POST", given, 422)
        assert [each["loc"] for each in refused["errors"]] == [["body", *at]]

    async def test_alerts_go_nowhere_unencrypted(self, house: House, temporal_client: Client) -> None:
        strict = house.settings.model_copy(update={"private_addresses": False})
        async with served(strict, house.database, connected(temporal_client)) as url:
            elsewhere = House(url, strict, house.database, house.admin_sign_in, house.agent_sign_ins)
            async with elsewhere.agent(house.agent_sign_ins[0]) as ada:
                refused = await do(ada, "POST", subscription(), 422)
                assert refused["errors"] == [{"loc": ["body", "endpoint"], "msg": "must begin with https"}]
                given = subscription()
                given["endpoint"] = given["endpoint"].replace("http:", "https:")
                await do(ada, "POST", given, 201)


class TestTheEnd:
    async def test_signing_out_ends_it_in_that_browser_alone(
        self, house: House, http: httpx.AsyncClient, temp: Any
    ) -> None:
        here = await signed_in(http, temp)
        given, other, of_a_program = (subscription() for _ in range(3))
        await do(here, "POST", given, 201)
        key = await house.key(temp["id"])
        await do(here, "POST", of_a_program, 201, Authorization=f"Bearer {key}")
        async with house.http() as elsewhere:
            there = await signed_in(elsewhere, temp)
            await do(there, "POST", other, 201)
            assert (await http.delete("/api/v1/session")).status_code == 204
            assert await endpoints(house, temp["id"]) == [of_a_program["endpoint"], other["endpoint"]]

    async def test_signing_in_again_keeps_it_for_the_new_session(
        self, house: House, http: httpx.AsyncClient, temp: Any
    ) -> None:
        agent = await signed_in(http, temp)
        given = subscription()
        await do(agent, "POST", given, 201)
        old = http.cookies["chatref_session"]
        agent = await signed_in(http, temp)
        await do(agent, "POST", given, 201)
        async with house.http() as before:
            before.cookies["chatref_session"] = old
            assert (await before.delete("/api/v1/session")).status_code == 204
        assert await endpoints(house, temp["id"]) == [given["endpoint"]]
        assert (await http.delete("/api/v1/session")).status_code == 204
        assert await endpoints(house, temp["id"]) == []

    @pytest.mark.parametrize("how", ["a new password", "sent away"])
    async def test_who_is_out_is_told_nothing_more(
        self, house: House, admin: AgentClient, http: httpx.AsyncClient, temp: Any, how: str
    ) -> None:
        agent = await signed_in(http, temp)
        await do(agent, "POST", subscription(), 201)
        path = f"/api/v1/agents/{temp['id']}"
        if how == "sent away":
            answer = await admin.http.delete(path)
        else:
            body = {name: temp[name] for name in ("email", "name", "role", "teams")} | {"password": "another one" * 2}
            answer = await admin.http.put(path, json=body)
        assert answer.is_success, answer.text
        assert await of(house, temp["id"]) == []

    async def test_one_that_is_gone_is_forgotten_with_its_agent_or_alone(self, house: House) -> None:
        async with house.database.session() as session:
            agent = Agent(email=f"{uuid4().hex}@example.com", name="Gone")
            await agents.add(session, agent, [])
            for _ in range(2):
                endpoint = f"{SERVICE}{uuid4()}"
                await push.add(session, PushSubscription(agent_id=agent.id, endpoint=endpoint, p256dh="p", auth="a"))
            [first, second] = await push.of_agents(session, [agent.id, uuid4()])
            await push.remove(session, first.id)
            assert [each.id for each in await push.of_agents(session, [agent.id])] == [second.id]
            assert await push.of_agents(session, []) == []
            await session.delete(agent)
            await session.flush()
            assert await push.of_agents(session, [agent.id]) == []
