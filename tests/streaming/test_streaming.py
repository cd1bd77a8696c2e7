"""The answer as it is written: the visitor sees it grow, an agent who looks on sees it too, and it can be taken back.

The model's server holds each answer at the places that the test chose, so that what is looked at stays as it is.
"""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import SitDown, Visit
from tests.browser.desk import Agent, Desk
from tests.browser.shopper import Shopper
from tests.browser.test_access import faults
from tests.openai_server import Hold, OpenAIServer, decides, writes
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

BEGUN = "Your fern likes"
MORE = " a shady place,"
REST = " and a little water every week."
WHOLE = BEGUN + MORE + REST
OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)
QUESTION = "hello, how is my fern?"


def being_written(shopper: Shopper) -> Locator:
    return shopper.log.locator(".draft")


def said_to_be_written(shopper: Shopper) -> Locator:
    """What a screen reader says of it."""
    return shopper.card.get_by_role("status").filter(has_text="Assistant is writing")


def watched(desk: Desk) -> Locator:
    return desk.log.locator(".message--draft")


async def look_on(desk: Desk, visitor: str) -> None:
    await desk.view("All live").click()
    await desk.open(visitor)


async def test_the_visitor_and_a_watching_agent_see_the_answer_grow_and_become_the_message(
    visit: Visit, sit_down: SitDown, ada: Agent, model: OpenAIServer
) -> None:
    first, second, last = Hold(), Hold(), Hold()
    model.plan(decides("converse", reply="Hi Wanda!"), writes("converse", first, BEGUN, second, MORE, last, REST))
    wanda = await visit("Wanda Watched")
    desk = await sit_down(ada)
    await wanda.open()
    await wanda.say("hello there, are you in?")
    await wanda.hears("Hi Wanda!")
    await look_on(desk, "Wanda Watched")

    await wanda.say(QUESTION)
    await expect(wanda.log.locator(".dots")).to_be_visible()
    await expect(said_to_be_written(wanda)).to_have_count(1)
    await expect(desk.log.get_by_text("The assistant is answering")).to_be_visible()
    first.release()
    await expect(being_written(wanda)).to_have_text(BEGUN)
    await expect(watched(desk)).to_contain_text(BEGUN)
    second.release()
    await expect(being_written(wanda)).to_have_text(BEGUN + MORE)
    await expect(watched(desk)).to_contain_text(BEGUN + MORE)
    # Nobody has said it yet, and to a screen reader it is only said that it is being written.
    await expect(desk.message(BEGUN)).to_have_count(0)
    await expect(being_written(wanda)).to_have_attribute("aria-hidden", "true")
    await expect(said_to_be_written(wanda)).to_have_count(1)

    last.release()
    await expect(wanda.said(WHOLE)).to_have_count(1)
    await expect(being_written(wanda)).to_have_count(0)
    await expect(said_to_be_written(wanda)).to_have_count(0)
    await expect(desk.message(WHOLE)).to_have_count(1)
    await expect(watched(desk)).to_have_count(0)
    await expect(desk.details).to_contain_text("tokens in 2 requests")


async def test_who_comes_back_in_the_middle_sees_what_is_written_so_far(visit: Visit, model: OpenAIServer) -> None:
    hold = Hold()
    model.plan(writes("converse", BEGUN, hold, REST))
    rhea = await visit("Rhea Reload")
    await rhea.open()
    await rhea.say(QUESTION)
    await expect(being_written(rhea)).to_have_text(BEGUN)
    await rhea.page.reload()
    await expect(being_written(rhea)).to_have_text(BEGUN)
    hold.release()
    await expect(rhea.said(BEGUN + REST)).to_have_count(1)


