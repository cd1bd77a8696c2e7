"""Admins say in the inbox how long anybody may wait, who is told when, and when the team is there."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, SitDown
from tests.browser.desk import Agent
from tests.browser.test_access import axe, faults
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

__all__ = ["axe"]

POLICY = "/api/v1/service-policy"
OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)


async def policy(admin: httpx.AsyncClient, policy_id: str = "default") -> dict[str, Any]:
    body: dict[str, Any] = (await admin.get(f"{POLICY}/{policy_id}")).raise_for_status().json()
    return body


@pytest.fixture(autouse=True)
async def as_before(admin: httpx.AsyncClient) -> AsyncIterator[None]:
    """Every test leaves the default policy as it was, and no other."""
    before = await policy(admin)
    yield
    body = {name: value for name, value in before.items() if name not in ("id", "version")}
    (await admin.put(POLICY, json=body)).raise_for_status()
    for each in (await admin.get(POLICY)).raise_for_status().json()["items"]:
        if each["id"] != "default":
            (await admin.delete(f"{POLICY}/{each['id']}")).raise_for_status()


async def opened(page: Page) -> Page:
    await page.goto(f"{page.url.split('/inbox')[0]}/inbox/policies")
    await expect(page.get_by_role("heading", name="Targets")).to_be_visible()
    return page


@pytest.fixture
async def page(sit_down: SitDown) -> Page:
    return await opened((await sit_down(OWNER)).page)


async def test_targets_ladder_hours_and_words_are_saved(page: Page, admin: httpx.AsyncClient) -> None:
    await page.get_by_label("First answer within").fill("0")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("More than 0 minutes.")).to_be_visible()
    await page.get_by_label("First answer within").fill("2.5")
    await page.get_by_role("button", name="Add a step").click()
    await page.get_by_label("Tell").last.select_option("supervisors")
    await page.get_by_label("And say to the visitor").last.fill("We have not forgotten you.")
    await page.get_by_role("group", name="Step 4").get_by_label("Command").check()
    await page.get_by_role("switch", name="Office hours").click()
    await page.get_by_label("Time zone").select_option("Europe/Berlin")
    await page.get_by_label("Friday").fill("09:00-12:00, 13:00-15:00")
    await page.get_by_label("Holidays").fill("2026-12-25 Christmas\n2026-12-24 09:00-12:00")
    await page.get_by_label("With nobody there").fill("Everybody is at lunch.")
    await page.get_by_role("button", name="Save").click()
    taken_up = "Chats take it up with their next step; those that wait for an opening, at that opening."
    await expect(page.get_by_text(taken_up, exact=True)).to_be_visible()
    saved = await policy(admin)
    assert (saved["first_response"], saved["nobody_text"]) == ("PT2M30S", "Everybody is at lunch.")
    step = saved["ladder"][3]
    assert (step["after"], step["audience"], step["say"]) == ("PT20M", "supervisors", "We have not forgotten you.")
    assert "command" in step["channels"]
    hours = saved["office_hours"]
    assert hours["time_zone"] == "Europe/Berlin"
    assert [shift for shift in hours["shifts"] if shift["day"] == "friday"] == [
        {"opens": "09:00", "closes": "12:00", "day": "friday"},
        {"opens": "13:00", "closes": "15:00", "day": "friday"},
    ]
    assert [holiday["on"] for holiday in hours["holidays"]] == ["2026-12-25", "2026-12-24"]
    await page.reload()
    await expect(page.get_by_label("First answer within")).to_have_value("2.5")
    await expect(page.get_by_label("Friday")).to_have_value("09:00-12:00, 13:00-15:00")


async def test_a_team_gets_its_own_and_gives_it_up(page: Page, admin: httpx.AsyncClient) -> None:
    await page.get_by_role("navigation", name="Policies").get_by_role("link", name="Billing").click()
    await expect(page.get_by_text("Billing goes by the default policy")).to_be_visible()
    await page.get_by_label("First answer within").fill("1")
    await page.get_by_role("button", name="Save as its own policy").click()
    await expect(page.get_by_role("button", name="Remove this policy")).to_be_visible()
    assert (await policy(admin, "billing"))["first_response"] == "PT1M"
    assert (await policy(admin))["first_response"] != "PT1M"
    await page.get_by_role("button", name="Remove this policy").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("button", name="Save as its own policy")).to_be_visible()
    assert (await admin.get(f"{POLICY}/billing")).status_code == 404


async def test_nobody_leaves_edits_behind_unasked(page: Page, admin: httpx.AsyncClient) -> None:
    within = page.get_by_label("First answer within")
    question = page.get_by_role("alertdialog", name="Leave without saving?")
    billing = page.get_by_role("link", name="Billing as default")
    await billing.click()
    await page.get_by_role("link", name="Default", exact=True).click()
    await expect(page.get_by_text("This is for: Every team without its own.")).to_be_visible()
    await within.fill("7")

    # A link asks; whoever stays is where they were, with what they wrote.
    await billing.click()
    await expect(question.get_by_role("button", name="Stay")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(billing).to_be_focused()
    await expect(within).to_have_value("7")

    # So does the browser's way back, and its reload.
    await page.go_back()
    await question.get_by_role("button", name="Stay").click()
    await expect(within).to_have_value("7")
    assert page.url.endswith("/inbox/policies")
    page.once("dialog", lambda dialog: dialog.dismiss())
    async with page.expect_event("dialog") as asked:
        await page.evaluate("setTimeout(() => location.reload())")
    assert (await asked.value).type == "beforeunload"
    await expect(within).to_have_value("7")

    # Whoever leaves does, and leaves it behind.
    await billing.click()
    await question.get_by_role("button", name="Leave").click()
    await expect(page.get_by_text("Billing goes by the default policy")).to_be_visible()
    await expect(within).not_to_have_value("7")
    assert (await policy(admin))["first_response"] != "PT7M"

    # What is saved, or given up, asks nobody.
    await within.fill("7")
    await page.get_by_role("button", name="Save as its own policy").click()
    await expect(page.get_by_role("button", name="Remove this policy")).to_be_visible()
    await page.get_by_role("link", name="Default", exact=True).click()
    await expect(page.get_by_text("This is for: Every team without its own.")).to_be_visible()
    await within.fill("8")
    await page.go_back()
    await question.get_by_role("button", name="Leave").click()
    await expect(page.get_by_text("This is for: Billing.")).to_be_visible()
    await expect(within).to_have_value("7")
    await within.fill("8")
    await page.get_by_role("button", name="Discard").click()
    await page.get_by_role("link", name="Default", exact=True).click()
    await expect(page.get_by_text("This is for: Every team without its own.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_page(scheme: str, axe: str, sit_down: SitDown) -> None:
    found: list[str] = []
    for options in ({}, {"viewport": PHONE}):
        page = await opened((await sit_down(OWNER, color_scheme=scheme, reduced_motion="reduce", **options)).page)
        await page.get_by_role("switch", name="Office hours").click()
        await expect(page.get_by_label("Time zone")).to_be_visible()
        found += await faults(page, axe, "main")
        for side in ("Width", "Height"):
            over = await page.evaluate(f"document.documentElement.scroll{side} - document.documentElement.client{side}")
            assert over <= 0, f"the page is larger than the screen: {side}"
    assert found == []
