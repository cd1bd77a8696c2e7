"""The widget holds: against reloads, outages, second tabs, other people's pages, and hands without a mouse."""

import asyncio
import re
from typing import Any

import httpx
from playwright.async_api import ConsoleMessage, Request, Response, Route, expect

from tests.browser.conftest import PATIENCE_MS, SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.pages import add_css, differences, looks_of_chat, looks_of_page, other_origin
from tests.browser.shopper import (
    ACCOUNT_QUESTION,
    ANSWER,
    CANCELLATION,
    PASSED_ON,
    QUESTION,
    REASON_QUESTION,
    SHALL_I,
    Shopper,
)
from tests.running import Event, Inbox, Installation

HOSTILE_CSS = """
*, *::before, *::after {
  all: unset !important; display: block !important; font: 40px/3 serif !important; color: red !important;
  margin: 20px !important; text-transform: uppercase !important; letter-spacing: 9px !important;
}
div, button, textarea, p, svg, form { display: none !important; opacity: .1 !important; visibility: hidden !important; }
:root { --surface: red; --fill: red; --text: red; --edge: 300px; --z: -1; font-size: 40px !important; }
body { transform: scale(.5) !important; filter: blur(4px) !important; pointer-events: none !important; }
#chatref { display: none !important; position: absolute !important; inset: 0 !important; zoom: 3 !important; }
"""


async def conversation_of(shopper: Shopper) -> str:
    session: dict[str, Any] = await shopper.page.evaluate("JSON.parse(localStorage.getItem('chatref:demo:session'))")
    return str(session["conversation_id"])


async def recorded(admin: httpx.AsyncClient, shopper: Shopper, text: str) -> list[Event]:
    events = await Inbox(admin).events(await conversation_of(shopper))
    return [event for event in events if event.get("text") == text]


async def test_a_reload_in_the_middle_keeps_everything(visit: Visit) -> None:
    visitor = await visit("Rita Reload")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    await visitor.say(CANCELLATION)
    await visitor.tap("Yes, please").click()
    await visitor.hears(ACCOUNT_QUESTION)
    await visitor.input.fill("FF-2041")

    await visitor.page.reload()
    for text in (QUESTION, ANSWER, CANCELLATION, SHALL_I, ACCOUNT_QUESTION):
        await expect(visitor.said(text).last).to_be_attached()
    await expect(visitor.log.locator(".turn")).to_have_count(7)
    await expect(visitor.tap("Fill in a form instead")).to_be_visible()
    await expect(visitor.input).to_have_value("FF-2041")
    await visitor.input.press("End")
    await visitor.page.keyboard.type("7")
    await visitor.page.keyboard.press("Enter")
    await visitor.hears(REASON_QUESTION)
    await visitor.say("Moving")
    await visitor.hears(PASSED_ON)


async def test_written_offline_sent_once_when_back(visit: Visit, admin: httpx.AsyncClient) -> None:
    visitor = await visit("Olaf Offline")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)

    await visitor.context.set_offline(True)
    await expect(visitor.card.get_by_text("You are offline.")).to_be_visible()
    texts = ("How do I skip a month?", "Is there a fee for cancelling?")
    for text in texts:
        await visitor.say(text)
    await expect(visitor.said(texts[0])).to_contain_text("Not sent yet. We keep trying.")
    await expect(visitor.said(texts[1])).to_be_visible()
    assert await recorded(admin, visitor, texts[0]) == []

    await visitor.context.set_offline(False)
    await visitor.hears("no cancellation fee")
    await expect(visitor.card.get_by_text("You are offline.")).to_have_count(0)
    await expect(visitor.log.get_by_text("Not sent yet.")).to_have_count(0)
    assert [len(await recorded(admin, visitor, text)) for text in texts] == [1, 1]
    mine = await visitor.log.locator(".turn.mine").all_inner_texts()
    assert [text.removeprefix("You:").strip() for text in mine] == [QUESTION, *texts]


async def test_an_answer_lost_on_its_way_doubles_nothing(visit: Visit, admin: httpx.AsyncClient) -> None:
    visitor = await visit("Luis Lost")
    await visitor.open()
    ids: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        message: dict[str, str] = route.request.post_data_json or {}
        ids.append(message["id"])
        if len(ids) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    # Nor does the widget hear by other ways that its message is there.
    deaf = re.compile("/(stream|events)")
    await visitor.page.route(deaf, lambda route: route.abort())
    await visitor.page.route("**/messages", lose_the_first_answer)
    async with visitor.page.expect_response(lambda response: response.url.endswith("/messages")):
        await visitor.say(QUESTION)
    await visitor.page.unroute(deaf)
    await visitor.hears(ANSWER)
    assert ids == [ids[0]] * 2
    await expect(visitor.said(QUESTION).and_(visitor.log.locator(".mine"))).to_have_count(1)
    assert len(await recorded(admin, visitor, QUESTION)) == 1


