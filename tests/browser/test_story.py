"""The story that Chatref is for: from a question to the assistant, over a person who takes over, to the chat's end."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PATIENCE_MS, SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.shopper import (
    ACCOUNT_QUESTION,
    ANSWER,
    CANCELLATION,
    PASSED_ON,
    QUESTION,
    REASON_QUESTION,
    SHALL_I,
    SOURCE,
)


async def test_from_a_question_to_the_end_and_back_again(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada, signed_in=False)
    await desk.sign_in()
    await expect(desk.page.get_by_text("Nobody is waiting")).to_be_visible()
    await expect(desk.page).to_have_title("Needs a human · Chatref")

    # The visitor asks, and is answered from the shop's own pages.
    mia = await visit("Mia Sommer")
    await mia.open()
    await mia.say(QUESTION)
    await mia.hears(ANSWER)
    await mia.tap(SOURCE).click()
    await expect(mia.log.get_by_role("blockquote")).to_contain_text(ANSWER)

    # She asks for what needs a person, is asked to confirm, and gives what that person will need.
    await mia.say(CANCELLATION)
    await mia.hears(SHALL_I)
    await mia.tap("Yes, please").click()
    await mia.hears(ACCOUNT_QUESTION)
    await mia.say("it is on the blue card")
    await mia.hears("I could not read an account ID in that")
    await mia.say("FF-20417")
    await mia.hears(REASON_QUESTION)
    await expect(desk.rows).to_have_count(0)
    await mia.say("I am moving house")
    await mia.hears(PASSED_ON)
    await expect(mia.card.get_by_test_id("waiting")).to_contain_text("The team has been told")

    # The agent is called, and sees who waits, how long, and why.
    await expect(desk.page).to_have_title("(1) Mia Sommer is waiting")
    await expect(desk.toasts.filter(has_text="Mia Sommer is waiting")).to_contain_text("Cancel subscription")
    row = desk.row("Mia Sommer")
    await expect(row).to_contain_text("Cancel subscription")
    await expect(row).to_contain_text("high · Support · cancellation")
    await expect(row).to_contain_text("Nobody has this yet")
    wait = row.get_by_role("timer")
    before = await wait.inner_text()
    assert re.match(r"\d+:\d\d", before)
    await expect(wait).not_to_have_text(before)

    # Opened, everything is there.
    await desk.open("Mia Sommer")
    for text in (QUESTION, ANSWER, CANCELLATION, SHALL_I, "it is on the blue card", "I am moving house", PASSED_ON):
        await expect(desk.message(text).last).to_be_visible()
    await expect(desk.happened("Flagged for Support · Cancel subscription")).to_contain_text(CANCELLATION)
    await expect(desk.happened("Support was told")).to_be_visible()
    await expect(desk.details).to_contain_text(re.compile(r"Account ID\s*FF-20417"))
    await expect(desk.details).to_contain_text(re.compile(r"Reason\s*I am moving house"))
    await expect(desk.details).to_contain_text("Fern & Fig")

    # She takes over with one click and has the caret. The visitor goes on in the same thread, now with her.
    await desk.take_over.click()
    await expect(desk.reply_to("Mia Sommer")).to_be_focused()
    await expect(desk.happened("You took over")).to_be_visible()
    await expect(mia.happened("Ada Palmer joined the chat")).to_be_visible()
    await expect(mia.header).to_contain_text("Ada Palmer is with you")
    await expect(mia.said(QUESTION)).to_have_count(2)

    # They talk, live.
    await desk.reply_to("Mia Sommer").press_sequentially("Hello")
    await expect(mia.card.get_by_role("status", name="Ada Palmer is writing")).to_be_visible()
    await desk.reply("Mia Sommer", "Hello Mia, shall I end it today?")
    await mia.hears("Hello Mia, shall I end it today?")
    await mia.input.press_sequentially("Yes")
    await expect(desk.log).to_contain_text("Mia Sommer is typing")
    await mia.say("Yes, today is fine")
    await expect(desk.message("Yes, today is fine")).to_be_visible()

    # What is between agents stays there.
    await desk.page.keyboard.press("Alt+p")
    await desk.thread.get_by_role("textbox", name="Private note").fill("Second move this year")
    await desk.page.keyboard.press("Enter")
    await expect(desk.message("Second move this year")).to_be_visible()
    await desk.thread.get_by_role("tab", name="Reply").click()
    await desk.reply("Mia Sommer", "Done. All the best in the new house!")
    await mia.hears("Done. All the best in the new house!")
    await expect(mia.said("Second move")).to_have_count(0)

    # It is settled, and the visitor says how it was.
    await desk.thread.get_by_role("button", name="Resolve").click()
    await expect(desk.happened("You resolved this")).to_be_visible()
    await expect(desk.rows).to_have_count(0)
    await expect(mia.happened("The chat was closed")).to_be_visible()
    await mia.card.get_by_role("radio", name="5 stars").check(force=True)
    await mia.card.get_by_role("textbox", name="Anything to add?").fill("Quick and kind")
    await mia.tap("Send rating").click()
    await expect(mia.card.get_by_text("Thank you for your rating.")).to_be_visible()
    await expect(desk.happened("The visitor rated this 5 of 5")).to_be_visible()

    # She comes back to the same thread, and the assistant is there again.
    await mia.say("How do I skip a month?")
    await mia.hears("press Skip next box")
    await expect(mia.said("Hello Mia, shall I end it today?")).to_be_visible()
    await expect(desk.happened("The visitor is back · reopened")).to_be_visible()
    await desk.view("All live").click()
    await expect(desk.row("Mia Sommer")).to_contain_text("The assistant has this")


async def test_the_details_given_in_a_form(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    noah = await visit("Noah Form")
    await noah.open()
    await noah.say(CANCELLATION)
    await noah.tap("Yes, please").click()
    await noah.tap("Fill in a form instead").click()
    form = noah.card.get_by_role("form", name="Your details")
    await expect(form.get_by_role("textbox", name="Account ID")).to_be_focused()
    await noah.page.keyboard.type("FF-30555")
    await form.get_by_role("textbox", name="Reason").fill("Too many plants")
    await form.get_by_role("button", name="Send details").click()
    await noah.hears(PASSED_ON)
    await expect(noah.said(REASON_QUESTION)).to_have_count(0)

    desk = await sit_down(ada)
    await desk.open("Noah Form")
    await expect(desk.details).to_contain_text(re.compile(r"Account ID\s*FF-30555"))
    await expect(desk.details).to_contain_text(re.compile(r"Reason\s*Too many plants"))


async def test_no_to_the_confirmation_keeps_the_assistant(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    visitor = await visit("Nina Nevermind")
    await visitor.open()
    await visitor.say(CANCELLATION)
    await visitor.tap("No").click()
    await expect(visitor.log.locator('[data-author="assistant"]')).to_have_count(2)
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    await expect(desk.rows).to_have_count(0)
    await desk.view("All live").click()
    await expect(desk.row("Nina Nevermind")).to_contain_text("The assistant has this")


async def test_two_agents_take_over_at_once(visit: Visit, sit_down: SitDown, ada: Agent, bo: Agent) -> None:
    desks = {agent.first_name: await sit_down(agent) for agent in (ada, bo)}
    visitor = await visit("Rosa Race")
    await visitor.open()
    await visitor.ask_for_a_person()

    # Both click before either's claim is on its way.
    async with gate([desk.page for desk in desks.values()], "**/claim") as clicked:
        for desk in desks.values():
            row = desk.row("Rosa Race")
            await row.hover()
            await row.get_by_role("button", name="Take over").click()
        await clicked

    told = visitor.log.locator(".hairline").filter(has_text="joined the chat")
    await expect(told).to_have_count(1)
    winner = (await told.inner_text()).split()[0]
    [loser] = {"Ada", "Bo"} - {winner}
    won, lost = desks[winner], desks[loser]

    await expect(lost.toasts.filter(has_text=re.compile(f"{winner} took this"))).to_be_visible()
    await expect(lost.thread).to_contain_text(f"{won.agent.name} has this")
    await expect(lost.thread).to_contain_text(f"{won.agent.name} is answering Rosa Race.")
    await expect(lost.reply_to("Rosa Race")).to_have_count(0)
    await expect(won.reply_to("Rosa Race")).to_be_focused()
    await expect(won.toasts.filter(has_text="took this")).to_have_count(0)
    await won.reply("Rosa Race", "I am here, Rosa")
    await visitor.hears("I am here, Rosa")
    await expect(lost.message("I am here, Rosa")).to_be_visible()


async def test_agents_see_each_others_claims_at_once(visit: Visit, sit_down: SitDown, ada: Agent, bo: Agent) -> None:
    first, second = await visit("Cleo One"), await visit("Theo Two")
    for visitor in (first, second):
        await visitor.open()
        await visitor.ask_for_a_person()
    ada_s, bo_s = await sit_down(ada), await sit_down(bo)
    for desk in (ada_s, bo_s):
        await desk.view("All live").click()
        await expect(desk.row("Cleo One")).to_contain_text("Nobody has this yet")
        await expect(desk.row("Theo Two")).to_contain_text("Nobody has this yet")

    for desk, other, name in ((ada_s, bo_s, "Cleo One"), (bo_s, ada_s, "Theo Two")):
        await desk.row(name).hover()
        await desk.row(name).get_by_role("button", name="Take over").click()
        await expect(desk.row(name)).to_contain_text("You have this")
        await expect(other.row(name)).to_contain_text(f"{desk.agent.name} has this")
        await expect(other.row(name).get_by_role("button", name="Take over")).to_have_count(0)


async def test_passed_on_to_a_team_a_person_and_the_assistant(
    visit: Visit, sit_down: SitDown, ada: Agent, bo: Agent
) -> None:
    visitor = await visit("Pia Passed")
    await visitor.open()
    await visitor.ask_for_a_person()
    ada_s, bo_s = await sit_down(ada), await sit_down(bo)
    await ada_s.open("Pia Passed")
    await ada_s.take_over.click()
    await expect(visitor.header).to_contain_text("Ada Palmer is with you")

    # To another team: it waits again, for them, and they are called.
    await ada_s.pass_on("Billing")
    await expect(ada_s.happened("You passed this to Billing")).to_be_visible()
    await expect(visitor.happened("We asked the team again")).to_be_visible()
    await expect(visitor.header).to_contain_text("Waiting for a person")
    await expect(bo_s.toasts.filter(has_text="Pia Passed is waiting")).to_be_visible()
    await expect(bo_s.row("Pia Passed")).to_contain_text("Billing")

    # From one person to another: the visitor has somebody all the time.
    await bo_s.open("Pia Passed")
    await bo_s.take_over.click()
    await expect(visitor.header).to_contain_text("Bo Lindqvist is with you")
    await bo_s.pass_on("Ada Palmer")
    await expect(visitor.header).to_contain_text("Ada Palmer is with you")
    await expect(ada_s.happened("Bo passed this to you")).to_be_visible()
    await expect(ada_s.reply_to("Pia Passed")).to_be_visible()

    # Back to the assistant, which answers again.
    await ada_s.thread.get_by_role("button", name="Return to the assistant").click()
    await expect(visitor.happened("The assistant is back in the chat")).to_be_visible()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    await expect(ada_s.message(ANSWER)).to_be_visible()
    await expect(ada_s.take_over).to_be_visible()


async def test_an_agent_steps_in_while_the_assistant_serves(visit: Visit, sit_down: SitDown, ada: Agent) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.say(QUESTION)
    await visitor.hears(ANSWER)
    desk = await sit_down(ada)
    await expect(desk.rows).to_have_count(0)
    await desk.view("All live").click()
    # Nobody has said who this is: they have a name all the same, and it is the same everywhere.
    await expect(desk.rows).to_have_count(1)
    name = await desk.rows.locator(".row__name").inner_text()
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", name)
    await desk.open(name)
    await desk.thread.get_by_role("group", name="Actions").get_by_role("button", name="Take over").click()
    await desk.reply(name, "Your box left this morning, by the way")
    await visitor.hears("Your box left this morning")
    await visitor.say("How do I skip a month?")
    await expect(desk.message("How do I skip a month?")).to_be_visible()
    await visitor.say("Never mind, found it")
    await expect(desk.message("Never mind, found it")).to_be_visible()
    # The assistant keeps quiet: its one answer from before stays its only one.
    await desk.reply(name, "Glad to hear it")
    await visitor.hears("Glad to hear it")
    await expect(visitor.log.locator('[data-author="assistant"]')).to_have_count(1)


@asynccontextmanager
async def gate(pages: list[Page], url: str) -> AsyncIterator[Awaitable[None]]:
    """Holds one request of each page back until each has sent one. Inside, await that; then all go on at once."""
    held: list[Route] = []
    all_held = asyncio.get_running_loop().create_future()

    async def hold(route: Route) -> None:
        held.append(route)
        if len(held) == len(pages):
            all_held.set_result(None)

    for page in pages:
        await page.route(url, hold)
    yield asyncio.wait_for(all_held, PATIENCE_MS / 1000)
    await asyncio.gather(*(route.continue_() for route in held))
    for page in pages:
        await page.unroute(url)