async def test_nothing_jumps_when_the_answer_takes_the_place_of_what_was_written(
    visit: Visit, model: OpenAIServer
) -> None:
    hold = Hold()
    model.plan(writes("converse", WHOLE, hold))
    nora = await visit("Nora Steady", reduced_motion="reduce")
    await nora.open()
    await nora.say(QUESTION)
    await expect(being_written(nora)).to_have_text(WHOLE)
    written = await being_written(nora).bounding_box()
    hold.release()
    await expect(being_written(nora)).to_have_count(0)
    assert await nora.said(WHOLE).locator(".bubble").bounding_box() == written


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_perceive_and_reach_it(
    scheme: str, axe: str, visit: Visit, sit_down: SitDown, model: OpenAIServer
) -> None:
    hold = Hold()
    model.plan(writes("converse", BEGUN, hold))
    visitor = await visit(f"Abe {scheme.title()}", color_scheme=scheme, reduced_motion="reduce")
    desk = await sit_down(OWNER, color_scheme=scheme, reduced_motion="reduce")
    await visitor.open()
    await visitor.say(QUESTION)
    await expect(being_written(visitor)).to_have_text(BEGUN)
    await look_on(desk, f"Abe {scheme.title()}")
    await expect(watched(desk)).to_contain_text(BEGUN)
    found = await faults(visitor.page, axe, "#chatref")
    found += await faults(desk.page, axe, "body")
    hold.release()
    await expect(desk.message(BEGUN)).to_have_count(1)
    await desk.view("Assistant").click()
    await expect(desk.page.get_by_role("region", name="Usage").get_by_role("table")).to_be_visible()
    found += await faults(desk.page, axe, "body")
    assert found == []


async def test_it_vanishes_on_both_sides_when_an_agent_takes_over(
    visit: Visit, sit_down: SitDown, ada: Agent, model: OpenAIServer
) -> None:
    hold = Hold()
    model.plan(writes("converse", BEGUN, hold, REST))
    cleo = await visit("Cleo Claimed")
    desk = await sit_down(ada)
    await cleo.open()
    await cleo.say(QUESTION)
    await expect(being_written(cleo)).to_have_text(BEGUN)
    await look_on(desk, "Cleo Claimed")
    await expect(watched(desk)).to_contain_text(BEGUN)
    await desk.take_over.click()
    await expect(cleo.happened(f"{ada.name} joined the chat")).to_be_visible()
    await expect(being_written(cleo)).to_have_count(0)
    await expect(watched(desk)).to_have_count(0)
    hold.release()
    await desk.reply("Cleo Claimed", "I am looking at it myself.")
    await cleo.hears("I am looking at it myself.")
    await expect(cleo.said(BEGUN)).to_have_count(0)
    await expect(desk.message(BEGUN)).to_have_count(0)


async def test_it_vanishes_when_the_visitor_writes_on_and_both_are_answered(visit: Visit, model: OpenAIServer) -> None:
    hold = Hold()
    model.plan(writes("converse", BEGUN, hold, REST), decides("converse", reply="Both like the shade."))
    omar = await visit("Omar Onward")
    await omar.open()
    await omar.say(QUESTION)
    await expect(being_written(omar)).to_have_text(BEGUN)
    await omar.say("and my palm?")
    await omar.hears("Both like the shade.")
    await expect(being_written(omar)).to_have_count(0)
    await expect(omar.said(BEGUN)).to_have_count(0)
    hold.release()
    assert model.material()["unanswered"] == [QUESTION, "and my palm?"]


async def test_what_turns_out_to_be_no_answer_is_taken_back_and_another_one_written(
    visit: Visit, model: OpenAIServer
) -> None:
    hold, other = Hold(), Hold()
    model.plan(
        writes("converse", BEGUN, hold, MORE, finish_reason="length"),
        writes("converse", other, "Shade, and a little water."),
    )
    theo = await visit("Theo Taken")
    await theo.open()
    await theo.say(QUESTION)
    await expect(being_written(theo)).to_have_text(BEGUN)
    hold.release()
    await expect(being_written(theo)).to_have_count(0)
    await expect(theo.log.locator(".dots")).to_be_visible()
    other.release()
    await expect(theo.said("Shade, and a little water.")).to_have_count(1)
    await expect(theo.said(BEGUN)).to_have_count(0)


