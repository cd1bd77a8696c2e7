"""Supervisors and admins write canned replies in the inbox."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PHONE, SitDown
from tests.browser.desk import Agent
from tests.browser.test_access import axe, faults
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

__all__ = ["axe"]

ROUTE = "/api/v1/canned-replies"
OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)


async def replies(admin: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    listed = (await admin.get(ROUTE)).raise_for_status().json()["items"]
    return {reply["shortcut"]: reply for reply in listed}


@pytest.fixture(autouse=True)
async def as_before(admin: httpx.AsyncClient) -> AsyncIterator[None]:
    """Every test leaves the demo's as they were, and no other."""
    before = await replies(admin)
    yield
    after = {reply["id"] for reply in (await replies(admin)).values()}
    for reply in before.values():
        body = {name: value for name, value in reply.items() if name != "id"}
        if reply["id"] in after:
            (await admin.put(f"{ROUTE}/{reply['id']}", json=body)).raise_for_status()
        else:
            (await admin.post(ROUTE, json=body)).raise_for_status()
    for made in after - {reply["id"] for reply in before.values()}:
        (await admin.delete(f"{ROUTE}/{made}")).raise_for_status()


async def opened(page: Page, rest: str = "") -> Page:
    await page.goto(f"{page.url.split('/inbox')[0]}/inbox/canned-replies{rest}")
    return page


@pytest.fixture
async def page(sit_down: SitDown) -> Page:
    page = (await sit_down(OWNER)).page
    await page.get_by_role("link", name="Canned replies").click()
    await expect(page.get_by_role("heading", name="Canned replies")).to_be_visible()
    return page


async def test_one_is_added_seen_beforehand_and_found(page: Page, admin: httpx.AsyncClient) -> None:
    await page.get_by_role("link", name="New reply").click()
    await page.get_by_label("Title").fill("Your box is late")
    await expect(page.get_by_label("Shortcut")).to_have_value("your-box-is-late")
    text = page.get_by_label("Text", exact=True)
    await text.fill("Sorry, ! It is on its way.")
    await text.evaluate("area => area.setSelectionRange(7, 7)")
    await page.get_by_role("button", name="s first name").click()
    await expect(text).to_have_value("Sorry, {{visitor.first_name}}! It is on its way.")
    await expect(text).to_be_focused()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" ")
    await page.get_by_role("button", name="Account ID").click()
    preview = page.get_by_role("region", name="As it is put in")
    await expect(preview).to_contain_text("Sorry, Mia! It is on its way. FF-20417")
    await preview.get_by_role("switch").click()
    await expect(preview).to_contain_text("Sorry, {{visitor.first_name}}! It is on its way. {{detail.account_id}}")
    await page.get_by_label("For", exact=True).select_option("Billing")
    await page.get_by_role("button", name="Save").click()

    row = page.get_by_role("list", name="Canned replies").get_by_role("listitem").filter(has_text="Your box is late")
    await expect(row).to_contain_text("/your-box-is-late")
    await expect(row).to_contain_text("For Billing")
    saved = (await replies(admin))["your-box-is-late"]
    assert (saved["title"], saved["team"]) == ("Your box is late", "billing")
    assert saved["text"] == "Sorry, {{visitor.first_name}}! It is on its way. {{detail.account_id}}"


async def test_one_is_changed_and_removed(page: Page, admin: httpx.AsyncClient) -> None:
    await page.get_by_role("link", name="Ask whether that is all").click()
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await page.get_by_label("Title").fill("Is that all?")
    await expect(page.get_by_label("Shortcut")).to_have_value("anything-else")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Is that all?")).to_be_visible()
    assert (await replies(admin))["anything-else"]["title"] == "Is that all?"
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("link", name="Ask for a photo")).to_be_visible()
    await expect(page.get_by_role("link", name="Is that all?")).to_have_count(0)
    assert "anything-else" not in await replies(admin)


