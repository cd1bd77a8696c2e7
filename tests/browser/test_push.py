"""Agents are notified while their inbox is closed. The browser is real; what it has no account for is its push service:
that one is a server of the test's, and what it would deliver, the developer tools do."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import CDPSession, Locator, Worker, expect

from tests.browser.conftest import SitDown, Visit
from tests.browser.desk import Agent, Desk
from tests.push.browser import SubscribedBrowser
from tests.running import Installation, eventually

START = "Notify me when the inbox is closed"
STOP = "Stop notifying me when the inbox is closed"

_PUSH_SERVICE = """subscription => {
  const kept = () => JSON.parse(localStorage.getItem("push-service") ?? "null");
  const live = (given) => given && {
    endpoint: given.json.endpoint,
    options: { applicationServerKey: new Uint8Array(given.key).buffer },
    toJSON: () => given.json,
    unsubscribe: async () => { localStorage.removeItem("push-service"); return true; },
  };
  PushManager.prototype.getSubscription = async () => live(kept());
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly) throw new DOMException("silent", "NotAllowedError");
    const letters = atob(applicationServerKey.replace(/-/g, "+").replace(/_/g, "/"));
    const given = { json: subscription, key: [...letters].map((letter) => letter.charCodeAt(0)) };
    if (kept() && String(kept().key) !== String(given.key)) throw new DOMException("key", "InvalidStateError");
    localStorage.setItem("push-service", JSON.stringify(given));
    return live(given);
  };
}"""


_HANDS_ON_THE_WORKER = """() => {
  Object.assign(globalThis, { looked: 0, opened: [], focused: [] });
  const matchAll = clients.matchAll.bind(clients);
  clients.matchAll = async (options) => {
    const found = await matchAll(options);
    looked += 1;
    return found;
  };
  // Both are for clicks of people only, which the developer tools cannot make on a notification.
  clients.openWindow = async (url) => void opened.push(url);
  WindowClient.prototype.focus = async function () { focused.push(this.url); return this; };
}"""
_REPLACED = """async ([endpoint, next]) => {
  const event = new Event("pushsubscriptionchange");
  let replaced;
  event.waitUntil = (promise) => (replaced = promise);
  event.oldSubscription = { endpoint };
  event.newSubscription = { toJSON: () => next };
  dispatchEvent(event);
  await replaced;
}"""
_CLICK = """async (tag) => {
  const [notification] = await registration.getNotifications({ tag });
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


@dataclass
class Pushes:
    """The developer tools' hand in one browser: it delivers to the inbox's worker, and sees what that does."""

    origin: str
    tools: CDPSession
    worker: Worker
    registration: str

    async def deliver(self, conversation_id: str, title: str, **more: str) -> None:
        url = f"{self.origin}/inbox/all/{conversation_id}"
        told = {"title": title, "body": "Cancel subscription", "url": url, "tag": conversation_id}
        data = json.dumps(told | {"conversation_id": conversation_id} | more)
        await self.deliver_text(data)

    async def deliver_text(self, data: str) -> None:
        where = {"origin": self.origin, "registrationId": self.registration}
        await self.tools.send("ServiceWorker.deliverPushMessage", {**where, "data": data})

    async def until(self, expression: str, wanted: Any) -> None:
        async def as_wanted() -> bool:
            return bool(await self.worker.evaluate(expression) == wanted)

        await eventually(as_wanted, f"{expression} is {wanted}")

    async def until_shown(self, *titles: str) -> None:
        await self.until("registration.getNotifications().then((all) => all.map((one) => one.title).sort())", [*titles])

    async def until_closed(self) -> None:
        """The worker knows of no inbox any more."""
        every = "clients.matchAll({ type: 'window', includeUncontrolled: true })"
        await self.until(f"{every}.then((all) => all.filter((one) => one.url.includes('/inbox/')).length)", 0)

    async def click(self, tag: str) -> None:
        await self.worker.evaluate(_CLICK, tag)


@dataclass
class Nearby:
    """Ada at a browser that takes pushes, with another page of ours open in it."""

    desk: Desk
    pushes: Pushes


def account(desk: Desk) -> Locator:
    return desk.page.get_by_role("button", name=f"Account of {desk.agent.name}")


def item(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("menuitem", name=name, exact=True)


async def choose(desk: Desk, name: str) -> None:
    await account(desk).click()
    await item(desk, name).click()


async def offers(desk: Desk, name: str) -> None:
    await account(desk).click()
    await expect(item(desk, name)).to_be_visible()
    await expect(item(desk, START if name == STOP else STOP)).to_have_count(0)
    # Not by Escape: a message that has come meanwhile would take it for its own.
    await desk.page.get_by_role("heading", name="Needs a human").click()
    await expect(item(desk, name)).to_have_count(0)


async def can_push(desk: Desk, origin: str) -> None:
    """With a push service, and permission to show what comes from it."""
    given = SubscribedBrowser().subscription(f"https://push.example.com/send/{uuid4()}").json()
    await desk.context.add_init_script(f"({_PUSH_SERVICE})({json.dumps(given)})")
    await desk.context.grant_permissions(["notifications"], origin=origin)
    await desk.page.reload()


async def browsers_of(installation: Installation, agent: Agent) -> int:
    """In how many browsers the agent takes pushes."""
    async with httpx.AsyncClient(base_url=installation.run["url"], timeout=10) as http:
        credentials = {"email": agent.email, "password": agent.password}
        (await http.post("/api/v1/session", json=credentials)).raise_for_status()
        read = (await http.get("/api/v1/me/push")).raise_for_status().json()
        (await http.delete("/api/v1/session")).raise_for_status()
        count: int = read["subscriptions"]
        return count


async def until_browsers(installation: Installation, agent: Agent, count: int) -> None:
    async def as_many() -> bool:
        return await browsers_of(installation, agent) == count

    await eventually(as_many, f"{count} browsers of {agent.name}", pause=0.5)


@pytest.fixture(autouse=True)
async def nobody_takes_pushes(admin: httpx.AsyncClient, crew: dict[str, Agent]) -> None:
    """Ends what tests before left, as a new password does."""
    passwords = {agent.id: agent.password for agent in crew.values()}
    for agent in (await admin.get("/api/v1/agents")).raise_for_status().json()["items"]:
        if agent["id"] in passwords:
            body = {name: agent[name] for name in ("email", "name", "role", "teams")}
            body["password"] = passwords[agent["id"]]
            (await admin.put(f"/api/v1/agents/{agent['id']}", json=body)).raise_for_status()


@pytest.fixture
async def nearby(installation: Installation, sit_down: SitDown, ada: Agent) -> Nearby:
    origin = installation.run["url"]
    desk = await sit_down(ada)
    await can_push(desk, origin)
    aside = await desk.context.new_page()
    await aside.goto(f"{origin}/health/live")
    tools = await desk.context.new_cdp_session(aside)
    known: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(each["registrationId"] for each in told["registrations"]),
    )
    await tools.send("ServiceWorker.enable")
    await desk.page.bring_to_front()
    async with desk.context.expect_event("serviceworker") as found:
        await choose(desk, START)
    worker = await found.value
    await expect(desk.toasts.filter(has_text="You will be notified here")).to_be_visible()
    await worker.evaluate(_HANDS_ON_THE_WORKER)

    async def is_known() -> bool:
        return bool(known)

    await eventually(is_known, "the tools know the worker")
    return Nearby(desk, Pushes(origin, tools, worker, known[-1]))


async def test_taken_until_stopped_or_signed_out(
    installation: Installation, sit_down: SitDown, ada: Agent, bo: Agent
) -> None:
    desk = await sit_down(ada)
    await can_push(desk, installation.run["url"])
    await offers(desk, START)
    await choose(desk, START)
    await expect(desk.toasts.filter(has_text="You will be notified here")).to_be_visible()
    assert await browsers_of(installation, ada) == 1
    await desk.page.reload()
    await offers(desk, STOP)
    assert await browsers_of(installation, ada) == 1

    # Chatref has another key, under which the browser has to subscribe anew.
    kept = "JSON.parse(localStorage.getItem('push-service'))"
    key = await desk.page.evaluate(f"{kept}.key")
    await desk.page.evaluate(f"localStorage.setItem('push-service', JSON.stringify({{ ...{kept}, key: [4, 7] }}))")
    await desk.page.reload()
    await offers(desk, STOP)
    assert await desk.page.evaluate(f"{kept}.key") == key

    await choose(desk, STOP)
    await offers(desk, START)
    await until_browsers(installation, ada, 0)

    await choose(desk, START)
    await offers(desk, STOP)
    await choose(desk, "Sign out")
    await until_browsers(installation, ada, 0)
    await desk.sign_in()
    await offers(desk, START)

    # Nobody signed out, and somebody else sits down here: what was Ada's is not shown to Bo.
    await choose(desk, START)
    await offers(desk, STOP)
    assert await browsers_of(installation, ada) == 1
    await desk.context.clear_cookies()
    await desk.page.reload()
    bos = Desk(desk.context, desk.page, bo)
    await bos.sign_in()
    await offers(bos, START)
    assert await browsers_of(installation, ada) == 0
    assert await browsers_of(installation, bo) == 0


async def test_not_offered_where_it_cannot_be(installation: Installation, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    await can_push(desk, installation.run["url"])
    await offers(desk, START)
    await desk.context.add_init_script("delete globalThis.PushManager")
    await desk.page.reload()
    await account(desk).click()
    await expect(item(desk, "Sign out")).to_be_visible()
    await expect(item(desk, START)).to_have_count(0)
    await expect(item(desk, STOP)).to_have_count(0)


async def test_what_is_pushed_is_shown_while_no_inbox_is_looked_at(nearby: Nearby) -> None:
    desk, pushes = nearby.desk, nearby.pushes
    await pushes.deliver("7", "Seen in the inbox")
    await pushes.until("looked", 1)
    await desk.page.close()
    await pushes.until_closed()
    await pushes.deliver("8", "Mia is waiting")
    await pushes.until_shown("Mia is waiting")
    await pushes.until(
        "registration.getNotifications().then(([one]) => [one.body, one.tag])", ["Cancel subscription", "8"]
    )

    # The same conversation calls again in its place, another one beside it.
    await pushes.deliver("8", "Mia is still waiting")
    await pushes.until_shown("Mia is still waiting")
    await pushes.deliver("9", "Noa is waiting")
    await pushes.until_shown("Mia is still waiting", "Noa is waiting")

    # What cannot be read calls too: somebody may be waiting.
    await pushes.deliver_text("{")
    await pushes.until_shown("Mia is still waiting", "Noa is waiting", "Somebody is waiting")


async def test_a_click_opens_the_conversation_and_claims_nothing(
    nearby: Nearby, visit: Visit, admin: httpx.AsyncClient
) -> None:
    desk, pushes = nearby.desk, nearby.pushes
    mia = await visit("Mia Miller")
    await mia.open()
    await mia.ask_for_a_person()
    await desk.open("Mia Miller")
    conversation_id = desk.page.url.rsplit("/", 1)[1]
    await desk.page.close()
    await pushes.until_closed()
    await pushes.deliver(conversation_id, "Mia Miller is waiting")
    await pushes.until_shown("Mia Miller is waiting")
    await pushes.click(conversation_id)
    address = f"{pushes.origin}/inbox/all/{conversation_id}"
    await pushes.until("opened", [address])
    await pushes.until_shown()
    page = await desk.context.new_page()
    await page.goto(address)
    opened = Desk(desk.context, page, desk.agent)
    await expect(opened.thread.get_by_role("heading", name="Mia Miller")).to_be_visible()
    await expect(opened.take_over).to_be_visible()
    row = (await admin.get(f"/api/v1/conversations/{conversation_id}")).raise_for_status().json()
    assert (row["state"], row["owner"]) == ("escalated", None)


async def test_a_click_leads_back_to_where_the_conversation_is_open(nearby: Nearby) -> None:
    desk, pushes = nearby.desk, nearby.pushes
    away = await desk.context.new_page()
    await desk.page.goto("about:blank")
    await pushes.until_closed()
    await pushes.deliver("7", "Mia is waiting")
    await pushes.deliver("8", "Noa is waiting", url="https://elsewhere.example.com/inbox/mine/8")
    await pushes.until_shown("Mia is waiting", "Noa is waiting")
    await desk.page.goto(f"{pushes.origin}/inbox/needs-human/7")
    await away.goto(f"{pushes.origin}/inbox/mine")
    await pushes.click("7")
    await pushes.until("focused", [f"{pushes.origin}/inbox/needs-human/7"])
    await pushes.click("8")
    await pushes.until("opened", [f"{pushes.origin}/inbox/mine/8"])
    await pushes.until_shown()


async def test_a_browser_that_replaces_its_subscription_says_so(nearby: Nearby, installation: Installation) -> None:
    request, route = nearby.desk.context.request, f"{nearby.pushes.origin}/api/v1/me/push"
    before = await nearby.desk.page.evaluate("localStorage.getItem('push-service')")
    endpoint = json.loads(before)["json"]["endpoint"]
    following = SubscribedBrowser().subscription(f"https://push.example.com/send/{uuid4()}").json()
    await nearby.pushes.worker.evaluate(_REPLACED, [endpoint, following])
    assert await browsers_of(installation, nearby.desk.agent) == 1
    await request.delete(route, data={"endpoint": endpoint})
    assert await browsers_of(installation, nearby.desk.agent) == 1
    await request.delete(route, data={"endpoint": following["endpoint"]})
    assert await browsers_of(installation, nearby.desk.agent) == 0