async def test_markup_that_a_model_writes_is_shown_as_text_while_it_is_written_and_after(
    visit: Visit, sit_down: SitDown, ada: Agent, model: OpenAIServer
) -> None:
    markup = '<img src=x onerror="window.pwned = 1"> <b>bold</b>'
    hold = Hold()
    model.plan(writes("converse", markup, hold, " done"))
    mona = await visit("Mona Markup")
    desk = await sit_down(ada)
    await mona.open()
    await mona.say(QUESTION)
    await expect(being_written(mona)).to_have_text(markup)
    await look_on(desk, "Mona Markup")
    await expect(watched(desk)).to_contain_text(markup)
    hold.release()
    await expect(mona.said(f"{markup} done")).to_have_count(1)
    await expect(being_written(mona)).to_have_count(0)
    await expect(desk.message(f"{markup} done")).to_have_count(1)
    for page in (mona.page, desk.page):
        assert await page.evaluate("window.pwned") is None


async def test_a_question_back_is_asked_and_the_answer_to_it_answered(visit: Visit, model: OpenAIServer) -> None:
    model.plan(
        decides("ask_back", reply="Do you mean the box or the subscription?"),
        decides("unknown", reply="That I do not know. Shall I get a person?"),
    )
    anna = await visit("Anna Ambiguous")
    await anna.open()
    await anna.say("can I change that thing, hm?")
    await anna.hears("Do you mean the box or the subscription?")
    await anna.say("hm, the thing from yesterday")
    await anna.hears("Shall I get a person?")
    assert model.material()["earlier"][-1]["asked_back"] is True
    await expect(anna.log.get_by_role("button", name="Talk to a person")).to_be_visible()


class TestTheAssistantsPage:
    async def test_what_an_admin_writes_there_is_in_the_next_answer_s_rules(
        self, visit: Visit, sit_down: SitDown, model: OpenAIServer
    ) -> None:
        desk = await sit_down(OWNER)
        await desk.view("Assistant").click()
        page = desk.page.get_by_role("main", name="Assistant")
        save = page.get_by_role("button", name="Save")
        await expect(save).to_be_disabled()
        await page.get_by_label("Tone").fill("Cheerful, like a gardener.")
        await page.get_by_label("Guidance").fill("Call us the shop.\nNever promise a delivery date.")
        await save.click()
        await expect(desk.toasts).to_contain_text("Saved")
        await expect(save).to_be_disabled()
        await desk.page.reload()
        await expect(page.get_by_label("Tone")).to_have_value("Cheerful, like a gardener.")

        gina = await visit("Gina Guided")
        await gina.open()
        await gina.say(QUESTION)
        await gina.hears("Hello!")
        rules = model.requests[-1]["messages"][0]["content"]
        assert "Cheerful, like a gardener." in rules
        assert "Call us the shop.\nNever promise a delivery date." in rules

        await desk.page.reload()
        usage = page.get_by_role("region", name="Usage")
        await expect(usage.get_by_role("row").nth(1)).to_contain_text(re.compile(r"[1-9]"))

    async def test_what_is_too_long_is_said_and_not_saved(self, sit_down: SitDown) -> None:
        desk = await sit_down(OWNER)
        await desk.view("Assistant").click()
        page = desk.page.get_by_role("main", name="Assistant")
        await page.get_by_label("Tone").fill("x" * 304)
        await expect(page.get_by_text("4 characters too long")).to_be_visible()
        await expect(page.get_by_role("button", name="Save")).to_be_disabled()
        await page.get_by_role("button", name="Discard").click()
        await expect(page.get_by_text("too long")).to_have_count(0)

    async def test_it_is_for_admins(self, sit_down: SitDown, ada: Agent) -> None:
        desk = await sit_down(ada)
        await expect(desk.view("Mine")).to_be_visible()
        await expect(desk.view("Assistant")).to_have_count(0)
