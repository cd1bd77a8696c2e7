"""Which pages may call: by the sites' lists for visitors' routes, only our own for agents' cookies."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from chatref.store.tables import Site


def allows(site: Site, origin: str) -> bool:
    """Whether pages of this origin may embed the site's widget; without a list, every page may."""
    return not site.allowed_origins or origin in site.allowed_origins


def any_allows(sites: Iterable[Site], origin: str) -> bool:
    return any(allows(site, origin) for site in sites)


def is_ours(origin: str, host: str, public_url: str) -> bool:
    """Whether a page of this origin is one of ours, by the host that the request was sent to or our public one."""
    return urlsplit(origin).netloc in {host, urlsplit(public_url).netloc}
