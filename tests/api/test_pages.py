"""The built pages are served so that browsers keep them safe and fresh."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from httpx import ASGITransport

from api.app import create_app
from api.deliveries import Deliveries
from api.engine import Conversations
from api.ingestions import Ingestions
from chatref.settings import Settings
from chatref.store.database import Database
from tests.api.house import House
from workflows.inspection import Executions

_FILES = {
    "widget.js": "loader",
    "assets/widget-app-C-iV0Be4.js": "card",
    "inbox/index.html": "<title>Inbox</title>",
    "inbox/assets/index-Dk3sA9_x.js": "inbox" * 1000,
    "inbox/push-worker.js": "worker",
    "demo/index.html": "<title>Shop</title>",
    "chat/index.html": "<title>Your chat</title>",
    "chat/assets/index-Dk3sA9_x.js": "chat",
}


@pytest.fixture
async def browser_http(tmp_path: Path, house: House) -> AsyncIterator[httpx.AsyncClient]:
    for name, content in _FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    settings = house.settings.model_copy(update={"public_url": "https://chat.example.com"})
    app = create_app(
        settings=settings,
        database=house.database,
        conversations=Conversations(None),  # type: ignore[arg-type]  # pages do not talk to Temporal
        ingestions=Ingestions(None),  # type: ignore[arg-type]  # is not asked
        deliveries=Deliveries(None),  # type: ignore[arg-type]  # is not asked
        executions=Executions(None),  # type: ignore[arg-type]  # are not asked
        dist=tmp_path,
    )
    async with httpx.AsyncClient(transport=ASGITransport(app), base_url="https://chat.example.com") as http:
        yield http


async def test_pages_of_every_origin_may_load_the_widget(browser_http: httpx.AsyncClient) -> None:
    for path in ("/widget.js", "/assets/widget-app-C-iV0Be4.js"):
        answer = await browser_http.get(path)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in (await browser_http.get("/assets/widget-app-C-iV0Be4.js")).headers["cache-control"]
    loader = await browser_http.get("/widget.js")
    assert loader.headers["cache-control"] == "public, max-age=300"
    unchanged = await browser_http.get("/widget.js", headers={"If-None-Match": loader.headers["etag"]})
    assert unchanged.status_code == 304


async def test_every_address_of_the_inbox_is_its_one_page(browser_http: httpx.AsyncClient) -> None:
    for path in ("/inbox/", "/inbox/conversations/7", "/inbox/login"):
        answer = await browser_http.get(path)
        assert (answer.status_code, answer.text) == (200, "<title>Inbox</title>"), path
        assert answer.headers["cache-control"] == "no-cache"
    assert (await browser_http.get("/inbox/assets/gone-12345678.js")).status_code == 404
    assert (await browser_http.get("/inbox")).status_code in (307, 308)
    assert (await browser_http.get("/")).headers["location"] == "/inbox/"
    assert (await browser_http.get("/demo/")).text == "<title>Shop</title>"


async def test_pages_may_run_nothing_but_their_own_scripts(browser_http: httpx.AsyncClient) -> None:
    answer = await browser_http.get("/inbox/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_the_inboxs_worker_is_its_newest_and_as_confined_as_its_pages(browser_http: httpx.AsyncClient) -> None:
    answer = await browser_http.get("/inbox/push-worker.js")
    assert (answer.status_code, answer.text) == (200, "worker")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_the_page_of_one_conversation_keeps_its_address_to_itself(browser_http: httpx.AsyncClient) -> None:
    for path in ("/chat", "/chat/"):
        answer = await browser_http.get(path)
        assert (answer.status_code, answer.text) == (200, "<title>Your chat</title>"), path
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["cache-control"] == "no-cache"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    script = await browser_http.get("/chat/assets/index-Dk3sA9_x.js")
    assert (script.text, "immutable" in script.headers["cache-control"]) == ("chat", True)


async def test_large_scripts_are_compressed(browser_http: httpx.AsyncClient) -> None:
    answer = await browser_http.get("/inbox/assets/index-Dk3sA9_x.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]


async def test_nothing_outside_is_served(browser_http: httpx.AsyncClient) -> None:
    for path in ("/inbox/..%2fwidget.js", "/demo/%2e%2e/%2e%2e/etc/passwd", "/nothing"):
        assert (await browser_http.get(path)).status_code in (200, 404)
        assert "root:" not in (await browser_http.get(path)).text
    problem = await browser_http.get("/api/v1/nothing")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


async def test_answers_of_the_api_are_not_kept(house: House) -> None:
    database = Database(house.settings.database_url)
    app = create_app(
        settings=Settings(database_url=database.url, secret="s" * 32),
        database=database,
        conversations=Conversations(None),  # type: ignore[arg-type]  # is not asked
        ingestions=Ingestions(None),  # type: ignore[arg-type]  # is not asked
        deliveries=Deliveries(None),  # type: ignore[arg-type]  # is not asked
        executions=Executions(None),  # type: ignore[arg-type]  # are not asked
    )
    async with httpx.AsyncClient(transport=ASGITransport(app), base_url="http://chat.example.com") as http:
        answer = await http.get("/health/live")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    await database.close()
