"""Why did this happen: the ledger of a conversation, as an agent reads it."""

from playwright.async_api import expect

from tests.browser.conftest import PHONE, SitDown, Visit
from tests.browser.desk import Agent


async def test_a_handoff_explains_itself_from_the_rule_to_its_end(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    visitor = await visit("Wanda Why")
    await visitor.open()
    await visitor.ask_for_a_person()
    await desk.open("Wanda Why")

    await desk.details.get_by_role("button", name="Why did this happen?").click()
    handoffs = desk.details.get_by_role("list", name="Handoffs").locator(".handoff")
    await expect(handoffs).to_have_count(1)
    await expect(handoffs.get_by_role("heading")).to_contain_text("Talk to a person · version 1")
    steps = handoffs.locator(".why-step")
    await expect(steps.nth(0)).to_contain_text("Waits for Support")
    await expect(steps.nth(0)).to_contain_text("Timer set to")
    await expect(steps.nth(1)).to_contain_text("Support was told")
    await expect(steps.nth(1)).to_contain_text("In the inbox, delivered")
    await expect(steps.last).to_contain_text("Somebody more is told")

    # It goes on by itself while it is open.
    await desk.take_over.click()
    await expect(handoffs).to_contain_text("You took over")
    await desk.reply("Wanda Why", "Hello Wanda")
    await expect(handoffs).to_contain_text("You answered")
    await expect(handoffs.locator(".why-step--next")).to_have_count(0)
    await desk.thread.get_by_role("button", name="Resolve").click()
    await expect(handoffs).to_contain_text("You resolved this")


async def test_on_a_phone_it_fits_into_the_drawer(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada, viewport=PHONE, has_touch=True, is_mobile=True)
    visitor = await visit("Phil Why")
    await visitor.open()
    await visitor.ask_for_a_person()
    await desk.row("Phil Why").get_by_role("link").tap()
    await desk.thread.get_by_role("link", name="Details").tap()
    drawer = desk.page.get_by_role("dialog", name="Details")
    await drawer.get_by_role("button", name="Why did this happen?").tap()
    await expect(drawer.get_by_role("list", name="Handoffs")).to_contain_text("Support was told")
    assert await desk.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
