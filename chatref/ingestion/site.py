"""A web site: which addresses belong to it, what its robots.txt allows, and the pages that its sitemap lists."""

import asyncio
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from protego import Protego

from chatref.ingestion.fetching import ROBOT, Fetcher, FetchFailed
from chatref.ingestion.kinds import Unreadable
from chatref.ingestion.reader import Reader

SITEMAPS_AT_MOST = 50
SITEMAPS_SECONDS = 180.0
PAUSE_AT_MOST = 10.0
_LONGEST_ADDRESS = 2_000
_AS_IT_IS = "%/:=&?~+!$,;'@()*[]|"
_ROBOTS_BYTES = 512 * 1024
_TRACKING = re.compile(r"^(?:utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|ref)$")
_NO_PAGE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|js|mjs|json|xml|rss|atom|zip|gz|tar|7z|rar|exe|dmg|apk|mp[34]|m4a|mov|avi|"
    r"webm|wav|ogg|woff2?|ttf|eot|csv|xlsx?|pptx?|ics|vcf)$",
    re.IGNORECASE,
)


def normal(url: str) -> str:
    """One spelling per page: without fragment and tracking, host in small letters, the rest as it goes over the wire.

    Empty for what is no web address.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
        path = quote(parts.path or "/", safe=_AS_IT_IS)
        query = quote(_without_tracking(parts.query), safe=_AS_IT_IS)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username or not host.isprintable():
        return ""
    default = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    address = urlunsplit((parts.scheme, name if port in (None, default) else f"{name}:{port}", path, query, ""))
    return address if len(address) <= _LONGEST_ADDRESS else ""


def _without_tracking(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _TRACKING.match(key)]
    return query if len(kept) == len(pairs) else urlencode(kept)


@dataclass(frozen=True)
class Scope:
    """The pages of one host, with and without `www.`; below a folder where the site's address ends in that folder."""

    start: str

    def holds(self, url: str) -> bool:
        start, other = urlsplit(self.start), urlsplit(url)
        if _bare(start.netloc) != _bare(other.netloc) or _NO_PAGE.search(other.path):
            return False
        return not start.path.endswith("/") or other.path.startswith(start.path)

    def pages(self, links: Iterable[str]) -> list[str]:
        """Those of the site, each once, in their order."""
        return list(dict.fromkeys(url for url in map(normal, links) if url and self.holds(url)))


def _bare(host: str) -> str:
    return host.removeprefix("www.")


@dataclass(frozen=True)
class Robots:
    """What robots.txt says to us (RFC 9309). `pause` is between two pages."""

    rules: Protego

    def allows(self, url: str) -> bool:
        return bool(self.rules.can_fetch(url, ROBOT))

    @property
    def pause(self) -> float:
        return min(float(self.rules.crawl_delay(ROBOT) or 0), PAUSE_AT_MOST)

    @property
    def sitemaps(self) -> list[str]:
        return list(self.rules.sitemaps)


async def read_robots(fetcher: Fetcher, start: str) -> tuple[str, Robots]:
    """Its text and its meaning. None allows everything; one that cannot be had, nothing: then raises `FetchFailed`."""
    try:
        text = (await fetcher.fetch(urljoin(start, "/robots.txt"))).content[:_ROBOTS_BYTES].decode(errors="replace")
    except FetchFailed as error:
        if not 400 <= error.status < 500 or error.status == 429:
            raise FetchFailed(f"Its robots.txt cannot be read. {error}") from error
        text = ""
    text = text.replace("\x00", "")
    return text, Robots(Protego.parse(text))


async def read_sitemaps(fetcher: Fetcher, reader: Reader, start: str, robots: Robots, at_most: int) -> list[str]:
    """The pages that the site's sitemaps list, as many as are wanted, and as can be had in `SITEMAPS_SECONDS`.

    A sitemap that cannot be read lists nothing.
    """
    scope = Scope(start)
    to_read = robots.sitemaps or [urljoin(start, "/sitemap.xml")]
    pages: dict[str, None] = {}
    seen: set[str] = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(SITEMAPS_SECONDS):
            while to_read and len(seen) < SITEMAPS_AT_MOST and len(pages) < at_most:
                sitemap = to_read.pop(0)
                if sitemap in seen:
                    continue
                seen.add(sitemap)
                try:
                    listed, further = await reader.read_sitemap((await fetcher.fetch(sitemap)).content)
                except (FetchFailed, Unreadable):
                    continue
                pages.update(dict.fromkeys(url for url in scope.pages(listed) if robots.allows(url)))
                to_read += further
    return list(pages)[:at_most]
