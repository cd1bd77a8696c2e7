"""Agents have canned replies at hand in the composer: a slash where a line begins, and they choose one."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import PHONE, SitDown, Visit
from tests.browser.desk import Agent, Desk
from tests.browser.shopper import ANSWER, QUESTION, Shopper
from tests.browser.test_access import axe, faults

__all__ = ["axe"]

HELLO = "Hi Mia, this is Ada from Fern & Fig."


def options(desk: Desk) -> Locator:
    return desk.thread.get_by_role("listbox", name="Canned replies").get_by_role("option")


def gaps(desk: Desk) -> Locator:
    return desk.thread.locator(".composer").get_by_role("alert")


async def selected(area: Locator) -> str:
    return str(await area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)"))


async def taken_over(visit: Visit, desk: Desk) -> tuple[Shopper, Locator]:
    """Mia is with the agent, who is about to write."""
    mia = await visit("Mia Sommer")
    await mia.open()
    await mia.ask_for_a_person()
    await desk.open("Mia Sommer")
    await desk.take_over.click()
    reply = desk.reply_to("Mia Sommer")
    await expect(reply).to_be_focused()
    return mia, reply


async def test_one_is_found_chosen_and_sent_by_keyboard(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    mia, reply = await taken_over(visit, desk)
    keys = desk.page.keyboard
    await keys.type("Good morning!")
    await keys.press("Shift+Enter")
    await keys.type("/")
    await expect(options(desk)).to_have_count(4)
    first = options(desk).first
    await expect(first).to_have_attribute("aria-selected", "true")
    assert await reply.get_attribute("aria-activedescendant") == await first.get_attribute("id")
    await expect(desk.thread.get_by_role("status").filter(has_text="4 canned replies.")).to_be_attached()
    await keys.press("ArrowUp")
    await expect(options(desk).last).to_have_attribute("aria-selected", "true")
    await keys.press("ArrowDown")
    await expect(first).to_have_attribute("aria-selected", "true")

    await keys.type("read every")
    await expect(options(desk)).to_have_count(1)
    await expect(options(desk)).to_contain_text(HELLO)
    await keys.press("Tab")
    await expect(options(desk)).to_have_count(0)
    await expect(reply).to_be_focused()
    assert (await reply.input_value()).startswith(f"Good morning!\n{HELLO}")
    await keys.type(" Ready?")
    await keys.press("Enter")
    await mia.hears(HELLO)
    await mia.hears("Ready?")


async def test_what_the_chat_cannot_fill_in_is_not_sent_by_accident(
    visit: Visit, sit_down: SitDown, ada: Agent
) -> None:
    desk = await sit_down(ada)
    mia, reply = await taken_over(visit, desk)
    keys = desk.page.keyboard
    await keys.type("/refund")
    await keys.press("Enter")
    assert await selected(reply) == "{{detail.account_id}}"
    await expect(gaps(desk)).to_contain_text("Fill in before you send: {{detail.account_id}}, {{visitor.email}}")
    await keys.press("Enter")
    await expect(gaps(desk)).to_contain_text("Not sent yet")
    await desk.thread.get_by_role("button", name="Send", exact=True).click()
    assert await selected(reply) == "{{detail.account_id}}"
    await keys.type("FF-20417")
    await keys.press("Enter")
    assert await selected(reply) == "{{visitor.email}}"
    await keys.type("mia@example.com")
    await expect(gaps(desk)).to_be_hidden()
    await keys.press("Enter")
    await mia.hears("your refund for account FF-20417")
    await expect(reply).to_have_value("")
    await expect(mia.said("{{")).to_have_count(0)

    await keys.type("You write {{visitor.name}} there")
    await keys.press("Enter")
    await desk.thread.get_by_role("button", name="Send as it is").click()
    await mia.hears("You write {{visitor.name}} there")
    await expect(gaps(desk)).to_be_hidden()


async def test_a_slash_may_be_a_slash(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    mia, reply = await taken_over(visit, desk)
    keys = desk.page.keyboard
    await keys.type("/")
    await expect(options(desk)).to_have_count(4)
    await keys.press("Escape")
    await expect(options(desk)).to_have_count(0)
    await expect(reply).to_be_focused()
    await keys.press("Enter")
    await expect(mia.log.get_by_text("/", exact=True)).to_be_visible()
    await keys.type("/help/shipping")
    await expect(options(desk)).to_have_count(0)
    await keys.press("Enter")
    await mia.hears("/help/shipping")
    await keys.type("this and/or")
    await expect(options(desk)).to_have_count(0)
    await keys.press("Enter")
    await mia.hears("this and/or")
    # The next slash is looked up again.
    await keys.type("/hel")
    await expect(options(desk)).to_have_count(1)


async def test_those_of_ones_own_team_come_first(visit: Visit, sit_down: SitDown, bo: Agent) -> None:
    desk = await sit_down(bo)
    mia = await visit("Mia Sommer")
    await mia.open()
    await mia.ask_for_a_person()
    await desk.view("All live").click()
    await desk.open("Mia Sommer")
    await desk.take_over.click()
    await desk.reply_to("Mia Sommer").press_sequentially("/")
    await expect(options(desk).first).to_contain_text("The refund is on its way")
    await expect(options(desk).first).to_contain_text("Billing")


async def test_by_mouse_and_in_a_note_while_the_assistant_answers(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    mia = await visit("Mia Sommer")
    await mia.open()
    await mia.say(QUESTION)
    await mia.hears(ANSWER)
    await desk.view("All live").click()
    await desk.open("Mia Sommer")
    await expect(desk.thread.get_by_role("button", name="Canned replies")).to_have_count(0)
    await desk.thread.get_by_role("button", name="Private note").click()
    note = desk.thread.get_by_role("textbox", name="Private note")
    await note.fill("For later:")
    await desk.thread.get_by_role("button", name="Canned replies").click()
    await options(desk).filter(has_text="/hello").hover()
    await expect(options(desk).filter(has_text="/hello")).to_have_attribute("aria-selected", "true")
    await options(desk).filter(has_text="/hello").click()
    await expect(note).to_be_focused()
    assert (await note.input_value()).startswith(f"For later:\n{HELLO}")
    await desk.page.keyboard.press("Enter")
    await expect(desk.message(HELLO)).to_be_visible()
    await expect(mia.said(HELLO)).to_have_count(0)
    await note.press_sequentially("/")
    await expect(options(desk)).to_have_count(4)
    await desk.details.click(position={"x": 5, "y": 5})
    await expect(options(desk)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_choose_one(scheme: str, axe: str, visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada, color_scheme=scheme, reduced_motion="reduce")
    _, reply = await taken_over(visit, desk)
    found: list[str] = []
    for size in (None, PHONE):
        if size:
            await desk.page.set_viewport_size(size)
        await reply.fill("")
        await reply.press_sequentially("/")
        await expect(options(desk)).to_have_count(4)
        found += await faults(desk.page, axe, "html")
        await reply.press_sequentially("ref")
        await expect(options(desk)).to_have_count(1)
        for _ in range(2):
            await reply.press("Enter")
        await expect(gaps(desk)).to_contain_text("Not sent yet")
        found += await faults(desk.page, axe, "html")
        assert await desk.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert found == []
