"""With the team away, whoever waits leaves an address in a field of its own."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import PHONE, Follow, SitDown, Visit
from tests.browser.desk import Agent
from tests.browser.shopper import Shopper
from tests.browser.test_access import axe, faults
from tests.running import eventually
from tests.watchdog.receivers import Mailbox

__all__ = ["axe"]

POLICY = "/api/v1/service-policy/default"
WRONG = "That does not look like an e-mail address."
TAKEN = "Thank you. The answer will reach you here and at ann@example.com."


@pytest.fixture(autouse=True)
async def closed(admin: httpx.AsyncClient) -> AsyncIterator[None]:
    """Nobody works before the day after tomorrow."""
    before = (await admin.get(POLICY)).raise_for_status().json()
    body = {name: value for name, value in before.items() if name not in ("id", "version")}
    day = (datetime.now(UTC) + timedelta(days=2)).strftime("%A").lower()
    hours = {"time_zone": "UTC", "shifts": [{"day": day, "opens": "09:00", "closes": "17:00"}], "holidays": []}
    (await admin.put(POLICY, json={**body, "office_hours": hours})).raise_for_status()
    yield
    (await admin.put(POLICY, json=body)).raise_for_status()


def address_of(visitor: Shopper) -> Locator:
    return visitor.card.get_by_role("form", name="Your e-mail address").get_by_label("Your e-mail address")


async def leave(visitor: Shopper, address: str) -> None:
    await address_of(visitor).fill(address)
    await address_of(visitor).press("Enter")


async def test_an_address_is_left_in_its_own_field(visit: Visit, admin: httpx.AsyncClient) -> None:
    visitor = await visit("Ann Away")
    await visitor.open()
    await visitor.ask_for_a_person()
    await visitor.hears("Leave your e-mail address here")
    await expect(address_of(visitor)).to_have_attribute("autocomplete", "email")
    await expect(visitor.input).to_be_focused()
    await expect(visitor.card.get_by_test_id("waiting")).to_have_text(
        "The team is away right now. Your question waits for them here."
    )

    await leave(visitor, "not an address")
    await expect(visitor.said("not an address")).to_have_count(0)
    await leave(visitor, "ann@example")
    await visitor.hears(WRONG)
    await visitor.say("Is anybody there?")
    await visitor.page.reload()
    await visitor.hears("Is anybody there?")
    await leave(visitor, "ann@example.com")
    await visitor.hears(TAKEN)
    await expect(address_of(visitor)).to_have_count(0)
    mine = await visitor.log.locator(".turn.mine").all_inner_texts()
    assert [text.removeprefix("You:").strip() for text in mine][-3:] == [
        "ann@example",
        "Is anybody there?",
        "ann@example.com",
    ]

    async def known() -> bool:
        rows = (await admin.get("/api/v1/conversations", params={"view": "all", "q": "Ann Away"})).json()["items"]
        return [detail["value"] for row in rows for detail in row["details"]] == ["ann@example.com"]

    await eventually(known, "agents see the address among the details")


async def test_an_agent_sees_until_when_it_is_closed_and_what_was_said(
    visit: Visit, sit_down: SitDown, ada: Agent
) -> None:
    visitor = await visit("Cleo Closed")
    await visitor.open()
    await visitor.ask_for_a_person()
    desk = await sit_down(ada, timezone_id="UTC")
    await desk.open("Cleo Closed")
    await desk.details.get_by_role("button", name="Why did this happen?").click()
    steps = desk.details.get_by_role("list", name="Handoffs").locator(".why-step")
    opens = datetime.now(UTC) + timedelta(days=2)
    await expect(steps.first).to_contain_text(f"Closed until {opens:%A}, 9:00 AM")
    await expect(steps.nth(1)).to_contain_text("The visitor was told: “")
    await expect(steps.nth(1)).to_contain_text(f"Our team is back on {opens:%A}")


async def test_the_answer_is_mailed_with_a_link_into_the_same_thread(
    visit: Visit, follow: Follow, admin: httpx.AsyncClient, mail: Mailbox
) -> None:
    visitor = await visit("Mara Mailed")
    await visitor.open()
    await visitor.ask_for_a_person()
    await visitor.say("mara@example.com")
    await visitor.hears("The answer will reach you here and at mara@example.com.")
    await visitor.page.close()

    [row] = (await admin.get("/api/v1/conversations", params={"view": "all", "q": "Mara Mailed"})).json()["items"]
    answer = {"id": str(uuid4()), "text": "Your box leaves on Monday."}
    (await admin.post(f"/api/v1/conversations/{row['id']}/messages", json=answer)).raise_for_status()

    def to_mara() -> list[str]:
        bodies = [message.get_body(("plain",)) for message in mail.messages if message["To"] == "mara@example.com"]
        return [body.get_content() for body in bodies if body is not None]

    async def arrived() -> bool:
        return len(to_mara()) == 1

    await eventually(arrived, "the answer is mailed")
    [text] = to_mara()
    assert "Your box leaves on Monday." in text
    reader = await follow(re.findall(r"https?://\S+/chat#\S+", text)[0])
    await reader.hears("Your box leaves on Monday.")
    await reader.say("Thank you!")

    async def in_the_thread() -> bool:
        events = (await admin.get(f"/api/v1/conversations/{row['id']}/events")).json()["events"]
        return "Thank you!" in [event["text"] for event in events]

    await eventually(in_the_thread, "what is written behind the link is in the same thread")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_leave_one(scheme: str, axe: str, visit: Visit) -> None:
    options = {"color_scheme": scheme, "reduced_motion": "reduce", "viewport": PHONE}
    visitor = await visit("Abe Away", **options, has_touch=True, is_mobile=True)
    await visitor.launcher.tap()
    await visitor.ask_for_a_person()
    await expect(address_of(visitor)).to_be_visible()
    assert await faults(visitor.page, axe, "#chatref") == []
    await leave(visitor, "ann@example.com")
    await visitor.hears(TAKEN)
