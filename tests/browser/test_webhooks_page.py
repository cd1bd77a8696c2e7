"""Admins set up webhooks in the inbox, see what arrived, send it again, and choose them in actions."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SitDown, Visit
from tests.browser.desk import Agent
from tests.receiver import Answer, Receiver, receiver
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

ACTIONS = "/api/v1/actions"
WEBHOOKS = "/api/v1/webhooks"
WHOLE_SECRET = re.compile(r"^whsec_[A-Za-z0-9+/=]{32,}$")
OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)


@pytest.fixture(autouse=True)
async def as_before(admin: httpx.AsyncClient) -> AsyncIterator[None]:
    """Every test finds the demo's actions and no webhook, and leaves it so."""
    before = (await admin.get(f"{ACTIONS}/export")).raise_for_status().text
    yield
    planned = (await admin.post(f"{ACTIONS}/plan", json={"yaml": before})).raise_for_status().json()
    (await admin.post(f"{ACTIONS}/apply", json={"yaml": before, "basis": planned["basis"]})).raise_for_status()
    for webhook in (await admin.get(WEBHOOKS)).raise_for_status().json()["items"]:
        (await admin.delete(f"{WEBHOOKS}/{webhook['id']}")).raise_for_status()


@pytest.fixture
async def crm() -> AsyncIterator[Receiver]:
    """A system of the business's."""
    async with receiver() as receiving:
        yield receiving


@pytest.fixture
async def page(sit_down: SitDown) -> Page:
    """The admin, at the page of webhooks."""
    page = (await sit_down(OWNER)).page
    await rail_link(page, "Webhooks").click()
    await expect(page.get_by_role("heading", name="Webhooks", exact=True)).to_be_visible()
    return page


def rail_link(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=name, exact=True)


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Webhooks").get_by_role("listitem")


def deliveries(page: Page) -> Locator:
    return page.get_by_role("list", name="Deliveries").locator("> li")


def secret(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Secret")


async def add(page: Page, name: str, url: str) -> None:
    await page.get_by_role("link", name="New webhook").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Address").fill(url)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    await expect(deliveries(page)).to_have_count(0)


async def test_only_admins_find_the_page(sit_down: SitDown, ada: Agent) -> None:
    page = (await sit_down(ada)).page
    await expect(rail_link(page, "Webhooks")).to_have_count(0)
    await page.goto(f"{page.url.split('/inbox')[0]}/inbox/webhooks")
    await expect(page.get_by_role("heading", name="Needs a human")).to_be_visible()


async def test_a_webhook_is_added_tested_and_its_secret_replaced(page: Page, crm: Receiver) -> None:
    # What is wrong is said where it is wrong: here, and by the server.
    await expect(page.get_by_text("No webhooks yet")).to_be_visible()
    await page.get_by_role("link", name="New webhook").click()
    await page.get_by_label("Address").fill("crm.example.com")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await expect(page.get_by_text("Write the whole address")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("Our CRM")
    await expect(page.get_by_label("Short name")).to_have_value("our-crm")
    await page.get_by_label("Address").fill("https://me:mine@crm.example.com")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Must not carry a password")).to_be_visible()
    await expect(page.get_by_label("Address")).to_be_focused()
    await page.get_by_label("Address").fill(crm.url)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Our CRM")).to_be_visible()
    await expect(page.get_by_text("Nothing sent yet")).to_be_visible()

    # A test arrives, signed with the secret that is shown on demand, and stands in the log without a reload.
    await expect(secret(page)).not_to_have_value(WHOLE_SECRET)
    await page.get_by_role("button", name="Reveal").click()
    await expect(secret(page)).to_have_value(WHOLE_SECRET)
    first = await secret(page).input_value()
    await page.get_by_role("button", name="Send a test").click()
    await expect(deliveries(page)).to_contain_text("Delivered")
    await deliveries(page).get_by_text("1 attempt").click()
    await expect(deliveries(page).get_by_role("row").last).to_contain_text("200")
    [post] = crm.posts
    assert post.verified(first)["type"] == "webhook.test"
    await expect(deliveries(page)).to_contain_text(post.id)

    # A new secret signs beside the old one.
    await page.get_by_role("button", name="New secret").click()
    asked = page.get_by_role("alertdialog")
    await expect(asked).to_contain_text("for 24 hours with the old one too")
    await asked.get_by_role("button", name="New secret").click()
    await expect(page.get_by_text("The secret before this one signs too; that ends in 24 h")).to_be_visible()
    await expect(secret(page)).not_to_have_value(first)
    await expect(secret(page)).to_have_value(WHOLE_SECRET)
    second = await secret(page).input_value()
    await page.get_by_role("button", name="Send a test").click()
    await expect(deliveries(page)).to_have_count(2)
    await expect(deliveries(page).first).to_contain_text("Delivered")
    latest = crm.posts[-1]
    assert latest.verified(first) == latest.verified(second)
    await page.get_by_role("button", name="Hide").click()
    await expect(secret(page)).not_to_have_value(WHOLE_SECRET)

    # Changed, switched off and on in the list, and removed after a question.
    await page.get_by_label("Name", exact=True).fill("The CRM")
    await expect(page.get_by_role("button", name="Send a test")).to_be_disabled()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="The CRM")).to_be_visible()
    await page.get_by_role("link", name="Back").click()
    await expect(rows(page)).to_contain_text(crm.url)
    await expect(rows(page)).to_contain_text("Nothing tells it yet · Last notice delivered")
    async with page.expect_response(lambda response: response.request.method == "PUT"):
        await page.get_by_role("switch", name="The CRM is switched on").click()
    await expect(rows(page)).to_contain_text("Switched off: nothing is sent")
    await page.reload()
    await expect(page.get_by_role("switch", name="The CRM is switched on")).not_to_be_checked()
    await page.get_by_role("link", name="The CRM").click()
    await expect(page.get_by_role("button", name="Send a test")).to_be_disabled()
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Keep it").click()
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("No webhooks yet")).to_be_visible()


