"""Sources in trouble, in a whole installation: a worker killed over a site, and content that means no good."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import psutil
import pytest

from chatref.ingestion.kinds import FILE_BYTES_AT_MOST
from tests.ingestion.papers import docx, pdf_bomb
from tests.ingestion.web import Page, Web, article, web
from tests.running import Event, Inbox, Installation, Visitor, eventually

READ_WITHIN = 120
"""Temporal gives a dead worker's page up after 10 s; the rest is patience with a busy machine."""
MEGABYTE = 1024 * 1024
PAGES = 24
READ_BEFORE_THE_KILL = 8

Source = dict[str, Any]


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with web() as site:
        yield site


class Library:
    """The admin's side of sources. Removes what it added."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.added: list[str] = []

    async def add(self, **body: Any) -> Source:
        return await self._added(await self.http.post("/api/v1/sources", json=body))

    async def upload(self, name: str, content: bytes) -> Source:
        files = {"file": (name, content)}
        return await self._added(await self.http.post("/api/v1/sources", files=files, timeout=READ_WITHIN))

    async def until(self, source: Source, wanted: Callable[[Source], bool], what: str) -> Source:
        """The source with its pages, once it is as wanted."""
        seen: Source = {}

        async def there() -> bool:
            seen.update((await self.http.get(f"/api/v1/sources/{source['id']}")).raise_for_status().json())
            return wanted(seen)

        await eventually(there, what, within=READ_WITHIN)
        return seen

    async def read(self, source: Source) -> Source:
        return await self.until(source, lambda seen: seen["status"] in ("ready", "failed"), "it is read")

    async def texts(self, source: Source, question: str) -> list[str]:
        """Of this source, what answers a question."""
        body = {"text": question, "limit": 50}
        found = (await self.http.post("/api/v1/knowledge/search", json=body)).raise_for_status().json()
        return [each["text"] for each in found["passages"] if each["source"]["id"] == source["id"]]

    async def _added(self, answer: httpx.Response) -> Source:
        source: Source = answer.raise_for_status().json()
        self.added.append(source["id"])
        return source


@pytest.fixture
async def library(http: httpx.AsyncClient, inbox: Inbox) -> AsyncIterator[Library]:
    library = Library(http)
    yield library
    for source_id in library.added:
        await http.delete(f"/api/v1/sources/{source_id}")


async def test_a_worker_killed_in_the_middle_of_a_site_goes_on_where_it_was(
    installation: Installation, library: Library, site: Web
) -> None:
    """Until the new version is whole the old one answers; a page that is broken is named, with the reason."""
    links = (*(f"/{number}" for number in range(PAGES)), "/broken")
    site.pages = {"/": article("Home", "Welcome to the platypus house.", links)}
    site.pages |= {f"/{number}": article(f"Room {number}", f"Old platypus {number}.") for number in range(3)}
    source = await library.add(kind="site", url=f"{site.url}/", page_limit=100)
    assert (await library.read(source))["status"] == "ready"

    async def old_answers() -> bool:
        return len(await library.texts(source, "old platypus")) >= 3

    await eventually(old_answers, "the old version answers")
    old = await library.texts(source, "old platypus")

    gate = asyncio.Event()
    for number in range(PAGES):
        site.pages[f"/{number}"] = article(f"Room {number}", f"New platypus {number}.")
        site.pages[f"/{number}"].gate = gate if number >= READ_BEFORE_THE_KILL else None
    site.pages["/broken"] = Page("x", status=403)
    site.asked.clear()
    (await library.http.post(f"/api/v1/sources/{source['id']}/refresh")).raise_for_status()
    await library.until(
        source, lambda seen: seen["status"] == "reading" and seen["progress"]["read"] > 3, "some pages are read"
    )
    await installation.kill("worker")
    assert await library.texts(source, "old platypus") == old
    gate.set()

    seen = await library.read(source)
    assert (seen["status"], seen["progress"]["read"]) == ("ready", PAGES + 1)
    assert {page["url"].removeprefix(site.url): page["error"] for page in seen["pages"] if page["error"]} == {
        "/broken": "The server answered 403 (forbidden)."
    }
    assert seen["passages"] == PAGES + 1

    async def new_answers() -> bool:
        texts = await library.texts(source, "new platypus")
        return bool(texts) and not any(text.startswith("Old") for text in texts)

    await eventually(new_answers, "the new version answers")
    read = [path for path in site.asked if path not in ("/robots.txt", "/sitemap.xml")]
    assert len(read) <= len(links) + 1 + 4, "what was read before the kill was read again"


async def test_a_file_as_large_as_may_be_is_taken_without_being_held_in_memory(
    installation: Installation, library: Library
) -> None:
    api = psutil.Process(installation.run["pids"]["api"])
    document = docx([("Heading1", "Lemurs"), ("Normal", "Lemurs sleep at noon.")])
    room = FILE_BYTES_AT_MOST - len(document) - 64 * 1024
    largest = docx([("Heading1", "Lemurs"), ("Normal", "Lemurs sleep at noon.")], padding=os.urandom(room))
    assert FILE_BYTES_AT_MOST - 2 * MEGABYTE < len(largest) <= FILE_BYTES_AT_MOST

    before = peak = api.memory_info().rss
    uploading = asyncio.create_task(library.upload("lemurs.docx", largest))
    while not uploading.done():
        await asyncio.sleep(0.02)
        peak = max(peak, api.memory_info().rss)
    print(f"{len(largest) / MEGABYTE:.1f} MB cost {(peak - before) / MEGABYTE:.0f} MB of memory")
    seen = await library.read(await uploading)
    assert (seen["status"], seen["passages"]) == ("ready", 1)
    assert peak - before < 30 * MEGABYTE


async def test_a_larger_file_is_refused(library: Library) -> None:
    for size in (FILE_BYTES_AT_MOST + 1, FILE_BYTES_AT_MOST + MEGABYTE):
        answer = await library.http.post("/api/v1/sources", files={"file": ("large.txt", b"x" * size)})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_bomb_is_told_as_one_and_no_chat_waits_behind_it(library: Library, visitors: list[Visitor]) -> None:
    bomb = await library.upload("bomb.pdf", pdf_bomb(400_000_000))
    visitor = visitors[0]
    await visitor.say("How do I skip a box?")

    def answered(events: list[Event]) -> bool:
        return any(event["author"]["kind"] == "assistant" for event in events)

    await visitor.sees(answered, "an answer")
    seen = await library.read(bomb)
    assert (seen["status"], seen["passages"]) == ("failed", 0)
    assert seen["error"]


async def test_an_endless_site_ends_at_its_limit(library: Library, site: Web) -> None:
    def page(path: str) -> Page:
        if path in ("/robots.txt", "/sitemap.xml"):
            return Page("", status=404)
        return article(f"Day {path}", f"The day {path}.", (f"{path}1", f"{path}2", f"{path}?again=1"))

    site.otherwise = page
    source = await library.add(kind="site", url=f"{site.url}/day", page_limit=30)
    seen = await library.read(source)
    assert (seen["status"], seen["progress"]["found"], len(seen["pages"])) == ("ready", 30, 30)
