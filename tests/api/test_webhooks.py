"""Admins set up webhooks, see what was delivered, and send it again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from json import loads
from typing import Any
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.webhooks import WebhookActivities
from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.webhooks.deliveries import Deliveries
from chatref.webhooks.posting import Poster
from tests.api.house import AgentClient, House, served
from tests.receiver import Answer, Receiver, receiver
from tests.running import eventually
from tests.workflows.desk import connected
from workflows.names import WEBHOOK_QUEUE
from workflows.plugin import chatref_plugin

WEBHOOKS = "/api/v1/webhooks"


@pytest.fixture(scope="module", autouse=True)
async def delivering(house: House, temporal_client: Client) -> AsyncIterator[None]:
    """Here alone: other tests have webhooks in databases of their own, on the same task queue."""
    poster = Poster(allow_private=True)
    webhooks = WebhookActivities(Deliveries(house.database, poster, house.settings.public_url))
    client = connected(temporal_client)
    async with Worker(client, task_queue=WEBHOOK_QUEUE, activities=[webhooks.open_delivery, webhooks.deliver]):
        yield
    await poster.close()


@pytest.fixture
async def crm() -> AsyncIterator[Receiver]:
    async with receiver() as crm:
        yield crm


@pytest.fixture
async def webhook(admin: AgentClient, crm: Receiver) -> AsyncIterator[dict[str, Any]]:
    made = await do(admin, "POST", "", body(crm.url), 201)
    yield made
    await admin.http.delete(f"{WEBHOOKS}/{made['id']}")


def body(url: str, **more: Any) -> dict[str, Any]:
    return {"slug": f"crm-{uuid4()}", "name": "CRM", "url": url, **more}


async def do(agent: AgentClient, method: str, route: str, json: Any = None, status: int = 200) -> Any:
    answer = await agent.http.request(method, f"{WEBHOOKS}{route}", json=json)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def log_until(
    admin: AgentClient, webhook: dict[str, Any], condition: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    """The webhook's log, once it is as wanted."""
    async with asyncio.timeout(30):
        while True:
            items: list[dict[str, Any]] = (await do(admin, "GET", f"/{webhook['id']}/deliveries"))["items"]
            if condition(items):
                return items
            await asyncio.sleep(0.05)


def is_(status: str, attempts: int) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda items: bool(items) and (items[0]["status"], len(items[0]["attempts"])) == (status, attempts)


class TestSettingUp:
    async def test_made_read_changed_and_removed(self, admin: AgentClient, crm: Receiver) -> None:
        given = body(crm.url)
        made = await do(admin, "POST", "", given, 201)
        assert made["secret"].startswith("whsec_")
        assert made["enabled"] is True
        assert (made["stopped_because"], made["last_delivery"]) == ("", None)
        assert made["used_by"] == made["used_by_policies"] == []
        [listed] = [each for each in (await do(admin, "GET", ""))["items"] if each["id"] == made["id"]]
        assert "secret" not in listed
        changed = await do(admin, "PUT", f"/{made['id']}", given | {"name": "Other", "enabled": False})
        assert (changed["name"], changed["enabled"], changed["secret"]) == ("Other", False, made["secret"])
        await do(admin, "DELETE", f"/{made['id']}", status=204)
        await do(admin, "GET", f"/{made['id']}", status=404)

    async def test_only_admins(self, ada: AgentClient, webhook: dict[str, Any]) -> None:
        for method, route in (("GET", ""), ("GET", f"/{webhook['id']}"), ("POST", f"/{webhook['id']}/rotate")):
            assert (await do(ada, method, route, status=403))["code"] == "forbidden"

    @pytest.mark.parametrize(
        "url",
        [
            "crm.example.com",
            "ftp://crm.example.com",
            "https://",
            "https://u:p@crm.example.com",
            "https://a b",
            "http://a:x",
        ],
    )
    async def test_what_is_no_address_is_said_at_its_field(self, admin: AgentClient, url: str) -> None:
        refused = await do(admin, "POST", "", body(url), 422)
        assert refused["errors"][0]["loc"] == ["body", "url"]

    async def test_slugs_are_their_own(self, admin: AgentClient, webhook: dict[str, Any]) -> None:
        again = body(webhook["url"], slug=webhook["slug"])
        assert (await do(admin, "POST", "", again, 409))["code"] == "exists"

    async def test_customers_words_go_nowhere_unencrypted(self, house: House, temporal_client: Client) -> None:
        strict = house.settings.model_copy(update={"private_addresses": False})
        async with served(strict, house.database, connected(temporal_client)) as url:
            elsewhere = House(url, strict, house.database, house.admin_sign_in, house.agent_sign_ins)
            async with elsewhere.agent(house.admin_sign_in) as admin:
                refused = await do(admin, "POST", "", body("http://crm.example.com/"), 422)
                assert "https" in refused["errors"][0]["msg"]


