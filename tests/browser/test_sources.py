"""An admin gives the assistant something to answer from, looks at what was read, tests it, and takes it away again."""

from playwright.async_api import expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Agent
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

    # An address that must not be read says why.
    await main.get_by_role("tab", name="Web page").click()
    await main.get_by_label("Address of the page").fill("http://127.0.0.1:1/secret")
    await main.get_by_role("button", name="Add page").click()
    refused = each.filter(has_text="127.0.0.1:1/secret")
    await expect(refused).to_contain_text("private network")
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


async def test_only_admins_see_sources(sit_down: SitDown, ada: Agent) -> None:
    desk = await sit_down(ada)
    await expect(desk.page.get_by_role("link", name="Sources")).to_have_count(0)
