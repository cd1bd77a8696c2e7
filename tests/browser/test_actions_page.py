"""Admins shape custom actions in the inbox: the editor with its test panel, history, a file, and lessons from chats."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SitDown, Visit
from tests.browser.desk import Agent, Desk
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

ACTIONS = "/api/v1/actions"
OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)


@pytest.fixture(autouse=True)
async def as_before(admin: httpx.AsyncClient) -> AsyncIterator[None]:
    """Every test finds the demo's actions."""
    before = (await admin.get(f"{ACTIONS}/export")).text
    yield
    planned = (await admin.post(f"{ACTIONS}/plan", json={"yaml": before})).json()
    body = {"yaml": before, "basis": planned["basis"]}
    (await admin.post(f"{ACTIONS}/apply", json=body)).raise_for_status()


@pytest.fixture
async def page(sit_down: SitDown) -> Page:
    """The admin, at the page of actions."""
    desk = await sit_down(OWNER)
    await rail_link(desk).click()
    await expect(desk.page.get_by_role("heading", name="Actions", exact=True)).to_be_visible()
    return desk.page


def rail_link(desk: Desk) -> Locator:
    return desk.page.get_by_role("navigation", name="Views").get_by_role("link", name="Actions", exact=True)


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Actions").get_by_role("listitem")


def tried(page: Page) -> Locator:
    return page.get_by_role("region", name="Try a sentence")


async def try_out(page: Page, sentence: str) -> None:
    await tried(page).get_by_role("textbox").fill(sentence)


async def saved(admin: httpx.AsyncClient, action_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await admin.get(f"{ACTIONS}/{action_id}")).raise_for_status().json()
    return found


