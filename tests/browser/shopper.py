"""A visitor with a browser of their own, and the chat as they see it, found as people find it: by role and name."""

import re
from dataclasses import dataclass

from playwright.async_api import BrowserContext, Locator, Page, expect

QUESTION = "When will my box arrive?"
ANSWER = "Boxes are packed on the first Monday of each month"
SOURCE = "Shipping and delivery: When will my box arrive?"
CANCELLATION = "I want to cancel my subscription"
SHALL_I = "I can set up your cancellation with our team. Shall I?"
ACCOUNT_QUESTION = "What is your account ID?"
REASON_QUESTION = "And may I ask why you would like to cancel?"
PASSED_ON = "I have passed your cancellation on to our team"


def calls_before_the_script(*calls: str) -> str:
    """A page's calls to the chat from before its script is there."""
    return f"(window.Chatref = window.Chatref || []).push({', '.join(calls)});"


@dataclass
class Shopper:
    context: BrowserContext
    page: Page
    name: str

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Open chat")).and_(self.page.locator(".launcher"))

    @property
    def card(self) -> Locator:
        return self.page.get_by_role("dialog", name="Chat with")

    @property
    def log(self) -> Locator:
        return self.card.get_by_role("log", name="Messages")

    @property
    def input(self) -> Locator:
        return self.card.get_by_role("textbox", name=re.compile("^Write "))

    @property
    def header(self) -> Locator:
        return self.card.locator(".head")

    def said(self, text: str) -> Locator:
        """The messages that contain `text`, whoever wrote them, the unsent ones included."""
        return self.log.locator(".turn").filter(has_text=text)

    def happened(self, sentence: str) -> Locator:
        return self.log.locator(".hairline").filter(has_text=sentence)

    def tap(self, name: str) -> Locator:
        return self.card.get_by_role("button", name=name, exact=True)

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.input).to_be_focused()

    async def say(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")
        await expect(self.said(text)).not_to_have_count(0)

    async def hears(self, text: str) -> None:
        await expect(self.said(text).last).to_be_visible()

    async def ask_to_cancel(self) -> None:
        """From the first word to the team's being told."""
        await self.say(CANCELLATION)
        await self.hears(SHALL_I)
        await self.say("Yes, please")
        await self.hears(ACCOUNT_QUESTION)
        await self.say("FF-20417")
        await self.hears(REASON_QUESTION)
        await self.say("I am moving house")
        await self.hears(PASSED_ON)

    async def ask_for_a_person(self) -> None:
        await self.tap("Talk to a person").click()
        await self.hears("I am getting a colleague for you")


@dataclass
class Reader(Shopper):
    """The visitor on the page of their conversation: there, the card is the page."""

    @property
    def card(self) -> Locator:
        return self.page.get_by_role("main", name="Chat with")
