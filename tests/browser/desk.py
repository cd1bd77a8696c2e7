"""An agent with a browser of their own, and the inbox as they see it."""

import re
from dataclasses import dataclass

from playwright.async_api import BrowserContext, Locator, Page, expect


@dataclass(frozen=True)
class Agent:
    id: str
    email: str
    name: str
    password: str

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


@dataclass
class Desk:
    context: BrowserContext
    page: Page
    agent: Agent

    @property
    def rows(self) -> Locator:
        return self.page.get_by_role("list", name="Conversations").get_by_role("listitem")

    def row(self, visitor: str) -> Locator:
        return self.rows.filter(has_text=visitor)

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def log(self) -> Locator:
        return self.thread.get_by_role("log", name="Messages")

    @property
    def details(self) -> Locator:
        return self.page.get_by_role("complementary", name="Details")

    @property
    def toasts(self) -> Locator:
        return self.page.locator(".toast")

    def view(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Views").get_by_role("link", name=re.compile(f"^{name}( |$)"))

    def message(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    def happened(self, sentence: str) -> Locator:
        return self.log.locator(".happening").filter(has_text=sentence)

    def reply_to(self, visitor: str) -> Locator:
        return self.thread.get_by_role("textbox", name=f"Reply to {visitor}")

    @property
    def take_over(self) -> Locator:
        """The button in the composer's place."""
        return self.thread.locator(".composer").get_by_role("button", name="Take over")

    async def sign_in(self) -> None:
        await self.page.get_by_label("E-mail").fill(self.agent.email)
        await self.page.get_by_label("Password").fill(self.agent.password)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="Needs a human")).to_be_visible()

    async def open(self, visitor: str) -> None:
        await self.row(visitor).get_by_role("link").click()
        await expect(self.thread.get_by_role("heading", name=visitor)).to_be_visible()

    async def reply(self, visitor: str, text: str) -> None:
        await self.reply_to(visitor).fill(text)
        await self.reply_to(visitor).press("Enter")
        await expect(self.message(text)).to_be_visible()

    async def pass_on(self, choice: str) -> None:
        await self.thread.get_by_role("button", name="Pass on").click()
        await self.page.get_by_role("menuitem", name=choice).click()
