"""What sources go through while their histories are recorded."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.ingestion.library import Library
from tests.ingestion.web import Page, Web, article
from workflows.ingestion import IngestionWorkflow


async def site_read_in_steps(library: Library, web: Web) -> str:
    web.otherwise = lambda path: article(path, f"Text of {path}.", tuple(f"/{number}" for number in range(12)))
    web.pages["/robots.txt"] = web.pages["/sitemap.xml"] = Page(status=404)
    source_id = await library.add("site", f"{web.url}/", pages=12)
    await library.finished(source_id)
    return str(source_id)


async def reading_cancelled(library: Library, web: Web) -> str:
    web.pages["/slow"] = Page("slow", after=1)
    source_id = await library.add("url", f"{web.url}/slow")
    await library.until(source_id, lambda source, counts: counts.waiting == 1)
    await library.handle(source_id).signal(IngestionWorkflow.cancel)
    await library.finished(source_id)
    return str(source_id)


async def read_on_a_schedule_and_removed(library: Library, web: Web) -> str:
    web.pages["/a"] = article("A", "Text.")
    source_id = await library.add("url", f"{web.url}/a", every=timedelta(seconds=1))
    await library.until(source_id, lambda source, counts: source.run >= 2 and source.status == "ready")
    await library.read(source_id, failed_only=True)
    await library.until(source_id, lambda source, counts: source.run >= 3 and source.status == "ready")
    await library.handle(source_id).signal(IngestionWorkflow.removed)
    await library.handle(source_id).result()
    return str(source_id)


READINGS: tuple[Callable[[Library, Web], Awaitable[str]], ...] = (
    site_read_in_steps,
    reading_cancelled,
    read_on_a_schedule_and_removed,
)
