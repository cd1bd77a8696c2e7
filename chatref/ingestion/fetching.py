"""Fetching pages: from public addresses only, and within limits of size, time and redirects."""

import asyncio
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from chatref.network.addresses import AddressRefused
from chatref.network.pinned import Pinned, is_insecure

USER_AGENT = "Mozilla/5.0 (compatible; Chatref/1.0)"
ROBOT = "Chatref"
"""The name that robots.txt calls us by."""
PAGE_BYTES_AT_MOST = 10 * 1024 * 1024
REDIRECTS_AT_MOST = 5
PAGE_SECONDS = 20.0
CONNECT_SECONDS = 8.0
TRIES = 3
_PAUSES = (0.5, 2.0)
_PAUSE_AT_MOST = 15.0
_PASSING = {408, 429, 500, 502, 503, 504}
_GONE = {404, 410}
_LONGEST_VALIDATOR = 500
_REDIRECTS = {301, 302, 303, 307, 308}


class FetchFailed(Exception):
    """The page could not be had. The words are for people; `gone` when the server says that there is none."""

    def __init__(self, reason: str, *, gone: bool = False, status: int = 0) -> None:
        super().__init__(reason)
        self.gone = gone
        self.status = status


class _Passing(FetchFailed):
    """May succeed when tried again, after `pause` seconds if the server said so."""

    def __init__(self, reason: str, *, status: int = 0, pause: float | None = None) -> None:
        super().__init__(reason, status=status)
        self.pause = pause


@dataclass(frozen=True)
class Validators:
    """What a server calls the version of a page that it sent (RFC 9110, 8.8); both empty where it says nothing."""

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """For asking whether the page has changed since."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Fetched:
    """`url` is where it was in the end, after redirects. `unchanged` when it is what the validators were of: then there
    is no content."""

    url: str
    media_type: str
    charset: str
    content: bytes
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False


@dataclass(frozen=True)
class Limits:
    page_bytes: int = PAGE_BYTES_AT_MOST
    page_seconds: float = PAGE_SECONDS
    redirects: int = REDIRECTS_AT_MOST
    tries: int = TRIES


class Fetcher:
    """Fetches from any number of servers. Use as a context manager: it keeps connections."""

    def __init__(self, *, allow_private: bool = False, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._client = httpx.AsyncClient(
            transport=Pinned(allow_private),
            headers={"User-Agent": USER_AGENT, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"},
            timeout=httpx.Timeout(self._limits.page_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def fetch(self, url: str, known: Validators | None = None) -> Fetched:
        """The page, unless it is the `known` one still. What may pass is tried again a few times.

        Raises `FetchFailed`.
        """
        headers = known.headers if known else {}
        for attempt in range(self._limits.tries):
            try:
                return await self._fetch_in_time(url, headers)
            except _Passing as error:
                if attempt + 1 == self._limits.tries or (error.pause or 0) > _PAUSE_AT_MOST:
                    raise
                await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)] if error.pause is None else error.pause)
        raise AssertionError("unreachable")

    async def _fetch_in_time(self, url: str, headers: Mapping[str, str]) -> Fetched:
        seconds = self._limits.page_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(url, headers)
        except (TimeoutError, httpx.TimeoutException):
            # Not tried again: it has had its time.
            raise FetchFailed(f"The server took longer than {seconds:g} seconds.") from None
        except AddressRefused as error:
            raise FetchFailed(str(error)) from None
        except ssl.SSLError as error:
            raise FetchFailed(f"There is no secure connection to the server ({error.reason or 'TLS'}).") from None
        except httpx.ConnectError as error:
            if is_insecure(error):
                raise FetchFailed(
                    "There is no secure connection to the server: its certificate is not valid."
                ) from None
            raise _Passing("The server cannot be reached.") from None
        except zlib.error:
            raise FetchFailed("The server's answer is damaged.") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
            raise FetchFailed("That is not a web address.") from None
        except httpx.HTTPError:
            raise _Passing("The connection to the server broke.") from None

    async def _follow(self, url: str, headers: Mapping[str, str]) -> Fetched:
        for _ in range(self._limits.redirects + 1):
            if urlsplit(url).scheme not in ("http", "https"):
                raise FetchFailed("It leads to something that is no web page.")
            async with self._client.stream("GET", url, headers=dict(headers)) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    url = urljoin(url, response.headers["location"])
                    # They are of the page that was asked for, not of where it leads now.
                    headers = {}
                    continue
                unchanged = response.status_code == HTTPStatus.NOT_MODIFIED and bool(headers)
                if not unchanged:
                    _check(response)
                content = b"" if unchanged else await self._body(response)
            given = response.headers
            media_type, _, _ = given.get("content-type", "").partition(";")
            validators = Validators(_kept(given.get("etag", "")), _kept(given.get("last-modified", "")))
            charset = response.charset_encoding or ""
            return Fetched(url, media_type.strip().lower(), charset, content, validators, unchanged)
        raise FetchFailed(f"It redirects more than {self._limits.redirects} times.")

    async def _body(self, response: httpx.Response) -> bytes:
        limit = self._limits.page_bytes
        too_large = FetchFailed(f"It is larger than {_size(limit)}.")
        announced = response.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            raise too_large
        unpack = _unpacker(response.headers.get("content-encoding", ""))
        body = bytearray()
        async for part in response.aiter_raw():
            # One byte more than there may be tells that it is too large, however little was sent.
            body += unpack(part, limit + 1 - len(body)) if unpack else part
            if len(body) > limit:
                raise too_large
        return bytes(body)


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes] | None:
    """Ours, as the client's own unpacks all that came at once, and as often as the server claims to have packed it."""
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress
        case "deflate":
            return zlib.decompressobj().decompress
    raise FetchFailed("The server packs the page in a way that was not asked for.")


def _kept(validator: str) -> str:
    """A validator as it can be stored and sent again; empty for what cannot be."""
    return validator if len(validator) <= _LONGEST_VALIDATOR and validator.isascii() and validator.isprintable() else ""


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status < 300:
        return
    phrase = HTTPStatus(status).phrase.lower() if status in HTTPStatus._value2member_map_ else "an unknown status"
    reason = f"The server answered {status} ({phrase})."
    if status in _PASSING:
        given = response.headers.get("retry-after", "")
        raise _Passing(reason, status=status, pause=float(given) if given.isdecimal() else None)
    raise FetchFailed(reason, gone=status in _GONE, status=status)


def _size(limit: int) -> str:
    return f"{limit / 1024 / 1024:g} MB"
