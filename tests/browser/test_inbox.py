"""The inbox: by keyboard, on a phone, across outages, and on the first day."""

import asyncio
import re
import signal
from pathlib import Path

from playwright.async_api import expect

from chatref.embedded.ports import free_ports
from tests.browser.conftest import PATIENCE_MS, PHONE, SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.shopper import ANSWER, QUESTION, SOURCE, Shopper
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD, Installation


async def test_a_wrong_password_is_said_to_be_one(sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada, signed_in=False)
    page = desk.page
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type(ada.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type("not the password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("That e-mail and password do not belong together.")
    await expect(page.get_by_label("E-mail")).to_have_value(ada.email)
    await desk.sign_in()
    await page.get_by_role("button", name=f"Account of {ada.name}").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Chatref")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Sign in to Chatref")).to_be_visible()


async def test_by_keyboard_alone(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    visitors = [await visit(name) for name in ("Fay First", "Sam Second")]
    desk = await sit_down(ada)
    for visitor in visitors:
        await visitor.open()
        await visitor.ask_for_a_person()
        await expect(desk.row(visitor.name)).to_be_visible()
    keys = desk.page.keyboard
    first, second = (desk.row(visitor.name).get_by_role("link") for visitor in visitors)

    # Whoever waits longest comes first.
    await keys.press("j")
    await expect(first).to_be_focused()
    await keys.press("j")
    await expect(second).to_be_focused()
    await keys.press("j")
    await expect(second).to_be_focused()
    await keys.press("k")
    await expect(first).to_be_focused()
    await keys.press("Enter")
    await expect(desk.thread.get_by_role("heading", name="Fay First")).to_be_visible()
    await keys.press("a")
    await expect(desk.reply_to("Fay First")).to_be_focused()
    await keys.type("Hello, a person here")
    await keys.press("Enter")
    await visitors[0].hears("Hello, a person here")
    await keys.press("Alt+e")
    await expect(visitors[0].happened("The chat was closed")).to_be_visible()

    # From the list straight into the next one. Letters that are typed are no commands.
    await keys.press("Escape")
    await keys.press("j")
    await expect(second).to_be_focused()
    await keys.press("a")
    await expect(desk.reply_to("Sam Second")).to_be_focused()
    await keys.type("ja")
    await expect(desk.reply_to("Sam Second")).to_have_value("ja")
    await keys.press("Escape")
    await keys.press("r")
    await expect(desk.reply_to("Sam Second")).to_be_focused()
    await keys.press("Alt+p")
    await expect(desk.thread.get_by_role("textbox", name="Private note")).to_be_focused()
    await keys.press("Escape")
    await keys.press("?")
    await expect(desk.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await keys.press("Escape")
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)


async def test_on_a_phone_one_thing_at_a_time(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada, viewport=PHONE, has_touch=True, is_mobile=True)
    page = desk.page
    visitor = await visit("Paul Phone", viewport=PHONE, has_touch=True, is_mobile=True)
    await visitor.launcher.tap()
    await expect(visitor.card).to_be_focused()
    box = await visitor.card.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (PHONE["width"], PHONE["height"])
    await visitor.ask_for_a_person()

    row = desk.row("Paul Phone")
    await expect(row).to_be_visible()
    await expect(desk.thread).not_to_be_visible()
    await row.get_by_role("link").tap()
    await expect(desk.thread.get_by_role("heading", name="Paul Phone")).to_be_visible()
    await expect(row).not_to_be_visible()
    await desk.take_over.tap()
    await desk.reply("Paul Phone", "Hello Paul")
    await visitor.hears("Hello Paul")

    await desk.thread.get_by_role("link", name="Details").tap()
    drawer = page.get_by_role("dialog", name="Details")
    await expect(drawer).to_contain_text("asked-for-person")
    await drawer.get_by_role("button", name="Back to the conversation").tap()
    await expect(drawer).to_have_count(0)
    await desk.thread.get_by_role("link", name="Back to the list").tap()
    await expect(desk.thread).not_to_be_visible()
    await page.get_by_role("button", name="Views").tap()
    await desk.view("Mine").tap()
    await expect(page.get_by_role("heading", name="Mine")).to_be_visible()
    await expect(row).to_be_visible()
    for each in (page, visitor.page):
        assert await each.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_the_details_begin_with_what_the_visitor_wants_and_what_was_tried(
    visit: Visit, sit_down: SitDown, ada: Agent
) -> None:
    desk = await sit_down(ada)
    visitor = await visit("Sue Summary")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    await visitor.say("Who won the world cup?")
    await visitor.hears("I would rather not guess")
    await visitor.say("Hi. Can I talk to a human?")
    await visitor.hears("I am getting a colleague for you")
    await desk.open("Sue Summary")

    wants = desk.details.locator(".card").filter(has_text="What they want")
    await expect(wants.locator("blockquote")).to_have_text([f"“{QUESTION}”", "“Who won the world cup?”"])
    why = desk.details.locator(".card").filter(has_text="Why a person")
    await expect(why).to_contain_text("“Can I talk to a human?”")
    tried = desk.details.locator(".card").filter(has_text="What was tried").get_by_role("listitem")
    await expect(tried).to_have_count(2)
    await expect(tried.nth(0)).to_contain_text(SOURCE)
    await expect(tried.nth(1)).to_contain_text("Had no answer")


async def test_an_outage_of_the_network_misses_nothing(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    known, new = await visit("Kay Known"), await visit("Nel New")
    await known.open()
    await known.ask_for_a_person()
    await desk.open("Kay Known")
    await desk.take_over.click()
    await expect(known.header).to_contain_text("Ada Palmer")

    await desk.context.set_offline(True)
    await expect(desk.page.get_by_text("No connection right now.")).to_be_visible()
    await desk.reply("Kay Known", "Written in a tunnel")
    await expect(desk.log.get_by_text("Not sent yet, trying again")).to_be_visible()
    await known.say("Are you there?")
    await new.open()
    await new.ask_for_a_person()
    await expect(known.said("Written in a tunnel")).to_have_count(0)
    await expect(desk.row("Nel New")).to_have_count(0)

    await desk.context.set_offline(False)
    await expect(desk.message("Are you there?")).to_be_visible()
    await expect(desk.row("Nel New")).to_be_visible()
    await expect(desk.toasts.filter(has_text="Nel New is waiting")).to_be_visible()
    await known.hears("Written in a tunnel")
    await expect(known.said("Written in a tunnel")).to_have_count(1)
    await expect(desk.message("Written in a tunnel")).to_have_count(1)
    await expect(desk.page.get_by_text("No connection right now.")).to_have_count(0)
    await expect(desk.page).to_have_title(re.compile(r"^\(1\) "))


async def test_a_restart_of_the_api_misses_nothing(
    visit: Visit, sit_down: SitDown, ada: Agent, installation: Installation
) -> None:
    desk = await sit_down(ada)
    visitor = await visit("Kit Killed")
    await visitor.open()
    await visitor.ask_for_a_person()
    await desk.open("Kit Killed")
    await desk.take_over.click()
    await desk.reply("Kit Killed", "Before")
    await visitor.hears("Before")

    replaced = asyncio.create_task(installation.kill("api"))
    await visitor.say("Said while nobody listened")
    await desk.reply("Kit Killed", "And so was this")
    await replaced

    for person in (visitor, desk):
        for text in ("Said while nobody listened", "And so was this"):
            shown = visitor.said(text) if person is visitor else desk.message(text)
            # Until the API is there again, and for as long as a pause between two attempts may be.
            await expect(shown).to_have_count(1, timeout=2 * PATIENCE_MS)
    await expect(visitor.log.get_by_text("Not sent yet")).to_have_count(0)
    await expect(desk.log.get_by_text("Not sent yet")).to_have_count(0)
    await visitor.say("After")
    await expect(desk.message("After")).to_be_visible()
    await desk.reply("Kit Killed", "All is well")
    await visitor.hears("All is well")


async def test_new_rows_do_not_move_what_the_pointer_is_on(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    await desk.view("All live").click()
    early, late = await visit("Eva Early"), await visit("Lea Late")
    await early.open()
    await early.say(QUESTION)
    await desk.row("Eva Early").hover()
    await late.open()
    await late.say(QUESTION)
    await desk.page.get_by_role("button", name="1 new").click()
    await expect(desk.rows.first).to_contain_text("Lea Late")


async def test_the_first_day(tmp_path: Path, sit_down: SitDown) -> None:
    fresh = Installation(tmp_path, free_ports(1)[0])
    await fresh.start()
    try:
        admin = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)
        desk = await sit_down(admin, signed_in=False, url=fresh.run["inbox_url"])
        await desk.sign_in()
        await expect(desk.page.get_by_text("Nobody is waiting")).to_be_visible()
        await expect(desk.thread.get_by_role("heading", name="Welcome")).to_be_visible()
        await expect(desk.thread.get_by_role("code")).to_have_text(
            f'<script async src="{fresh.run["url"]}/widget.js" data-site="demo"></script>'
        )
        async with desk.context.expect_page() as opened:
            await desk.thread.get_by_role("link", name="Open the demo shop").click()
        visitor = Shopper(desk.context, await opened.value, "")
        await visitor.open()
        await visitor.ask_for_a_person()
        await desk.page.bring_to_front()
        await expect(desk.rows).to_have_count(1)
        await expect(desk.rows.first).to_contain_text("Talk to a person")
        await expect(desk.thread.get_by_role("heading", name="Welcome")).to_have_count(0)
    finally:
        await fresh.stop(signal.SIGTERM)
