"""A visitor who has left the site comes back by the link of an e-mail, on our own page, into the same conversation."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, Request, expect

from tests.browser.conftest import Follow, LinkTo, SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.shopper import ANSWER, QUESTION
from tests.running import Installation

REPLY = "Yes: your box leaves on Monday."


def notice(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("heading", level=1)


async def test_the_answer_is_read_elsewhere_and_the_conversation_goes_on(
    visit: Visit, sit_down: SitDown, ada: Agent, link_to: LinkTo, follow: Follow
) -> None:
    lea = await visit("Lea Left", timezone_id="Asia/Kolkata")
    await lea.open()
    await lea.say(QUESTION)
    await lea.hears(ANSWER)
    await lea.ask_for_a_person()
    link = await link_to(lea)
    await lea.context.close()
    desk = await sit_down(ada)
    await desk.open("Lea Left")
    await expect(desk.details).to_contain_text(re.compile(r"\d:\d\d.* for them · Asia/(Kolkata|Calcutta)"))
    await desk.take_over.click()
    await desk.reply("Lea Left", REPLY)

    reader = await follow(link)
    for text in (QUESTION, ANSWER, REPLY):
        await reader.hears(text)
    await expect(reader.header.get_by_role("heading", level=1)).to_have_text("Fern & Fig")
    await expect(reader.header).to_contain_text("Ada Palmer is with you")
    await expect(reader.page).to_have_title("Chat with Fern & Fig")
    await expect(reader.tap("Close chat")).to_have_count(0)
    await expect(desk.message(REPLY)).to_contain_text("Seen")

    # Both ways, live.
    await reader.say("Thank you, and the one after?")
    await expect(desk.message("Thank you, and the one after?")).to_be_visible()
    await desk.reply("Lea Left", "In four weeks.")
    await reader.hears("In four weeks.")

    # Resolved, it is taken up again by writing.
    await desk.thread.get_by_role("button", name="Resolve").click()
    await expect(reader.happened("The chat was closed")).to_be_visible()
    await reader.say("How do I skip a month?")
    await reader.hears("press Skip next box")


async def test_the_token_leaves_the_address_and_survives_a_reload(
    visit: Visit, link_to: LinkTo, follow: Follow, installation: Installation
) -> None:
    visitor = await visit("Rea Reload")
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    link = await link_to(visitor)
    token = link.partition("#")[2]

    reader = await follow("about:blank")
    asked: set[str] = set()
    referrers: set[str] = set()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def note(request: Request) -> None:
        asked.add(urlsplit(request.url).netloc)
        referrers.add(request.headers.get("referer", ""))

    reader.page.on("request", note)
    reader.page.on("console", listen)
    await reader.page.goto(link)
    await reader.hears(ANSWER)
    page = f"{installation.run['url']}/chat"
    assert reader.page.url == page
    browser = await reader.context.new_cdp_session(reader.page)
    history = await browser.send("Page.getNavigationHistory")
    assert [entry["url"] for entry in history["entries"]][-1] == page
    assert not any(token in entry["url"] for entry in history["entries"])
    await reader.input.fill("Half a sen")
    await reader.page.reload()
    await reader.hears(ANSWER)
    await expect(reader.input).to_have_value("Half a sen")
    assert reader.page.url == page

    # Nobody else was asked for anything, and nobody was told of the page.
    assert asked == {urlsplit(page).netloc}
    assert referrers == {""}
    assert complaints == []
    # It is only this tab's: another one has to be given it.
    other = await reader.context.new_page()
    await other.goto(page)
    await expect(notice(other)).to_have_text("Your chat is not open here")
    assert await other.evaluate("localStorage.length") == 0


async def test_two_links_are_two_conversations(visit: Visit, link_to: LinkTo, follow: Follow) -> None:
    links = []
    for name in ("One Own", "Two Own"):
        visitor = await visit(name)
        await visitor.open()
        await visitor.say(f"This is {name}")
        links.append(await link_to(visitor))
    reader = await follow(links[0])
    await reader.hears("This is One Own")
    # Pasted into the same tab, which changes only what stands behind the `#`.
    await reader.page.goto(links[1])
    await reader.hears("This is Two Own")
    await expect(reader.said("This is One Own")).to_have_count(0)
    assert "#" not in reader.page.url


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "Your chat is not open here"),
        ("#nothing", "This link no longer opens a chat"),
        ("#eyJhbGciOiJIUzI1NiJ9.eyJjb252ZXJzYXRpb24iOiJ4In0.c2lnbmF0dXJl", "This link no longer opens a chat"),
    ],
)
async def test_a_link_that_opens_nothing_says_what_to_do(
    token: str,
    said: str,
    follow: Follow,
    installation: Installation,
) -> None:
    page = (await follow(f"{installation.run['url']}/chat{token}")).page
    await expect(notice(page)).to_have_text(said)
    await expect(page.get_by_role("main")).to_contain_text("the chat on the website where you wrote")
    assert page.url == f"{installation.run['url']}/chat"
    if token:
        # A token that opens nothing is not kept.
        await page.reload()
        await expect(notice(page)).to_have_text("Your chat is not open here")


async def test_while_we_cannot_be_reached_it_waits(visit: Visit, link_to: LinkTo, follow: Follow) -> None:
    visitor = await visit("Wim Waits")
    await visitor.open()
    await visitor.say("Are you there?")
    reader = await follow("about:blank")
    await reader.page.route("**/widget/v1/conversation", lambda route: route.fulfill(status=503))
    await reader.page.goto(await link_to(visitor))
    await expect(notice(reader.page)).to_have_text("We cannot be reached right now")
    await reader.page.unroute("**/widget/v1/conversation")
    await reader.hears("Are you there?")
    await expect(reader.page.get_by_role("main")).to_have_count(1)


async def test_a_conversation_that_is_no_more_is_not_begun_anew(visit: Visit, link_to: LinkTo, follow: Follow) -> None:
    visitor = await visit("Gus Gone")
    await visitor.open()
    await visitor.say("Remember this")
    reader = await follow(await link_to(visitor))
    await reader.hears("Remember this")
    begun: list[str] = []
    reader.page.on("request", lambda request: begun.append(request.url))
    await reader.page.route("**/messages", lambda route: route.fulfill(status=401, json={"code": "not_signed_in"}))
    await reader.input.fill("And this")
    await reader.input.press("Enter")
    await expect(notice(reader.page)).to_have_text("This link no longer opens a chat")
    assert not any(address.endswith("/conversations") for address in begun)