async def test_unsent_words_survive_a_reload(visit: Visit, admin: httpx.AsyncClient) -> None:
    visitor = await visit("Uma Unsent")
    await visitor.open()
    await visitor.page.route("**/widget/v1/conversations**", lambda route: route.abort())
    await visitor.say(QUESTION)
    await expect(visitor.said(QUESTION)).to_contain_text("Not sent yet. We keep trying.")
    await visitor.page.unroute("**/widget/v1/conversations**")
    await visitor.page.reload()
    await visitor.hears(ANSWER)
    assert len(await recorded(admin, visitor, QUESTION)) == 1


async def test_written_while_temporal_is_away_sent_once_when_it_is_back(
    visit: Visit, admin: httpx.AsyncClient, installation: Installation
) -> None:
    visitor = await visit("Tom Temporal")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    sent: list[str] = []
    answers: list[int] = []

    async def remember(response: Response) -> None:
        if response.url.endswith("/messages"):
            message: dict[str, str] = response.request.post_data_json or {}
            sent.append(message["id"])
            answers.append(response.status)

    visitor.page.on("response", remember)
    async with installation.stalled("temporal"):
        await visitor.say("How do I skip a month?")
        await expect(visitor.said("How do I skip a month?")).to_contain_text("Not sent yet. We keep trying.")
    await visitor.hears("skip")
    await expect(visitor.log.get_by_text("Not sent yet.")).to_have_count(0, timeout=2 * PATIENCE_MS)
    assert set(sent) == {sent[0]}
    assert (answers[0], answers[-1]) == (503, 202)
    assert len(await recorded(admin, visitor, "How do I skip a month?")) == 1


async def test_a_second_tab_shows_the_same(visit: Visit) -> None:
    visitor = await visit("Tara Tabs")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)

    other = Shopper(visitor.context, await visitor.context.new_page(), visitor.name)
    await other.page.goto(visitor.page.url)
    await other.launcher.click()
    await other.hears(ANSWER)
    await other.say("How do I skip a month?")
    for tab in (visitor, other):
        await tab.hears("Skip next box")
        await expect(tab.log.locator(".turn")).to_have_count(5)
    await visitor.page.bring_to_front()
    await visitor.ask_for_a_person()
    await other.hears("I am getting a colleague for you")
    assert await conversation_of(visitor) == await conversation_of(other)


