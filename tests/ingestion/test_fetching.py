"""Fetching from servers that do not mean well."""

import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatref.ingestion.fetching import Fetcher, FetchFailed, Limits, Validators
from chatref.network.addresses import AddressRefused, is_public, resolve
from tests.ingestion.web import Page, Web, web, zipped, zipped_twice

QUICK = Limits(page_bytes=100_000, page_seconds=0.5, redirects=3, tries=2)


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with web() as site:
        yield site


async def refusal(url: str, *, allow_private: bool = True, limits: Limits = QUICK) -> FetchFailed:
    async with Fetcher(allow_private=allow_private, limits=limits) as fetcher:
        with pytest.raises(FetchFailed) as error:
            await fetcher.fetch(url)
    return error.value


async def test_a_page_is_fetched_over_redirects(site: Web) -> None:
    site.pages = {"/old": Page(status=301, headers={"Location": "/new"}), "/new": Page("Hello")}
    async with Fetcher(allow_private=True) as fetcher:
        fetched = await fetcher.fetch(f"{site.url}/old")
    assert (fetched.url, fetched.media_type, fetched.content) == (f"{site.url}/new", "text/html", b"Hello")


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page("x", status=404), "404 (not found)"),
        (Page("x", status=500), "500 (internal server error)"),
        (Page("slow", after=3), "longer than 0.5 seconds"),
        (Page("x" * 200_000), "larger than"),
        (Page("drop by drop" * 100, drip=0.1), "longer than 0.5 seconds"),
        (zipped(30_000_000), "larger than"),
        (zipped_twice(30_000_000), "in a way that was not asked for"),
        (Page("no gzip", headers={"Content-Encoding": "gzip"}), "damaged"),
        (Page(status=302, headers={"Location": "http://[broken"}), "not a web address"),
        (Page(status=304), "304"),
        (Page(status=302, headers={"Location": "/page"}), "redirects more than 3 times"),
        (Page(status=302, headers={"Location": "file:///etc/passwd"}), "no web page"),
    ],
)
async def test_what_cannot_be_had_says_why(site: Web, page: Page, reason: str) -> None:
    site.pages["/page"] = page
    error = await refusal(f"{site.url}/page")
    assert reason in str(error)
    assert error.gone == (page.status == 404)


async def test_a_page_that_did_not_change_is_not_sent_again(site: Web) -> None:
    site.pages["/"] = Page("Hello", headers={"ETag": '"1"', "Last-Modified": "Tue, 01 Jul 2025 08:00:00 GMT"})
    site.pages["/moved"] = Page(status=302, headers={"Location": "/"})
    async with Fetcher(allow_private=True, limits=QUICK) as fetcher:
        first = await fetcher.fetch(f"{site.url}/")
        assert first.validators == Validators('"1"', "Tue, 01 Jul 2025 08:00:00 GMT")
        again = await fetcher.fetch(f"{site.url}/", first.validators)
        assert (again.unchanged, again.content) == (True, b"")
        elsewhere = await fetcher.fetch(f"{site.url}/moved", first.validators)
        assert (elsewhere.unchanged, elsewhere.content) == (False, b"Hello")
    assert site.confirmed == ["/"]


async def test_a_packed_page_is_unpacked(site: Web) -> None:
    site.pages["/"] = zipped(1000)
    async with Fetcher(allow_private=True, limits=QUICK) as fetcher:
        assert (await fetcher.fetch(f"{site.url}/")).content == b"<p>" + b"x" * 1000


async def test_what_may_pass_is_tried_again(site: Web) -> None:
    answers = iter([Page("x", status=503, headers={"Retry-After": "0"}), Page("there")])
    site.otherwise = lambda _: next(answers)
    async with Fetcher(allow_private=True, limits=QUICK) as fetcher:
        assert (await fetcher.fetch(f"{site.url}/")).content == b"there"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::",
        "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_private_addresses_in_every_disguise(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_public_addresses() -> None:
    assert all(is_public(ipaddress.ip_address(address)) for address in ("93.184.216.34", "2606:4700::1111"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
async def test_private_addresses_are_not_fetched_from(site: Web, host: str) -> None:
    error = await refusal(f"http://{host}:{site.url.rpartition(':')[2]}/", allow_private=False)
    assert "private network" in str(error) or "no server" in str(error)
    assert site.asked == []


def leads(monkeypatch: pytest.MonkeyPatch, name: str, *answers: str) -> None:
    """What the name resolves to, each time that it is asked for; the last one stays."""
    left = list(answers)
    really = socket.getaddrinfo

    def lookup(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host not in (name, name.encode()):
            return really(host, port, *more, **options)
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


async def test_a_redirect_into_a_private_network_is_not_followed(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first server is let in as if it were public; what it leads to is looked at like any other."""
    leads(monkeypatch, "inside.example", "192.168.0.10")
    monkeypatch.setattr(
        "chatref.network.addresses.is_public", lambda address: is_public(address) or str(address) == "127.0.0.1"
    )
    site.pages["/"] = Page(status=302, headers={"Location": "http://inside.example/admin"})
    error = await refusal(f"{site.url}/", allow_private=False)
    assert "inside.example is an address of a private network" in str(error)


async def test_the_address_that_was_checked_is_the_one_connected_to(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when asked again (DNS rebinding) is not asked again; the server still sees it."""
    leads(monkeypatch, "shop.example", "127.0.0.1", "192.0.2.1")
    site.pages["/"] = Page("the shop")
    port = site.url.rpartition(":")[2]
    async with Fetcher(allow_private=True, limits=QUICK) as fetcher:
        assert (await fetcher.fetch(f"http://shop.example:{port}/")).content == b"the shop"
    assert site.hosts == [f"shop.example:{port}"]


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(AddressRefused):
        await resolve("shop.example", 80, allow_private=False)