async def test_only_admins_find_the_page(sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    await expect(rail_link(desk)).to_have_count(0)
    await desk.page.goto(f"{desk.page.url.split('/inbox')[0]}/inbox/actions")
    await expect(desk.page.get_by_role("heading", name="Needs a human")).to_be_visible()


async def test_an_action_is_written_tried_saved_changed_and_restored(page: Page, admin: httpx.AsyncClient) -> None:
    await page.get_by_role("link", name="New action").click()
    await try_out(page, "could you engrave the pot")
    await expect(tried(page)).to_contain_text("Starts nothing")

    # What is wrong is said where it is wrong.
    await page.get_by_label("Examples", exact=True).fill("engrave my pot, please\nI want a name on the pot")
    await page.get_by_role("button", name="Ask for a detail").click()
    detail = page.get_by_role("list", name="Details").get_by_role("listitem")
    await detail.get_by_label("Label").fill("Engraving")
    await detail.get_by_label("Type").select_option("Pattern")
    await detail.get_by_label("Pattern").fill("(")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await expect(page.get_by_text("Give it a name.")).to_be_visible()
    await expect(detail).to_contain_text("Write the question that the visitor is asked.")
    await page.get_by_label("Name", exact=True).fill("Engrave a pot")
    await expect(page.get_by_text("Give it a name.")).to_have_count(0)
    await detail.get_by_label("Question").fill("What shall it say?")
    await page.get_by_role("button", name="Save").click()
    await expect(detail.get_by_label("Pattern")).to_be_focused()
    await expect(detail).to_contain_text("Is not a pattern that RE2 understands: missing ): (")
    await detail.get_by_label("Pattern").fill("[A-Za-z ]+")

    # It is tried before it is saved, and what is written survives a look elsewhere.
    await expect(tried(page)).to_contain_text("this one")
    await try_out(page, "engrave my pot please")
    await expect(tried(page)).to_contain_text("Starts Engrave a pot")
    await expect(tried(page)).to_contain_text("like “engrave my pot, please”")
    await expect(tried(page)).to_contain_text("50 was needed")
    await page.get_by_label("Sensitivity").select_option("Only when there is hardly a doubt: 85")
    await expect(tried(page)).to_contain_text("85 was needed")
    await try_out(page, "engrave a name on my pot")
    await expect(tried(page)).to_contain_text("85 is needed")
    await expect(tried(page)).not_to_contain_text("Starts Engrave a pot")
    await page.get_by_role("switch", name="The model may choose it").click()
    assert (await admin.get(f"{ACTIONS}/engrave-a-pot")).status_code == 404
    await page.get_by_role("link", name="Back").click()
    await expect(rows(page)).to_have_count(5)
    await page.get_by_role("link", name="New action").click()
    await page.get_by_label("Tags").fill("engraving, gift")
    await page.get_by_label("Team").select_option("Billing")
    await page.get_by_label("Priority").select_option("High")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Engrave a pot")).to_be_visible()
    made = await saved(admin, "engrave-a-pot")
    assert (made["tags"], made["team"], made["priority"]) == (["engraving", "gift"], "billing", "high")
    assert (made["triggers"]["threshold"], made["triggers"]["model"]) == (0.85, False)
    assert made["triggers"]["examples"] == ["engrave my pot, please", "I want a name on the pot"]
    assert (made["fields"][0]["name"], made["fields"][0]["pattern"]) == ("engraving", "[A-Za-z ]+")

    # The next version is another one, and the one before comes back.
    await page.get_by_label("Reply to the visitor").fill("We engrave it.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await page.get_by_role("link", name="History").click()
    version = page.get_by_role("list", name="Versions").get_by_role("listitem")
    await expect(version.filter(has_text="in force").get_by_role("definition")).to_contain_text("We engrave it.")
    await page.get_by_role("button", name="Restore version 1").click()
    await expect(page.get_by_role("heading", name="Version 3")).to_contain_text("in force")
    assert (await saved(admin, "engrave-a-pot"))["reply"] == ""

    # It goes, after a question.
    await page.get_by_role("link", name="Back").click()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Keep it").click()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(rows(page)).to_have_count(5)


async def test_actions_are_switched_and_put_in_order(page: Page, admin: httpx.AsyncClient) -> None:
    await expect(rows(page)).to_have_count(5)
    await try_out(page, "I want a refund")
    await expect(tried(page)).to_contain_text("Starts Refund")
    await page.get_by_role("switch", name="Refund is switched on").click()
    await expect(tried(page)).not_to_contain_text("Starts Refund")
    await expect(page.get_by_role("switch", name="Refund is switched on")).not_to_be_checked()
    await page.get_by_role("button", name="Move Refund up").click()
    await expect(rows(page).first).to_contain_text("Refund")
    await expect(page.get_by_role("button", name="Move Refund up")).to_be_disabled()
    await page.reload()
    await expect(rows(page).first).to_contain_text("Refund")
    assert not (await saved(admin, "refund"))["enabled"]


async def test_a_file_shows_its_plan_before_it_is_applied(page: Page, admin: httpx.AsyncClient, tmp_path: Path) -> None:
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export").click()
    file = tmp_path / "actions.yaml"
    await (await downloading.value).save_as(file)
    text = file.read_text("utf-8")
    assert text == (await admin.get(f"{ACTIONS}/export")).text

    await page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import actions")
    file.write_text("- id: gift\n", "utf-8")
    await dialog.get_by_label("YAML file").set_input_files(file)
    await expect(dialog.get_by_role("alert")).to_contain_text("gift: name: Field required")
    file.write_text(text.replace("name: Refund\n", "name: Money back\n") + "- id: gift\n  name: Gift card\n", "utf-8")
    await dialog.get_by_label("YAML file").set_input_files(file)
    await expect(dialog).to_contain_text("Gift card")
    await expect(dialog.get_by_role("definition")).to_contain_text("Refund → Money back")
    assert (await saved(admin, "refund"))["name"] == "Refund"
    await dialog.get_by_role("button", name="Apply").click()
    await expect(dialog).to_have_count(0)
    await expect(rows(page).filter(has_text="Money back")).to_be_visible()
    await expect(rows(page).last).to_contain_text("Gift card")
    assert (await saved(admin, "refund"))["name"] == "Money back"


async def test_a_visitor_s_words_become_an_example(sit_down: SitDown, visit: Visit, admin: httpx.AsyncClient) -> None:
    words = "the fern came with brown tips all over"
    mia = await visit("Mia Sommer")
    await mia.open()
    await mia.say(words)
    desk = await sit_down(OWNER)
    await desk.view("All live").click()
    await desk.open("Mia Sommer")
    await desk.message(words).hover()
    await desk.message(words).get_by_role("button", name="Teach an action").click()
    lesson = desk.page.get_by_role("dialog", name="Teach")
    await expect(lesson).to_contain_text("Starts nothing now")
    await lesson.get_by_role("button", name="Yes, this should have triggered Refund").click()
    await expect(desk.toasts.filter(has_text="Refund learned this as an example")).to_contain_text(
        "starts “Refund” now"
    )
    assert (await saved(admin, "refund"))["triggers"]["examples"][-1] == words

    await desk.message(words).hover()
    await desk.message(words).get_by_role("button", name="Teach an action").click()
    await lesson.get_by_role("button", name="No, this should not have triggered Refund").click()
    await expect(desk.toasts.filter(has_text="Refund learned this as a counterexample")).to_be_visible()
    triggers = (await saved(admin, "refund"))["triggers"]
    assert words in triggers["counterexamples"]
    assert words not in triggers["examples"]
