"""Supervisors and admins see in the inbox how long visitors waited for a person."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, Route, expect

from chatref.conversation.standing import Standing
from chatref.store.database import Database
from tests.browser.conftest import PHONE, SitDown
from tests.browser.desk import Agent
from tests.browser.test_access import axe, faults
from tests.past import Chat, Past
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD, Installation

__all__ = ["axe"]

OWNER = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)
# Days of which no other test knows. In Berlin it is an hour later than in UTC.
MONDAY, NEXT_MONDAY = datetime(2022, 1, 3, tzinfo=UTC), datetime(2022, 1, 10, tzinfo=UTC)
WEEK = "?period=custom&from=2022-01-10&to=2022-01-16"
BERLIN = {"timezone_id": "Europe/Berlin"}


@pytest.fixture(scope="module", autouse=True)
async def january(installation: Installation) -> AsyncIterator[None]:
    """Two weeks: in the second, three handoffs, one of them late, and one that began in a closed hour."""
    database = Database(installation.run["database_url"])
    morning = timedelta(hours=9, minutes=30)
    before = Chat(MONDAY + morning).escalates().after(seconds=40).replies().resolves()
    quick = Chat(NEXT_MONDAY + morning, "billing").escalates().after(seconds=30).replies().resolves()
    late = Chat(NEXT_MONDAY + timedelta(days=1, hours=13)).escalates().after(minutes=9).replies().resolves()
    night = Chat(NEXT_MONDAY + timedelta(days=2, hours=2))
    night.conversation.learn(Standing("support", 0, opens_at=night.moment + timedelta(hours=6), opens_words="soon"))
    night.escalates()
    night.conversation.learn(Standing("support", 0))
    night.after(hours=6, seconds=50).replies().resolves()
    await Past(database).holds(before, quick, late, night)
    yield
    await database.close()


async def opened(page: Page, search: str = WEEK) -> Page:
    await page.goto(f"{page.url.split('/inbox')[0]}/inbox/reports{search}")
    await expect(page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()
    return page


@pytest.fixture
async def page(sit_down: SitDown) -> Page:
    return await opened((await sit_down(OWNER, **BERLIN)).page)


async def test_the_figures_of_a_week_and_what_they_were_before(page: Page) -> None:
    short = page.locator(".headline__figure")
    await expect(short.filter(has_text="Time to the first human answer")).to_contain_text("50 s")
    await expect(short.filter(has_text="Time to the first human answer")).to_contain_text("up from 40 s")
    await expect(short.filter(has_text="Waits over target")).to_contain_text("33%")
    await expect(short.filter(has_text="Waits over target")).to_contain_text("1 of 3 waits")
    await expect(short.filter(has_text="Handoffs")).to_contain_text("up from 1")
    await expect(page.get_by_text("Compared with the 7 days before.")).to_be_visible()
    teams = page.get_by_role("group", name="By team").get_by_role("row")
    assert [await row.locator("th").inner_text() for row in (await teams.all())[1:]] == ["Billing", "Support"]


async def test_hours_are_those_of_the_clock_on_the_wall_and_closed_ones_are_left_out(page: Page) -> None:
    plot = page.get_by_role("img", name="The slowest median is 9 min: 14:00 to 15:00.")
    await expect(plot).to_be_visible()
    await page.get_by_role("switch", name="Count closed hours").click()
    await expect(page.get_by_role("img", name="The slowest median is 6 h 00: 03:00 to 04:00.")).to_be_visible()
    assert "closed=counted" in page.url


async def test_every_plot_is_a_table_too_that_can_be_downloaded(page: Page) -> None:
    title = "Waits over target, by day"
    await page.get_by_role("button", name=f"As a table: {title}").click()
    rows = page.get_by_role("group", name=title).get_by_role("row")
    assert await rows.nth(2).locator("th, td").all_inner_texts() == ["Tue, Jan 11", "1", "0"]
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="All figures as CSV").click()
    assert (await downloading.value).suggested_filename == "waits-by-day.csv"
    await page.get_by_role("button", name=f"As a plot: {title}").click()
    await expect(page.get_by_role("img", name="Most waits over target: 1 of 1, Tue, Jan 11.")).to_be_visible()
    # There are as many plots as can be tables.
    assert await page.get_by_role("button", name="As a table").count() == await page.locator("svg[role=img]").count()


async def test_a_bar_says_what_it_stands_for(page: Page) -> None:
    plot = page.locator(".plot").filter(has_text="Handoffs, by day").locator("svg[role=img]")
    box = await plot.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 60, box["y"] + 60)
    await expect(page.locator(".plot__hint")).to_have_text("Mon, Jan 10Handoffs1")


async def test_one_team_and_another_period_are_chosen_and_stay(page: Page) -> None:
    handoffs = page.locator(".headline__figure").filter(has_text="Handoffs").locator(".headline__value")
    await expect(handoffs).to_have_text("3")
    await page.get_by_role("combobox", name="Team").select_option("billing")
    await expect(handoffs).to_have_text("1")
    await page.get_by_role("combobox", name="Team").select_option("")
    await page.get_by_label("First day").fill("2022-01-11")
    await expect(handoffs).to_have_text("2")
    await page.reload()
    await expect(handoffs).to_have_text("2")
    await page.get_by_label("First day").fill("2022-01-17")
    await expect(page.get_by_role("alert")).to_have_text("The first day has to come before the last.")
    await page.get_by_label("First day").fill("2022-01-13")
    await expect(page.get_by_text("Nothing to report yet")).to_be_visible()


async def test_the_period_is_chosen_by_keyboard(page: Page) -> None:
    await page.get_by_role("radio", name="Custom").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("radio", name="30 days")).to_be_checked()
    await expect(page.get_by_label("First day")).to_have_count(0)
    assert page.url.endswith("period=month")


async def test_what_cannot_be_read_says_so_and_can_be_tried_again(sit_down: SitDown) -> None:
    page = (await sit_down(OWNER, **BERLIN)).page
    body = {"title": "Unprocessable", "status": 422, "detail": "The request is not valid.", "code": "invalid"}

    async def refuse(route: Route) -> None:
        await route.fulfill(status=422, json=body, content_type="application/problem+json")

    await page.route("**/api/v1/reports/waits?*", refuse)
    await opened(page)
    await expect(page.get_by_text("The report cannot be read right now")).to_be_visible()
    await expect(page.get_by_text("The request is not valid.")).to_be_visible()
    await page.unroute("**/api/v1/reports/waits?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="By team")).to_be_visible()


async def test_supervisors_have_the_page_and_agents_do_not(
    sit_down: SitDown, ada: Agent, admin: httpx.AsyncClient
) -> None:
    sue = Agent("", f"{uuid4()}@example.com", "Sue Ito", "a password of hers")
    body = {"email": sue.email, "name": sue.name, "role": "supervisor", "password": sue.password}
    (await admin.post("/api/v1/agents", json=body)).raise_for_status()
    desk = await sit_down(sue)
    await expect(desk.view("Sources")).to_have_count(0)
    await desk.view("Reports").click()
    await expect(desk.page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()

    desk = await sit_down(ada)
    await expect(desk.view("Mine")).to_be_visible()
    await expect(desk.view("Reports")).to_have_count(0)
    await desk.page.goto(f"{desk.page.url.split('/inbox')[0]}/inbox/reports")
    await expect(desk.page.get_by_role("heading", name="Needs a human")).to_be_visible()


async def test_the_plots_are_loaded_with_the_page_only(sit_down: SitDown) -> None:
    desk = await sit_down(OWNER)
    loaded: list[str] = []
    desk.page.on("response", lambda response: loaded.append(response.url))
    await desk.page.reload()
    await expect(desk.view("Reports")).to_be_visible()
    first = {url for url in loaded if url.endswith((".js", ".css"))}
    await desk.view("Reports").click()
    await expect(desk.page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()
    later = {url for url in loaded if url.endswith((".js", ".css"))} - first
    assert any(url.endswith(".js") for url in later)
    assert any(url.endswith(".css") for url in later)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_page(scheme: str, axe: str, sit_down: SitDown) -> None:
    found: list[str] = []
    refused: list[str] = []
    for options in ({}, {"viewport": PHONE}):
        page = (await sit_down(OWNER, color_scheme=scheme, reduced_motion="reduce", **options)).page
        page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
        await opened(page)
        await expect(page.get_by_role("heading", name="By team")).to_be_visible()
        await page.get_by_role("button", name="As a table").first.click()
        found += await faults(page, axe, "main")
        over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, "the page is wider than the screen"
        inner = await page.evaluate(
            "(page => page.scrollWidth - page.clientWidth)(document.querySelector('.reports__page'))"
        )
        assert inner <= 0, "something is wider than the page"
    assert found == []
    assert refused == []