class TestSlack:
    async def test_is_tested_in_its_own_format_and_told_by_no_action(self, admin: AgentClient, crm: Receiver) -> None:
        webhook = await do(admin, "POST", "", body(crm.url) | {"format": "slack"}, 201)
        await do(admin, "POST", f"/{webhook['id']}/test", status=202)

        async def posted() -> bool:
            return any(loads(post.body).keys() == {"text"} for post in crm.posts)

        await eventually(posted, "the test arrives")
        action = {"name": f"Leaf {uuid4().hex[:8]}", "webhook": webhook["slug"]}
        assert (await admin.http.post("/api/v1/actions", json=action)).status_code == 422
        await do(admin, "DELETE", f"/{webhook['id']}", status=204)


class TestServicePolicies:
    async def test_name_a_webhook_that_there_is(self, admin: AgentClient, webhook: dict[str, Any]) -> None:
        policy = (await admin.get("/service-policy/default")) | {"at_once": [f"webhook:{webhook['slug']}"]}
        before = {key: value for key, value in policy.items() if key not in ("id", "version")}
        (await admin.http.put("/api/v1/service-policy", json=before)).raise_for_status()
        try:
            assert (await do(admin, "GET", f"/{webhook['id']}"))["used_by_policies"] == ["default"]
            refused = await do(admin, "DELETE", f"/{webhook['id']}", status=409)
            assert (refused["code"], "default" in refused["detail"]) == ("in_use", True)
            assert (await do(admin, "PUT", f"/{webhook['id']}", body(webhook["url"]), 409))["code"] == "in_use"
        finally:
            (await admin.http.put("/api/v1/service-policy", json=before | {"at_once": ["inbox"]})).raise_for_status()


class TestActions:
    async def test_name_a_webhook_that_there_is(self, admin: AgentClient, webhook: dict[str, Any]) -> None:
        action = {"name": f"Leaf {uuid4().hex[:8]}", "webhook": webhook["slug"]}
        made = (await admin.http.post("/api/v1/actions", json=action)).json()
        try:
            assert (await do(admin, "GET", f"/{webhook['id']}"))["used_by"] == [action["name"]]
            refused = await do(admin, "DELETE", f"/{webhook['id']}", status=409)
            assert (refused["code"], action["name"] in refused["detail"]) == ("in_use", True)
            renamed = body(webhook["url"])
            assert (await do(admin, "PUT", f"/{webhook['id']}", renamed, 409))["code"] == "in_use"
        finally:
            await admin.http.delete(f"/api/v1/actions/{made['id']}")

    async def test_cannot_name_another(self, admin: AgentClient) -> None:
        refused = await admin.http.post("/api/v1/actions", json={"name": "Leaf", "webhook": "nobody"})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["loc"] == ["body", "webhook"]
        exported = (await admin.http.get("/api/v1/actions/export")).text
        file = exported + "- id: leaf\n  name: Leaf\n  webhook: nobody\n"
        planned = await admin.http.post("/api/v1/actions/plan", json={"yaml": file})
        assert planned.status_code == 422
        assert planned.json()["errors"][0]["msg"] == "leaf: webhook: there is no webhook nobody"


