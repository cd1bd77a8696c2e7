"""An alert in the open inbox sounds, and again until the agent is seen to be there or nobody waits any more."""

import asyncio
import json
import re
from typing import Any

import httpx
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import SitDown, Visit
from tests.browser.desk import Agent, Desk
from tests.browser.shopper import Shopper
from tests.running import Inbox, eventually

EVERY_MS = 300
NOTES_OF_A_CHIME = 2
_COUNT_THE_NOTES = """
globalThis.notes = 0;
const make = BaseAudioContext.prototype.createOscillator;
BaseAudioContext.prototype.createOscillator = function () { notes += 1; return make.call(this); };
"""


async def chimes(page: Page) -> int:
    return int(await page.evaluate("notes")) // NOTES_OF_A_CHIME


async def rings(page: Page, times: int) -> None:
    async def rung() -> bool:
        return await chimes(page) >= times

    await eventually(rung, f"it rings {times} times")


async def rests(*pages: Page) -> None:
    before = [await chimes(page) for page in pages]
    await asyncio.sleep(4 * EVERY_MS / 1000)
    assert [await chimes(page) for page in pages] == before


async def listening(context: BrowserContext, agent: Agent) -> None:
    """From now on, pages of this browser count what they sound, and do not wait long to sound it again."""
    choice = json.dumps(json.dumps({"everyMs": EVERY_MS}))
    key = json.dumps(f"chatref.sound.{agent.id}")
    keep = f"if (location.protocol !== 'about:') localStorage[{key}] ??= {choice};"
    await context.add_init_script(f"{_COUNT_THE_NOTES}\n{keep}")


async def ready(page: Page) -> Page:
    """Touched once, as browsers want before a page may sound."""
    await expect(page.get_by_role("heading", name="Needs a human")).to_be_visible()
    await page.keyboard.press("Shift")
    return page


async def at_the_desk(sit_down: SitDown, agent: Agent) -> Desk:
    desk = await sit_down(agent)
    await listening(desk.context, agent)
    await desk.page.reload()
    await ready(desk.page)
    return desk


async def waits(visitor: Shopper, admin: httpx.AsyncClient, agent: Agent) -> str:
    """The visitor waits, and no further alert is due soon: the team was told, and the agent offered the chat."""
    await visitor.open()
    await visitor.ask_for_a_person()
    session: dict[str, Any] = await visitor.page.evaluate("JSON.parse(localStorage.getItem('chatref:demo:session'))")
    conversation = str(session["conversation_id"])

    async def offered() -> bool:
        return any(event["data"].get("agent") == agent.id for event in await Inbox(admin).events(conversation))

    await eventually(offered, f"{agent.name} is offered the chat")
    return conversation


async def test_an_alert_rings_until_the_agent_is_back(
    visit: Visit, sit_down: SitDown, ada: Agent, admin: httpx.AsyncClient
) -> None:
    desk = await at_the_desk(sit_down, ada)
    await waits(await visit("Rosa Rings"), admin, ada)
    await rings(desk.page, 5)
    await expect(desk.page).to_have_title("(1) Rosa Rings is waiting")
    await desk.page.keyboard.press("Shift")
    await expect(desk.page).to_have_title("(1) Needs a human · Chatref")
    await rests(desk.page)


async def test_an_alert_rings_until_somebody_else_has_taken_it(
    visit: Visit, sit_down: SitDown, ada: Agent, admin: httpx.AsyncClient
) -> None:
    desk = await at_the_desk(sit_down, ada)
    conversation = await waits(await visit("Tess Taken"), admin, ada)
    await rings(desk.page, 3)
    (await admin.post(f"/api/v1/conversations/{conversation}/claim", json={})).raise_for_status()
    await expect(desk.page).to_have_title(re.compile("Needs a human"))
    await rests(desk.page)


async def test_of_two_tabs_one_rings_and_either_is_looked_at(
    visit: Visit, sit_down: SitDown, ada: Agent, admin: httpx.AsyncClient
) -> None:
    first = (await at_the_desk(sit_down, ada)).page
    second = await first.context.new_page()
    await second.goto(first.url)
    await ready(second)
    await waits(await visit("Dora Doubled"), admin, ada)
    await rings(first, 3)
    await expect(second).to_have_title("(1) Dora Doubled is waiting")
    await second.keyboard.press("Shift")
    await rests(first, second)
    assert await chimes(second) == 0
    await expect(first).to_have_title("(1) Needs a human · Chatref")


async def test_an_agent_may_have_it_ring_once_or_not_at_all(
    visit: Visit, sit_down: SitDown, ada: Agent, admin: httpx.AsyncClient
) -> None:
    desk = await at_the_desk(sit_down, ada)
    page = desk.page
    await page.get_by_role("button", name=f"Account of {ada.name}").click()
    sound = page.get_by_role("menuitemcheckbox", name="Sound when somebody waits for me")
    again = page.get_by_role("menuitemcheckbox", name="Repeat it until I have seen it")
    await expect(sound).to_be_checked()
    await again.click()
    await expect(again).not_to_be_checked()
    await page.keyboard.press("Escape")
    await page.reload()
    await ready(page)
    olga = await waits(await visit("Olga Once"), admin, ada)
    await rings(page, 1)
    await rests(page)
    assert await chimes(page) <= 2, "once for the team's alert, once for the offer"

    await page.get_by_role("button", name=f"Account of {ada.name}").click()
    await expect(again).not_to_be_checked()
    await sound.click()
    await expect(again).to_be_disabled()
    await page.keyboard.press("Escape")
    # Whoever considers one chat is not offered another.
    (await admin.post(f"/api/v1/conversations/{olga}/claim", json={})).raise_for_status()
    before = await chimes(page)
    await waits(await visit("Quinn Quiet"), admin, ada)
    await expect(desk.toasts.filter(has_text="Quinn Quiet is waiting")).to_be_visible()
    await rests(page)
    assert await chimes(page) == before