async def test_what_cannot_be_saved_is_said_where_it_stands(page: Page, admin: httpx.AsyncClient) -> None:
    before = await replies(admin)
    await page.get_by_role("link", name="The refund is on its way").click()
    text = page.get_by_label("Text", exact=True)
    await text.fill("You are {{visitor.age}}.")
    await page.get_by_role("button", name="Save").click()
    await expect(text).to_be_focused()
    await expect(text).to_have_accessible_description(
        "There is no variable {{visitor.age}}. There are {{visitor.first_name}}, {{visitor.name}}, {{visitor.email}}, "
        "{{agent.first_name}}, {{agent.name}}, {{detail.<name>}}."
    )
    await text.fill("You are young.")
    await page.get_by_label("Shortcut").fill("hello")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Another canned reply has this shortcut.")).to_be_visible()
    await expect(page.get_by_label("Shortcut")).to_be_focused()
    assert await replies(admin) == before
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_label("Shortcut")).to_have_value("refund-sent")


async def test_many_are_looked_through(page: Page, admin: httpx.AsyncClient) -> None:
    for number in range(4):
        body = {"shortcut": f"more-{number}", "title": f"More {number}", "text": "And so on."}
        (await admin.post(ROUTE, json=body)).raise_for_status()
    await page.reload()
    await page.get_by_label("Find a canned reply").fill("more 2")
    rows = page.get_by_role("list", name="Canned replies").get_by_role("listitem")
    await expect(rows).to_have_count(1)
    await page.get_by_label("Find a canned reply").fill("nothing like it")
    await expect(page.get_by_text("None has these words.")).to_be_visible()


async def test_with_none_and_without_an_answer_the_page_says_so(page: Page) -> None:
    answers: list[dict[str, Any]] = [
        {"status": 404, "json": {"code": "not_found", "detail": "Gone."}},
        {"status": 200, "json": {"items": []}},
    ]

    async def answer(route: Route) -> None:
        await route.fulfill(**answers[0])

    await page.route(f"**{ROUTE}", answer)
    await page.reload()
    await expect(page.get_by_text("The canned replies cannot be read right now")).to_be_visible()
    answers.pop(0)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("No canned replies yet")).to_be_visible()
    await opened(page, f"/{uuid4()}")
    await expect(page.get_by_text("There is no such canned reply")).to_be_visible()


async def test_supervisors_have_this_page_and_agents_have_none(
    sit_down: SitDown, admin: httpx.AsyncClient, ada: Agent
) -> None:
    sue = Agent("", f"sue-{uuid4().hex[:6]}@example.com", "Sue Visor", "a good password")
    body = {"email": sue.email, "name": sue.name, "role": "supervisor", "password": sue.password}
    made = (await admin.post("/api/v1/agents", json=body)).raise_for_status().json()
    try:
        page = (await sit_down(sue)).page
        views = page.get_by_role("navigation", name="Views")
        await views.get_by_role("link", name="Canned replies").click()
        await expect(page.get_by_role("link", name="New reply")).to_be_visible()
        await expect(views.get_by_role("link", name="Webhooks")).to_have_count(0)
        page = await opened((await sit_down(ada)).page)
        await expect(page.get_by_role("heading", name="Needs a human")).to_be_visible()
        await expect(page.get_by_role("link", name="Canned replies")).to_have_count(0)
    finally:
        (await admin.delete(f"/api/v1/agents/{made['id']}")).raise_for_status()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_page(scheme: str, axe: str, sit_down: SitDown) -> None:
    found: list[str] = []
    for options in ({}, {"viewport": PHONE}):
        page = (await sit_down(OWNER, color_scheme=scheme, reduced_motion="reduce", **options)).page
        await opened(page)
        await expect(page.get_by_role("link", name="The refund is on its way")).to_be_visible()
        found += await faults(page, axe, "html")
        await page.get_by_role("link", name="The refund is on its way").click()
        await page.get_by_role("switch", name="The visitor is known").click()
        await page.get_by_label("Shortcut").fill("Not like this")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_label("Shortcut")).to_be_focused()
        found += await faults(page, axe, "html")
        for side in ("Width", "Height"):
            over = await page.evaluate(f"document.documentElement.scroll{side} - document.documentElement.client{side}")
            assert over <= 0, f"the page is larger than the screen: {side}"
    assert found == []