async def test_what_failed_is_sent_again_and_a_receiver_that_is_gone_is_left_alone(page: Page, crm: Receiver) -> None:
    await add(page, "Our CRM", crm.url)
    crm.answers = [Answer(500, {"Retry-After": "3600"})]
    await page.get_by_role("button", name="Send a test").click()
    await expect(deliveries(page)).to_contain_text("Attempt 1 failed: answered 500. Next try in")
    await page.get_by_role("button", name="Send again: Test").click()
    await expect(deliveries(page)).to_contain_text("Delivered at attempt 2")
    assert len({post.id for post in crm.posts}) == 1
    await deliveries(page).get_by_text("2 attempts").click()
    attempts = deliveries(page).get_by_role("row")
    await expect(attempts).to_have_count(3)
    await expect(attempts.nth(1)).to_contain_text("answered 500")

    # What was delivered can be sent again as well.
    await page.get_by_role("button", name="Send again: Test").click()
    await expect(deliveries(page)).to_contain_text("Delivered at attempt 3")

    # One still waits for its next attempt when the receiver says that it is gone.
    crm.answers = [Answer(503, {"Retry-After": "3600"}), Answer(410)]
    await page.get_by_role("button", name="Send a test").click()
    await expect(deliveries(page).first).to_contain_text("Attempt 1 failed: answered 503.")
    await page.get_by_role("button", name="Send a test").click()
    await expect(deliveries(page)).to_have_count(3)
    await expect(deliveries(page).first).to_contain_text("Failed: answered 410")
    await expect(page.get_by_text("Switched off, because the receiver answered 410 (gone)")).to_be_visible()
    await expect(page.get_by_role("button", name="Send again: Test").first).to_be_disabled()
    await page.get_by_role("link", name="Back").click()
    await expect(rows(page)).to_contain_text("Switched off, because the receiver answered 410 (gone)")
    await page.get_by_role("link", name="Our CRM").click()
    await page.get_by_role("switch", name="Switched on").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("because the receiver answered 410")).to_have_count(0)
    await page.get_by_role("button", name="Send again: Test").first.click()
    await expect(deliveries(page).first).to_contain_text("Delivered at attempt 2")


async def test_an_action_tells_a_webhook_that_cannot_be_removed_meanwhile(
    page: Page, crm: Receiver, admin: httpx.AsyncClient, visit: Visit
) -> None:
    await add(page, "Our CRM", crm.url)
    await rail_link(page, "Actions").click()
    await page.get_by_role("link", name="Cancel subscription").click()
    await expect(page.get_by_label("Webhook")).to_have_value("")
    await page.get_by_label("Webhook").select_option("Our CRM")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".toast").filter(has_text="Saved Cancel subscription")).to_be_visible()
    [told] = [each for each in (await admin.get(ACTIONS)).json()["items"] if each["webhook"]]
    assert (told["name"], told["webhook"]) == ("Cancel subscription", "our-crm")
    await page.get_by_role("link", name="History").click()
    newest = page.get_by_role("list", name="Versions").get_by_role("listitem").first
    await expect(newest).to_contain_text("Webhook")
    await expect(newest.get_by_role("definition")).to_contain_text("nothing → our-crm")

    # A chat that it hands over is told, and the log leads to it.
    wilma = await visit("Wilma Web")
    await wilma.open()
    await wilma.ask_to_cancel()
    await rail_link(page, "Webhooks").click()
    await expect(rows(page)).to_contain_text("Told by Cancel subscription")
    await page.get_by_role("link", name="Our CRM").click()
    await expect(deliveries(page)).to_contain_text("Cancel subscription")
    await expect(deliveries(page)).to_contain_text("Delivered")
    [post] = await crm.until(lambda posts: len(posts) == 1)
    assert post.path == "/hook"

    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("alert")).to_contain_text("Our CRM is still there.")
    await expect(page.get_by_role("alert")).to_contain_text("Cancel subscription")
    await deliveries(page).get_by_role("link", name="Conversation").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Wilma Web")).to_be_visible()
