"""What people can perceive and reach: axe-core's rules on the main screens of both apps, light and dark."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from chatref.composition import WEB_PAGES
from tests.browser.conftest import PHONE, Follow, LinkTo, SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.shopper import ACCOUNT_QUESTION, ANSWER, CANCELLATION, PASSED_ON, QUESTION, SOURCE
from tests.receiver import Answer, receiver
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A phone shows one pane at a time: the list without the thread's landmark, the thread without the list's heading. What
# pops up stands beside every landmark.
_NOT_HERE = {name: {"enabled": False} for name in ("landmark-one-main", "page-has-heading-one", "region")}
_RUN = "([where, values, rules]) => axe.run(where, { runOnly: { type: 'tag', values }, rules })"


@pytest.fixture(scope="session")
def axe() -> str:
    script = WEB_PAGES.parent / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip("No axe-core here: run `make setup`.")
    return script.read_text()


async def faults(page: Page, axe: str, within: str) -> list[str]:
    """Every rule that is broken, and where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe)
    results: dict[str, Any] = await page.evaluate(_RUN, [within, _RULES, _NOT_HERE])
    return [
        f"{fault['id']} ({fault['help']}): {node['target']} {node['failureSummary']}"
        for fault in results["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_widget(scheme: str, axe: str, visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    found: list[str] = []
    visitor = await visit("Abe Access", color_scheme=scheme, reduced_motion="reduce")
    found += await faults(visitor.page, axe, "#chatref")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    await visitor.tap(SOURCE).click()
    found += await faults(visitor.page, axe, "#chatref")
    await visitor.say(CANCELLATION)
    await visitor.tap("Yes, please").click()
    await visitor.hears(ACCOUNT_QUESTION)
    await visitor.tap("Fill in a form instead").click()
    found += await faults(visitor.page, axe, "#chatref")
    await visitor.say("FF-20417, I am moving")
    await visitor.hears(PASSED_ON)
    await expect(visitor.card.get_by_test_id("waiting")).to_be_visible()
    found += await faults(visitor.page, axe, "#chatref")
    desk = await sit_down(ada)
    await desk.open("Abe Access")
    await desk.take_over.click()
    await desk.reply("Abe Access", "Hello Abe")
    await desk.thread.get_by_role("button", name="Resolve").click()
    await visitor.card.get_by_role("radio", name="4 stars").check(force=True)
    await visitor.context.set_offline(True)
    await visitor.say("One more thing")
    await expect(visitor.said("One more thing")).to_contain_text("Not sent yet")
    found += await faults(visitor.page, axe, "#chatref")
    # Left unsent, it could still go out when the page closes, and open the conversation again in the next test.
    await visitor.context.set_offline(False)
    await expect(visitor.said("One more thing")).not_to_contain_text("Not sent yet")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
async def test_the_page_of_one_conversation(
    scheme: str,
    device: str,
    visit: Visit,
    sit_down: SitDown,
    ada: Agent,
    link_to: LinkTo,
    follow: Follow,
    axe: str,
) -> None:
    visitor = await visit(f"Axel {scheme} {device}")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    await visitor.ask_for_a_person()
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if device == "phone" else {}
    reader = await follow(await link_to(visitor), color_scheme=scheme, reduced_motion="reduce", **phone)
    await expect(reader.card.get_by_test_id("waiting")).to_be_visible()
    found = await faults(reader.page, axe, "html")
    desk = await sit_down(ada)
    await desk.open(visitor.name)
    await desk.take_over.click()
    await desk.reply(visitor.name, "Your box leaves on Monday")
    await reader.hears("Your box leaves on Monday")
    found += await faults(reader.page, axe, "html")

    box = await reader.card.bounding_box()
    assert box is not None
    window = reader.page.viewport_size
    assert window is not None
    if device == "phone":
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, window["width"], window["height"])
    else:
        assert box["width"] == 720
        assert box["x"] == (window["width"] - 720) / 2
        assert box["height"] == window["height"] - 48
    assert await reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await reader.page.goto(f"{reader.page.url}#nothing")
    await expect(reader.page.get_by_role("heading", name="This link no longer opens a chat")).to_be_visible()
    found += await faults(reader.page, axe, "html")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_inbox(scheme: str, axe: str, visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    found: list[str] = []
    desk = await sit_down(ada, signed_in=False, color_scheme=scheme, reduced_motion="reduce")
    await expect(desk.page.get_by_role("button", name="Sign in")).to_be_visible()
    found += await faults(desk.page, axe, "html")
    await desk.sign_in()
    await expect(desk.page.get_by_text("Nobody is waiting")).to_be_visible()
    found += await faults(desk.page, axe, "html")

    first, second = await visit("Ann Access"), await visit("Ben Access")
    await first.open()
    await first.say(QUESTION)
    await first.hears(ANSWER)
    await first.ask_to_cancel()
    await second.open()
    await second.ask_for_a_person()
    await expect(desk.toasts.first).to_be_visible()
    await desk.open("Ann Access")
    await expect(desk.details).to_contain_text("FF-20417")
    found += await faults(desk.page, axe, "html")

    await desk.take_over.click()
    await desk.reply("Ann Access", "Hello Ann")
    await desk.page.keyboard.press("Alt+p")
    await desk.page.keyboard.type("A note")
    await desk.thread.get_by_role("button", name="Add note").hover()
    found += await faults(desk.page, axe, "html")
    await desk.page.keyboard.press("Enter")
    await expect(desk.message("A note")).to_be_visible()
    found += await faults(desk.page, axe, "html")
    await desk.message(ANSWER).get_by_role("button", name=f"Source: {SOURCE}").click()
    found += await faults(desk.page, axe, "html")
    await desk.page.keyboard.press("Escape")
    await desk.thread.get_by_role("button", name="Pass on").click()
    found += await faults(desk.page, axe, "html")
    await desk.page.keyboard.press("Escape")
    await desk.page.set_viewport_size(PHONE)
    found += await faults(desk.page, axe, "html")
    await desk.thread.get_by_role("link", name="Back to the list").click()
    await expect(desk.row("Ben Access")).to_be_visible()
    found += await faults(desk.page, axe, "html")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_webhooks(scheme: str, axe: str, sit_down: SitDown, admin: httpx.AsyncClient) -> None:
    found: list[str] = []
    page = (await sit_down(OWNER, color_scheme=scheme, reduced_motion="reduce")).page
    async with receiver() as crm:
        body = {"slug": "crm", "name": "Our CRM", "url": crm.url}
        webhook = (await admin.post("/api/v1/webhooks", json=body)).raise_for_status().json()
        try:
            await page.get_by_role("link", name="Webhooks").click()
            await expect(page.get_by_role("link", name="Our CRM")).to_be_visible()
            found += await faults(page, axe, "html")
            await page.get_by_role("link", name="Our CRM").click()
            crm.answers = [Answer(500, {"Retry-After": "3600"})]
            for standing in ("Next try in", "Delivered"):
                await page.get_by_role("button", name="Send a test").click()
                newest = page.get_by_role("list", name="Deliveries").locator("> li").first
                await expect(newest).to_contain_text(standing)
            await newest.get_by_text("1 attempt").click()
            await page.get_by_label("Address").fill("nowhere")
            await page.get_by_role("button", name="Save").click()
            await expect(page.get_by_label("Address")).to_be_focused()
            found += await faults(page, axe, "html")
            await page.get_by_role("button", name="Discard").click()
            await page.get_by_role("button", name="New secret").click()
            await page.get_by_role("alertdialog").get_by_role("button", name="New secret").click()
            await expect(page.get_by_text("The secret before this one")).to_be_visible()
            await page.set_viewport_size(PHONE)
            found += await faults(page, axe, "html")
        finally:
            (await admin.delete(f"/api/v1/webhooks/{webhook['id']}")).raise_for_status()
    assert found == []