class TestDelivering:
    async def test_a_test_arrives_signed(self, admin: AgentClient, webhook: dict[str, Any], crm: Receiver) -> None:
        sent = await do(admin, "POST", f"/{webhook['id']}/test", status=202)
        assert (sent["type"], sent["status"], sent["attempts"]) == ("webhook.test", "pending", [])
        [delivered] = await log_until(admin, webhook, is_("delivered", 1))
        assert delivered["id"] == sent["id"] == crm.posts[0].id
        assert delivered["attempts"][0]["status_code"] == 200
        assert crm.posts[0].verified(webhook["secret"])["type"] == "webhook.test"
        assert (await do(admin, "GET", f"/{webhook['id']}"))["last_delivery"]["status"] == "delivered"

    async def test_what_failed_is_sent_again_at_once_with_the_same_id(
        self, admin: AgentClient, webhook: dict[str, Any], crm: Receiver
    ) -> None:
        crm.answers = [Answer(503, {"Retry-After": "3600"})]
        sent = await do(admin, "POST", f"/{webhook['id']}/test", status=202)
        # Deliveries are read before their attempts: one may be there that the delivery knows nothing of yet.
        [waiting] = await log_until(
            admin, webhook, lambda items: is_("pending", 1)(items) and items[0]["next_attempt_at"]
        )
        assert waiting["next_attempt_at"] > waiting["created_at"]
        await do(admin, "POST", f"/{webhook['id']}/deliveries/{sent['id']}/replay", status=202)
        [delivered] = await log_until(admin, webhook, is_("delivered", 2))
        assert [attempt["status_code"] for attempt in delivered["attempts"]] == [503, 200]
        await do(admin, "POST", f"/{webhook['id']}/deliveries/{sent['id']}/replay", status=202)
        await log_until(admin, webhook, is_("delivered", 3))
        assert {post.id for post in crm.posts} == {sent["id"]}
        assert len({post.body for post in crm.posts}) == 1

    async def test_while_a_secret_is_replaced_both_verify(
        self, admin: AgentClient, webhook: dict[str, Any], crm: Receiver
    ) -> None:
        rotated = await do(admin, "POST", f"/{webhook['id']}/rotate")
        assert rotated["secret"] != webhook["secret"]
        assert rotated["previous_secret_until"] is not None
        await do(admin, "POST", f"/{webhook['id']}/test", status=202)
        await log_until(admin, webhook, is_("delivered", 1))
        assert crm.posts[0].verified(webhook["secret"]) == crm.posts[0].verified(rotated["secret"])

    async def test_gone_switches_it_off_until_somebody_enables_it(
        self, admin: AgentClient, webhook: dict[str, Any], crm: Receiver
    ) -> None:
        crm.answers = [Answer(410)]
        sent = await do(admin, "POST", f"/{webhook['id']}/test", status=202)
        await log_until(admin, webhook, is_("failed", 1))
        stopped = await do(admin, "GET", f"/{webhook['id']}")
        assert (stopped["enabled"], stopped["stopped_because"]) == (False, "gone")
        for route in ("test", f"deliveries/{sent['id']}/replay"):
            refused = await do(admin, "POST", f"/{webhook['id']}/{route}", status=409)
            assert refused["code"] == "disabled"
        given = {key: webhook[key] for key in ("slug", "name", "url")}
        enabled = await do(admin, "PUT", f"/{webhook['id']}", given)
        assert (enabled["enabled"], enabled["stopped_because"]) == (True, "")

    async def test_the_log_has_pages(self, admin: AgentClient, webhook: dict[str, Any]) -> None:
        sent = [(await do(admin, "POST", f"/{webhook['id']}/test", status=202))["id"] for _ in range(27)]
        first = await do(admin, "GET", f"/{webhook['id']}/deliveries")
        rest = await admin.http.get(f"{WEBHOOKS}/{webhook['id']}/deliveries", params={"cursor": first["next_cursor"]})
        listed = [each["id"] for each in first["items"] + rest.json()["items"]]
        assert listed == sent[::-1]
        assert rest.json()["next_cursor"] is None
        bad = await admin.http.get(f"{WEBHOOKS}/{webhook['id']}/deliveries", params={"cursor": "x"})
        assert bad.status_code == 422

    async def test_another_webhooks_notice_is_not_found(self, admin: AgentClient, webhook: dict[str, Any]) -> None:
        await do(admin, "POST", f"/{webhook['id']}/deliveries/{uuid4()}/replay", status=404)


async def test_without_temporal_no_test_is_promised(house: House, crm: Receiver) -> None:
    [port] = free_ports(1)
    client = await Client.connect(f"{LOOPBACK}:{port}", lazy=True, plugins=[chatref_plugin()])
    async with served(house.settings, house.database, client) as url:
        elsewhere = House(url, house.settings, house.database, house.admin_sign_in, house.agent_sign_ins)
        async with elsewhere.agent(house.admin_sign_in) as admin:
            made = await do(admin, "POST", "", body(crm.url), 201)
            refused: httpx.Response = await admin.http.post(f"{WEBHOOKS}/{made['id']}/test")
            assert (refused.status_code, refused.json()["code"]) == (503, "engine_unavailable")
            assert (await do(admin, "GET", f"/{made['id']}/deliveries"))["items"] == []
            await do(admin, "DELETE", f"/{made['id']}", status=204)
