"""An admin gives the assistant something to answer from, looks at what was read, tests it, and takes it away again."""

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Agent
from tests.ingestion.web import Page, article, web
from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD

ADMIN = Agent("", ADMIN_EMAIL, "Admin", ADMIN_PASSWORD)


async def test_add_watch_test_and_remove_sources(sit_down: SitDown) -> None:
    desk = await sit_down(ADMIN)
    page = desk.page
    await page.get_by_role("navigation", name="Views").get_by_role("link", name="Sources").click()
    main = page.get_by_role("main", name="Sources")
    listed = main.get_by_role("list", name="Sources")
    each = listed.locator("> li")
    await expect(main.get_by_role("heading", name="Sources")).to_be_visible()

    # A file, with what was read of it.
    text = "# Gift cards\n\nGift cards are valid for three years.\n\n## Balance\n\nAsk us for the quokka balance.\n"
    await main.locator("input[type=file]").set_input_files(
        {"name": "gift-cards.md", "mimeType": "text/markdown", "buffer": text.encode()}
    )
    cards = each.filter(has_text="Gift cards")
    await expect(cards).to_contain_text("2 passages")
    await cards.get_by_role("button", name="Open Gift cards").click()
    await expect(cards).to_contain_text("Ask us for the quokka balance.")

    # A question and its answer, used as written.
    await main.get_by_role("tab", name="Question").click()
    await main.get_by_label("Question, as a customer would put it").fill("Do you sell zanzibar gems?")
    await main.get_by_label("Answer, word for word").fill("Yes, in three sizes.")
    await main.get_by_role("button", name="Add answer").click()
    await expect(each.filter(has_text="zanzibar gems")).to_contain_text("1 passage")

    # An address that cannot be read says why.
    await main.get_by_role("tab", name="Web page").click()
    await main.get_by_label("Address of the page").fill("http://127.0.0.1:1/secret")
    await main.get_by_role("button", name="Add page").click()
    refused = each.filter(has_text="127.0.0.1:1/secret")
    await expect(refused).to_contain_text("The server cannot be reached.")
    await expect(refused.get_by_role("button", name="Try again")).to_be_visible()

    # Which passages would answer.
    test = main.get_by_role("region", name="Test a question")
    await test.get_by_label("Question").fill("zanzibar gems")
    await test.get_by_role("button", name="Find").click()
    await expect(test).to_contain_text("would answer from the first passage")
    await expect(test.get_by_role("listitem").first).to_contain_text("Yes, in three sizes.")
    await test.get_by_label("Question").fill("xylophone lessons in Peru")
    await test.get_by_role("button", name="Find").click()
    await expect(test).to_contain_text("does not know")

    # Removed, after a question.
    for source in (cards, refused, each.filter(has_text="zanzibar gems")):
        await source.get_by_role("button", name="More about").click()
        await page.get_by_role("menuitem", name="Remove").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
        await expect(source).to_have_count(0)


async def test_a_site_is_watched_looked_through_and_rescheduled(sit_down: SitDown) -> None:
    """Progress while it is read, errors by page, passages of a page, what did not change, and the schedule."""
    gate = asyncio.Event()
    async with web() as site:
        site.pages = {
            "/": article("Okapi house", "Welcome to the okapis.", ("/food", "/broken", "/late")),
            "/food": article("Food", "Okapis eat leaves."),
            "/broken": Page("x", status=403),
            "/late": article("Late", "Okapis sleep late."),
        }
        site.pages["/late"].gate = gate
        page = (await sit_down(ADMIN)).page
        await page.get_by_role("navigation", name="Views").get_by_role("link", name="Sources").click()
        main = page.get_by_role("main", name="Sources")
        await main.get_by_role("tab", name="Whole site").click()
        await main.get_by_label("Where the site begins").fill(f"{site.url}/")
        await main.get_by_role("button", name="Read the site").click()
        row = main.get_by_role("list", name="Sources").locator("> li").filter(has_text=site.url.removeprefix("http://"))
        await expect(row).to_contain_text("of 4 pages")
        await expect(row.get_by_role("progressbar")).to_be_visible()
        gate.set()
        await expect(row).to_contain_text("3 pages · 3 passages")
        await expect(row).to_contain_text("1 error")
        await expect(row).to_contain_text("read every day")
        await expect(row).to_contain_text("next in 24 h")

        await row.get_by_role("button", name="Open").first.click()
        await expect(row).to_contain_text("The server answered 403 (forbidden).")
        await row.get_by_role("button", name="Food").click()
        await expect(row).to_contain_text("Okapis eat leaves.")

        await row.get_by_role("button", name="More about").click()
        await page.get_by_role("menuitemradio", name="Every week").click()
        await expect(row).to_contain_text("read every week")
        await expect(row).to_contain_text("next in 7 days")

        await row.get_by_role("button", name="More about").click()
        await page.get_by_role("menuitem", name="Read again now").click()
        await expect(row).to_contain_text("3 pages (3 unchanged)")

        await row.get_by_role("button", name="More about").click()
        await page.get_by_role("menuitem", name="Remove").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
        await expect(row).to_have_count(0)


async def test_only_admins_see_sources(sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    await expect(desk.page.get_by_role("link", name="Sources")).to_have_count(0)
