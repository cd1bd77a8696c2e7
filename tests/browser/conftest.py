"""One `chatref up --demo` for all browsers, and people at them: visitors of the demo shop, agents at the inbox."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, ViewportSize, expect
from pydantic import SecretStr

from chatref.composition import WEB_PAGES
from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.embedded.state import Directory
from chatref.settings import Settings
from chatref.store.database import Database
from chatref.thread_link import ThreadLinks
from tests.browser.desk import Agent, Desk
from tests.browser.shopper import Reader, Shopper, calls_before_the_script
from tests.running import Inbox, Installation, eventually
from tests.watchdog.receivers import Mailbox, mailbox

PATIENCE_MS = 15_000
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

NewContext = Callable[..., Awaitable[BrowserContext]]
Visit = Callable[..., Awaitable[Shopper]]
SitDown = Callable[..., Awaitable[Desk]]
LinkTo = Callable[[Shopper], Awaitable[str]]
Follow = Callable[..., Awaitable[Reader]]


@pytest.fixture(scope="package")
async def mail() -> AsyncIterator[Mailbox]:
    """Where everything arrives that is mailed, to agents and to visitors."""
    async with mailbox() as box:
        yield box


@pytest.fixture(scope="package")
async def installation(tmp_path_factory: pytest.TempPathFactory, mail: Mailbox) -> AsyncIterator[Installation]:
    if not (WEB_PAGES / "widget.js").exists():
        pytest.skip("The web pages are not built here: run `make setup`.")
    expect.set_options(timeout=PATIENCE_MS)
    settings = {
        "CHATREF_PRIVATE_ADDRESSES": "true",
        "CHATREF_SMTP_URL": f"smtp://{LOOPBACK}:{mail.port}",
        "CHATREF_EMAIL_FROM": "chat@fern-and-fig.example",
    }
    installation = Installation(tmp_path_factory.mktemp("browser"), free_ports(1)[0], settings)
    await installation.start()
    yield installation
    await installation.stop(signal.SIGTERM)


@pytest.fixture(scope="package")
async def admin(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=installation.run["url"], timeout=10) as http:
        await Inbox(http).sign_in()
        yield http


@pytest.fixture(scope="package")
async def crew(admin: httpx.AsyncClient) -> dict[str, Agent]:
    """The demo's agents by first name, with passwords that we know."""
    crew = {}
    for agent in (await admin.get("/api/v1/agents")).raise_for_status().json()["items"]:
        if agent["role"] != "agent":
            continue
        known = Agent(agent["id"], agent["email"], agent["name"], password=f"at-the-desk-of-{agent['id']}")
        body = {name: agent[name] for name in ("email", "name", "role", "teams")} | {"password": known.password}
        (await admin.put(f"/api/v1/agents/{known.id}", json=body)).raise_for_status()
        crew[known.first_name] = known
    return crew


@pytest.fixture
async def ada(crew: dict[str, Agent]) -> Agent:
    return crew["Ada"]


@pytest.fixture
async def bo(crew: dict[str, Agent]) -> Agent:
    return crew["Bo"]


@pytest.fixture(autouse=True)
async def nobody_waits(admin: httpx.AsyncClient) -> None:
    """What tests before left open is settled, so that lists and counters are the test's own."""
    me = (await admin.get("/api/v1/session")).json()["agent"]["id"]
    while rows := (await admin.get("/api/v1/conversations", params={"view": "all"})).raise_for_status().json()["items"]:
        for row in rows:
            path = f"/api/v1/conversations/{row['id']}"
            if row["state"] == "human_owned":
                (await admin.post(f"{path}/transfer", json={"agent": me})).raise_for_status()
            else:
                (await admin.post(f"{path}/claim", json={})).raise_for_status()
            (await admin.post(f"{path}/resolve", json={})).raise_for_status()


@pytest.fixture
async def new_context(browser: Browser) -> AsyncIterator[NewContext]:
    """Browsers of different people. An error that a page did not catch fails the test."""
    errors: list[str] = []
    async with AsyncExitStack() as stack:

        async def new_context(**options: Any) -> BrowserContext:
            context = await browser.new_context(**({"viewport": DESKTOP, "locale": "en-US"} | options))
            context.set_default_timeout(PATIENCE_MS)
            stack.push_async_callback(context.close)
            context.on("weberror", lambda error: errors.append(f"{error.page and error.page.url}: {error.error}"))
            return context

        yield new_context
    assert errors == []


@pytest.fixture
async def visit(installation: Installation, new_context: NewContext) -> Visit:
    """Somebody opens a page with the chat on it: the demo shop's unless told otherwise."""

    async def visit(name: str = "", url: str = "", **options: Any) -> Shopper:
        context = await new_context(**options)
        page = await context.new_page()
        if name:
            await page.add_init_script(calls_before_the_script(f'["setAttributes", {{name: "{name}"}}]'))
        await page.goto(url or installation.run["demo_url"])
        shopper = Shopper(context, page, name)
        await expect(shopper.launcher).to_be_visible()
        return shopper

    return visit


@pytest.fixture
async def sit_down(installation: Installation, new_context: NewContext) -> SitDown:
    """An agent opens the inbox, signed in already unless told otherwise."""

    async def sit_down(agent: Agent, *, signed_in: bool = True, url: str = "", **options: Any) -> Desk:
        context = await new_context(**options)
        if signed_in:
            answer = await context.request.post(
                f"{installation.run['url']}/api/v1/session", data={"email": agent.email, "password": agent.password}
            )
            assert answer.ok, await answer.text()
        page = await context.new_page()
        await page.goto(url or installation.run["inbox_url"])
        if signed_in:
            await expect(page.get_by_role("heading", name="Needs a human")).to_be_visible()
        return Desk(context, page, agent)

    return sit_down


@pytest.fixture
async def link_to(installation: Installation) -> AsyncIterator[LinkTo]:
    """The link, as e-mails have it, into the conversation of this visitor of the demo shop."""
    settings = Settings(
        database_url=installation.run["database_url"],
        secret=SecretStr(Directory(installation.directory).secret("secret")),
        public_url=installation.run["url"],
    )
    database = Database(settings.database_url)
    links = ThreadLinks(database, settings.public_url, settings.token_key)

    async def link_to(visitor: Shopper) -> str:
        async def session() -> dict[str, Any] | None:
            kept: dict[str, Any] | None = await visitor.page.evaluate(
                "JSON.parse(localStorage.getItem('chatref:demo:session'))"
            )
            return kept

        async def begun() -> bool:
            return await session() is not None

        await eventually(begun, "the conversation is begun with the first message")
        return await links.to(UUID((await session() or {})["conversation_id"]))

    yield link_to
    await database.close()


@pytest.fixture
async def follow(new_context: NewContext) -> Follow:
    """Somebody opens a link in a browser of their own."""

    async def follow(link: str, **options: Any) -> Reader:
        context = await new_context(**options)
        page = await context.new_page()
        await page.goto(link)
        return Reader(context, page, "")

    return follow