async def test_what_comes_while_the_card_is_closed_is_counted(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    visitor = await visit("Cora Closed")
    await visitor.open()
    await visitor.ask_for_a_person()
    await visitor.tap("Close chat").click()
    await expect(visitor.card).to_have_count(0)
    desk = await sit_down(ada)
    await desk.open("Cora Closed")
    await desk.take_over.click()
    await desk.reply("Cora Closed", "Are you still there?")
    unread = visitor.page.get_by_role("button", name="Open chat, 1 unread")
    await expect(unread).to_be_visible()
    await expect(desk.message("Are you still there?")).not_to_contain_text("Seen")
    await unread.click()
    await visitor.hears("Are you still there?")
    await expect(desk.message("Are you still there?")).to_contain_text("Seen")
    await visitor.tap("Close chat").click()
    await expect(visitor.launcher).to_have_accessible_name("Open chat")


async def test_a_person_is_one_tap_away(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    visitor = await visit("Tom Tap")
    await visitor.open()
    await visitor.ask_for_a_person()
    await expect(visitor.tap("Talk to a person")).to_have_count(0)
    await expect(visitor.happened("We told the team")).to_be_visible()
    await expect(desk.row("Tom Tap")).to_contain_text("Talk to a person")
    await expect(desk.row("Tom Tap")).to_contain_text("asked-for-person")


async def test_by_keyboard_alone(visit: Visit) -> None:
    visitor = await visit("Kim Keys")
    keys = visitor.page.keyboard
    await visitor.launcher.focus()
    await keys.press("Enter")
    await expect(visitor.input).to_be_focused()
    await keys.type(CANCELLATION)
    await keys.press("Enter")
    await expect(visitor.tap("Yes, please")).to_be_visible()
    await expect(visitor.input).to_be_focused()
    for _ in range(2):  # the form's or No's way back leads here too
        await keys.press("Shift+Tab")
    await expect(visitor.tap("Yes, please")).to_be_focused()
    await keys.press("Enter")
    await visitor.hears(ACCOUNT_QUESTION)
    await expect(visitor.input).to_be_focused()
    await keys.press("Shift+Tab")
    await expect(visitor.tap("Fill in a form instead")).to_be_focused()
    await keys.press("Space")
    form = visitor.card.get_by_role("form", name="Your details")
    await expect(form.get_by_role("textbox", name="Account ID")).to_be_focused()
    await keys.type("FF-20417")
    await keys.press("Tab")
    await keys.type("Moving")
    await keys.press("Enter")
    await visitor.hears(PASSED_ON)
    await keys.press("Escape")
    await expect(visitor.card).to_have_count(0)
    await expect(visitor.launcher).to_be_focused()


async def test_keys_pressed_in_the_chat_do_not_reach_the_page(visit: Visit) -> None:
    visitor = await visit()
    await visitor.page.evaluate("addEventListener('keydown', (event) => (window.heard ??= []).push(event.key))")
    await visitor.open()
    await visitor.page.keyboard.type("jk")
    await expect(visitor.input).to_have_value("jk")
    assert await visitor.page.evaluate("window.heard") is None


async def test_the_pages_css_does_not_reach_the_chat(visit: Visit) -> None:
    looks = []
    for css in ("", HOSTILE_CSS):
        visitor = await visit(reduced_motion="reduce")
        await visitor.page.evaluate("document.body.replaceChildren()")
        if css:
            await add_css(visitor.page, css)
        await visitor.open()
        await visitor.say(CANCELLATION)
        await expect(visitor.tap("Yes, please")).to_be_visible()
        looks.append(await looks_of_chat(visitor.page))
    friendly, hostile = looks
    assert len(friendly) > 40
    assert differences(friendly, hostile) == []


async def test_the_chats_css_does_not_reach_the_page(visit: Visit, installation: Installation) -> None:
    visitor = await visit(reduced_motion="reduce")
    bare = await visitor.context.new_page()
    await bare.route("**/widget.js", lambda route: route.abort())
    await bare.goto(installation.run["demo_url"])
    before = await looks_of_page(bare)
    await visitor.page.bring_to_front()
    await visitor.open()
    after = await looks_of_page(visitor.page)
    assert len(before) > 100
    assert differences(before, after) == []


async def test_on_a_strict_page_of_another_origin(visit: Visit, installation: Installation) -> None:
    chatref = installation.run["url"]
    policy = f"default-src 'none'; script-src {chatref}; connect-src {chatref}"
    tag = f'<script async src="{chatref}/widget.js" data-site="demo"></script>'
    page = f"<!doctype html><html lang=en><title>Strict</title><h1>Strict</h1>{tag}</html>"
    async with other_origin(page, Content_Security_Policy=policy, Cross_Origin_Embedder_Policy="require-corp") as url:
        visitor = await visit(url=url)
        complaints: list[str] = []
        requested: list[str] = []

        def listen(message: ConsoleMessage) -> None:
            if message.type == "error":
                complaints.append(message.text)

        def note(request: Request) -> None:
            requested.append(request.url)

        visitor.page.on("console", listen)
        visitor.page.on("request", note)
        await visitor.page.reload()
        await visitor.open()
        await visitor.say(QUESTION)
        await visitor.hears(ANSWER)
        await visitor.tap("Talk to a person").click()
        await expect(visitor.card.get_by_test_id("waiting")).to_be_visible()
        assert [text for text in complaints if "favicon" not in text] == []
        assert {"/".join(address.split("/")[:3]) for address in requested} == {url.rstrip("/"), chatref}


async def test_calls_from_before_the_script_and_the_pages_own_button(visit: Visit) -> None:
    visitor = await visit()
    await visitor.page.add_init_script('(window.Chatref = window.Chatref || []).push(["open", "Hello there"]);')
    await visitor.page.reload()
    await expect(visitor.input).to_have_value("Hello there")
    await visitor.tap("Close chat").click()
    await visitor.page.get_by_role("button", name="Ask us anything").click()
    await expect(visitor.card).to_be_visible()
    heard = asyncio.ensure_future(
        visitor.page.evaluate(
            """new Promise((resolve) => {
                 const heard = [];
                 for (const name of ["message:sent", "message:received"])
                   Chatref.on(name, ({ text }) => heard.push(`${name} ${text.slice(0, 12)}`) === 2 && resolve(heard));
               })"""
        )
    )
    await visitor.say(QUESTION)
    assert await heard == ["message:sent When will my", "message:received Here is what"]
