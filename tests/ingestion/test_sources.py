"""Sources of every kind, read by the durable workflow: what answers, from when on, and what is said of the rest."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from chatref.ingestion.fetching import Fetched, Fetcher, Validators
from chatref.store import sources
from tests.ingestion.library import Library
from tests.ingestion.papers import docx, pdf, pdf_bomb
from tests.ingestion.web import Page, Web, article
from workflows.ingestion import IngestionWorkflow
from workflows.messages import Schedule


async def test_files_are_read_by_their_kind(library: Library) -> None:
    files = {
        "care.md": b"# Care\n\nWater it.",
        "care.txt": b"Water it.",
        "care.html": b"<main><h1>Care</h1><p>Water it.</p></main>",
        "care.pdf": pdf([[(20, "Care"), (10, "Water it, please, but never more than once in three days.")]]),
        "care.docx": docx([("Heading1", "Care"), ("Normal", "Water it.")]),
    }
    for name, content in files.items():
        source = await library.finished(await library.add("file", content=content, name=name))
        assert (source.status, source.error) == ("ready", ""), name
    assert [text[:8] for text in await library.texts()] == ["Water it"] * len(files)


async def test_a_pdf_bomb_fails_with_a_reason(library: Library) -> None:
    library.reader._seconds = 5
    source = await library.finished(await library.add("file", content=pdf_bomb(400_000_000), name="a.pdf"))
    assert source.status == "failed"
    assert source.error
    assert await library.texts() == []


class TestOnePage:
    async def test_a_page_is_read_and_its_title_taken(self, library: Library, site: Web) -> None:
        site.pages["/returns"] = article("Returns", "You have 30 days.")
        source = await library.finished(await library.add("url", f"{site.url}/returns"))
        assert (source.status, source.title) == ("ready", "Returns")
        [passage] = await library.passages()
        assert (passage.title, passage.text, passage.url) == ("Returns", "You have 30 days.", f"{site.url}/returns")

    async def test_the_old_version_answers_until_the_new_one_is_there(self, library: Library, site: Web) -> None:
        site.pages["/a"] = article("A", "The old text.")
        source_id = await library.add("url", f"{site.url}/a")
        await library.finished(source_id)
        before = (await library.passages())[0].id

        site.pages["/a"] = article("A", "The new text.")
        site.pages["/a"].after = 0.5
        await library.read(source_id)
        await library.until(source_id, lambda source, counts: source.status == "reading" and counts.waiting == 1)
        assert await library.texts() == ["The old text."]
        await library.finished(source_id)
        [passage] = await library.passages()
        assert (passage.text, passage.id) == ("The new text.", before)

    async def test_what_fails_leaves_the_old_version_and_says_why(self, library: Library, site: Web) -> None:
        site.pages["/a"] = article("A", "The old text.")
        source_id = await library.add("url", f"{site.url}/a")
        await library.finished(source_id)
        site.pages["/a"] = Page("broken", status=500)
        await library.read(source_id)
        source = await library.finished(source_id)
        assert (source.status, source.error) == ("failed", "The server answered 500 (internal server error).")
        assert await library.texts() == ["The old text."]

    async def test_private_addresses_are_refused(self, idle_library: Library, site: Web) -> None:
        idle_library.allow_private = False
        async with idle_library.worker():
            source = await idle_library.finished(await idle_library.add("url", f"{site.url}/"))
        assert (source.status, site.asked) == ("failed", [])
        assert "private network" in source.error


class TestSite:
    async def test_links_are_followed_within_the_site(self, library: Library, site: Web) -> None:
        away = "https://elsewhere.example/"
        site.pages = {
            "/": article("Home", "Welcome.", ("/returns", "/hours#top", "/logo.png", away, "/empty", "/same")),
            "/returns": article("Returns", "You have 30 days.", ("/", "/returns?utm_source=mail", "/deep")),
            "/hours": article("Hours", "Nine to five."),
            "/deep": article("Deep", "Below."),
            "/same": article("Hours", "Nine to five."),
            "/empty": Page("<html><body><nav>x</nav></body></html>"),
            "/robots.txt": Page("User-agent: *\nAllow: /", media_type="text/plain"),
        }
        source_id = await library.add("site", f"{site.url}/", pages=50)
        source = await library.finished(source_id)
        assert (source.status, source.error) == ("ready", "")
        pages = await library.pages(source_id)
        assert {path: page.status for path, page in pages.items()} == {
            "/": "read", "/returns": "read", "/hours": "read", "/empty": "skipped", "/same": "skipped", "/deep": "read",
        } or {pages["/hours"].status, pages["/same"].status} == {"read", "skipped"}  # fmt: skip
        assert sorted(await library.texts()) == ["Below.", "Nine to five.", "Welcome.", "You have 30 days."]
        assert {passage.source_title for passage in await library.passages()} == {"Home", "Returns", "Hours", "Deep"}

    async def test_a_sitemap_says_what_the_pages_are(self, library: Library, site: Web) -> None:
        listed = "".join(f"<url><loc>{site.url}/{number}</loc></url>" for number in range(3))
        site.pages = {str(f"/{number}"): article(f"Page {number}", f"Text {number}.") for number in range(3)}
        site.pages["/"] = article("Home", "Welcome.")
        site.pages["/map.xml"] = Page(f"<urlset>{listed}</urlset>", media_type="application/xml")
        site.pages["/robots.txt"] = Page(f"Sitemap: {site.url}/map.xml", media_type="text/plain")
        source_id = await library.add("site", f"{site.url}/", pages=50)
        await library.finished(source_id)
        assert set(await library.pages(source_id)) == {"/", "/0", "/1", "/2"}

    async def test_robots_are_respected(self, library: Library, site: Web) -> None:
        site.pages = {
            "/": article("Home", "Welcome.", ("/private/a", "/open")),
            "/private/a": article("Secret", "Secret."),
            "/open": article("Open", "Open."),
            "/robots.txt": Page("User-agent: Chatref\nDisallow: /private/", media_type="text/plain"),
        }
        await library.finished(await library.add("site", f"{site.url}/", pages=50))
        assert sorted(await library.texts()) == ["Open.", "Welcome."]
        assert "/private/a" not in site.asked

    async def test_robots_that_cannot_be_read_allow_nothing(self, library: Library, site: Web) -> None:
        site.pages = {"/": article("Home", "Welcome."), "/robots.txt": Page("x", status=500)}
        source = await library.finished(await library.add("site", f"{site.url}/", pages=50))
        assert source.status == "failed"
        assert source.error.startswith("Its robots.txt cannot be read.")
        assert site.asked == ["/robots.txt"]

    async def test_an_endless_site_ends_at_the_limit(self, library: Library, site: Web) -> None:
        def page(path: str) -> Page:
            if not path.startswith("/day"):
                return Page("", status=404)
            day = int(path.removeprefix("/day"))
            return article(f"Day {day}", f"This is day {day}.", (f"/day{day + 1}", f"/day{day + 2}"))

        site.otherwise = page
        source_id = await library.add("site", f"{site.url}/day1", pages=25)
        assert (await library.finished(source_id)).status == "ready"
        pages = await library.pages(source_id)
        assert len(pages) == 25
        assert len(await library.texts()) == 24  # the front page is not there

    async def test_errors_are_told_by_page_and_only_failed_pages_are_retried(self, library: Library, site: Web) -> None:
        site.pages = {
            "/": article("Home", "Welcome.", ("/gone", "/broken", "/huge", "/slow")),
            "/broken": Page("x", status=500),
            "/huge": Page("<p>" + "x" * 11_000_000),
            "/slow": Page("x", after=4),
        }
        source_id = await library.add("site", f"{site.url}/", pages=50)
        assert (await library.finished(source_id)).status == "ready"
        assert {path: page.error for path, page in (await library.pages(source_id)).items()} == {
            "/": "",
            "/gone": "The server answered 404 (not found).",
            "/broken": "The server answered 500 (internal server error).",
            "/huge": "It is larger than 10 MB.",
            "/slow": "The server took longer than 2 seconds.",
        }
        site.asked.clear()
        site.pages["/broken"] = article("Whole again", "Mended.")
        await library.read(source_id, failed_only=True)
        await library.finished(source_id)
        assert "/" not in site.asked
        assert sorted(await library.texts()) == ["Mended.", "Welcome."]

    async def test_changed_pages_are_replaced_and_vanished_ones_dropped(self, library: Library, site: Web) -> None:
        site.pages = {
            "/": article("Home", "Welcome.", ("/a", "/b", "/c", "/hub")),
            "/a": article("A", "Old a."),
            "/b": article("B", "Old b."),
            "/c": article("C", "Old c."),
            "/hub": article("Hub", "Hub.", ("/leaf",)),
            "/leaf": article("Leaf", "Leaf."),
        }
        source_id = await library.add("site", f"{site.url}/", pages=50)
        await library.finished(source_id)
        site.pages["/a"] = article("A", "New a.")
        del site.pages["/b"]
        # What cannot be had today is not gone, nor is what only it leads to.
        site.pages["/c"] = site.pages["/hub"] = Page("x", status=500)
        await library.read(source_id)
        assert (await library.finished(source_id)).status == "ready"
        assert sorted(await library.texts()) == ["Hub.", "Leaf.", "New a.", "Old c.", "Welcome."]

    async def test_pages_that_did_not_change_are_kept_as_they_were(self, library: Library, site: Web) -> None:
        """Those whose server says so, and those that came as the same bytes; what they lead to is followed."""
        site.pages = {
            "/": article("Home", "Welcome.", ("/a", "/hub")),
            "/a": article("A", "Old a."),
            "/hub": article("Hub", "Hub.", ("/leaf",)),
            "/leaf": article("Leaf", "Leaf."),
        }
        for path, page in site.pages.items():
            page.headers["ETag"] = f'"{path}"'
        del site.pages["/leaf"].headers["ETag"]
        source_id = await library.add("site", f"{site.url}/", pages=50)
        await library.finished(source_id)
        assert (await library.counts(source_id)).unchanged == 0
        before = await library.passages()

        site.pages["/a"] = article("A", "New a.")
        await library.read(source_id)
        await library.finished(source_id)
        counts = await library.counts(source_id)
        assert (counts.read, counts.unchanged) == (4, 3)
        assert sorted(site.confirmed) == ["/", "/hub"]
        pages = await library.pages(source_id)
        assert {path for path, page in pages.items() if page.unchanged} == {"/", "/hub", "/leaf"}
        after = await library.passages()
        assert [each.id for each in after] == [each.id for each in before]
        assert sorted(each.text for each in after) == ["Hub.", "Leaf.", "New a.", "Welcome."]

    async def test_what_goes_wrong_with_one_page_is_that_pages_error(
        self, library: Library, site: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also what nobody foresaw: tried again it would go wrong again, for ever."""
        really = Fetcher.fetch

        async def fetch(self: Fetcher, url: str, known: Validators | None = None) -> Fetched:
            if url.endswith("/cursed"):
                raise ZeroDivisionError
            return await really(self, url, known)

        monkeypatch.setattr(Fetcher, "fetch", fetch)
        site.pages = {"/": article("Home", "Welcome.", ("/cursed", "/" + "ä" * 900))}
        source_id = await library.add("site", f"{site.url}/", pages=50)
        assert (await library.finished(source_id)).status == "ready"
        pages = await library.pages(source_id)
        assert set(pages) == {"/", "/cursed"}
        assert "logged" in pages["/cursed"].error


