"""Takes the documentation's pictures anew: `python -m pytest tests/browser/screenshots.py`."""

from pathlib import Path

import httpx
from playwright.async_api import FloatRect, expect

from tests.browser.conftest import SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.shopper import ANSWER, CANCELLATION, PASSED_ON, QUESTION, Shopper

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CRISP = 2
INBOX = {"width": 1440, "height": 800}
SHOP = {"width": 1100, "height": 760}
CARD: FloatRect = {"x": SHOP["width"] - 470, "y": 0, "width": 470, "height": SHOP["height"]}
POLICY = {"ladder": [{"after": "PT40S", "audience": "team"}, {"after": "PT3M", "audience": "everybody"}]}
"""Short enough for a wait to show its colour."""


async def test_a_handoff_seen_from_both_sides(
    visit: Visit, sit_down: SitDown, ada: Agent, admin: httpx.AsyncClient
) -> None:
    (await admin.put("/api/v1/service-policy", json=POLICY)).raise_for_status()
    others = [("Daniel Okafor", "I want my money back, my fern arrived broken"), ("Yuki Tanaka", "")]
    for name, text in others:
        await _needs_a_person(await visit(name), text)
    curious = await visit()
    await curious.open()
    await curious.say("How often should I water my monstera?")

    mia = await visit("Mia Sommer", viewport=SHOP, device_scale_factor=CRISP, reduced_motion="reduce")
    desk = await sit_down(ada, viewport=INBOX, device_scale_factor=CRISP, reduced_motion="reduce")
    await mia.open()
    await mia.say(QUESTION)
    await mia.hears(ANSWER)
    await mia.say(CANCELLATION)
    await mia.tap("Yes, please").click()
    await mia.say("FF-20417")
    await mia.say("I am moving to another country")
    await mia.hears(PASSED_ON)
    await desk.open("Mia Sommer")
    await desk.take_over.click()
    await desk.reply(
        "Mia Sommer", "Hi Mia, Ada here. I have your account in front of me. Shall I end it with this month?"
    )
    await mia.hears("Hi Mia, Ada here.")
    await mia.say("Yes please, that would be perfect!")
    await expect(desk.message("that would be perfect")).to_be_visible()
    await expect(desk.row("Daniel Okafor").locator(".wait--soon")).to_be_visible(timeout=60_000)
    await expect(desk.toasts).to_have_count(0)
    await desk.page.mouse.move(0, 0)
    IMAGES.mkdir(parents=True, exist_ok=True)
    await desk.page.screenshot(path=IMAGES / "inbox.png")
    await mia.page.screenshot(path=IMAGES / "widget.png", clip=CARD)


async def _needs_a_person(visitor: Shopper, text: str) -> None:
    await visitor.open()
    if not text:
        return await visitor.ask_for_a_person()
    await visitor.say(text)
    await visitor.say("104233")
    await visitor.say("The pot was in pieces")
    await visitor.hears("I have passed your refund request on")