class TestCourse:
    async def test_cancelled_in_the_middle_it_leaves_nothing_half(self, library: Library, site: Web) -> None:
        site.otherwise = lambda path: article(path, f"Text of {path}.", tuple(f"/{n}" for n in range(40)))
        site.pages["/robots.txt"] = site.pages["/sitemap.xml"] = Page(status=404)
        source_id = await library.add("site", f"{site.url}/", pages=40)
        await library.until(source_id, lambda source, counts: counts.read > 2)
        await library.handle(source_id).signal(IngestionWorkflow.cancel)
        source = await library.finished(source_id)
        assert (source.status, source.error) == ("failed", "The reading was cancelled.")
        assert await library.texts() == []

    async def test_a_worker_killed_in_the_middle_costs_only_the_pages_under_way(
        self, idle_library: Library, site: Web
    ) -> None:
        """The worker's end is as sudden as can be had in one process: its activities are cancelled and unanswered."""

        def page(path: str) -> Page:
            answer = article(path, f"Text of {path}.", tuple(f"/{number}" for number in range(30)))
            answer.after = 0.05
            return answer

        site.otherwise = page
        site.pages["/robots.txt"] = site.pages["/sitemap.xml"] = Page(status=404)
        async with idle_library.worker():
            source_id = await idle_library.add("site", f"{site.url}/", pages=31)
            await idle_library.until(source_id, lambda source, counts: counts.read >= 8)
        assert await idle_library.texts() == []
        async with idle_library.worker():
            assert (await idle_library.finished(source_id)).status == "ready"
        assert len(await idle_library.texts()) == 31
        asked = [path for path in site.asked if path not in ("/robots.txt", "/sitemap.xml")]
        assert len(asked) <= 31 + 4

    async def test_a_removed_source_ends_its_workflow(self, library: Library, site: Web) -> None:
        site.pages["/a"] = Page("x", after=1)
        source_id = await library.add("url", f"{site.url}/a")
        source = await library.until(source_id, lambda source, counts: counts.waiting == 1)
        async with library.database.session() as session:
            await sources.remove(session, source)
        async with asyncio.timeout(20):
            await library.handle(source_id).result()

    async def test_another_schedule_counts_at_once(self, library: Library, site: Web) -> None:
        """None to one, one to a shorter one, and none again: the workflow that rests takes each."""
        site.pages["/a"] = article("A", "Text.")
        source_id = await library.add("url", f"{site.url}/a")
        source = await library.finished(source_id)
        await library.schedule(source_id, Schedule(timedelta(days=7), source.changed_at))
        await library.schedule(source_id, Schedule(timedelta(milliseconds=200), source.changed_at))
        await library.until(source_id, lambda source, counts: source.run >= 3 and source.status == "ready")
        await library.schedule(source_id, Schedule(None, source.changed_at))
        assert (await library.finished(source_id)).status == "ready"

    async def test_what_is_overdue_by_another_schedule_is_read_at_once(self, library: Library, site: Web) -> None:
        site.pages["/a"] = article("A", "Text.")
        source_id = await library.add("url", f"{site.url}/a", every=timedelta(days=30))
        source = await library.until(source_id, lambda source, counts: source.status == "ready")
        await library.schedule(source_id, Schedule(timedelta(days=7), source.changed_at - timedelta(days=8)))
        await library.until(source_id, lambda source, counts: source.run >= 2 and source.status == "ready")

    async def test_a_schedule_reads_again_and_again(self, library: Library, site: Web) -> None:
        site.pages["/a"] = article("A", "First.")
        every = timedelta(milliseconds=300)
        source_id = await library.add("url", f"{site.url}/a", every=every)
        await library.until(source_id, lambda source, counts: source.status == "ready")
        site.pages["/a"] = article("A", "Second.")
        await library.until(source_id, lambda source, counts: source.run >= 3 and source.status == "ready")
        assert await library.texts() == ["Second."]
        await library.handle(source_id).signal(IngestionWorkflow.removed)
        async with asyncio.timeout(20):
            await library.handle(source_id).result()
        description = await library.handle(source_id).describe()
        assert description.status is WorkflowExecutionStatus.COMPLETED
