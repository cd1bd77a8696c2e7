"""Posting to a webhook: once, and what came of it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from chatref.network.addresses import AddressRefused
from chatref.network.pinned import Pinned, is_insecure

POST_SECONDS = 20.0
USER_AGENT = "Chatref-Webhooks/1.0"


class Verdict(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True)
class Posted:
    """`outcome` says it in words for people, without anything of the answer but its status.

    `status` is None where nothing was answered; `retry_after` is for how long the receiver asked to be left alone.
    """

    verdict: Verdict
    outcome: str
    status: int | None = None
    retry_after: timedelta | None = None
    took: timedelta = timedelta(0)


class Poster:
    """Posts to any number of receivers, and keeps connections to them until it is closed."""

    def __init__(self, *, allow_private: bool = False, seconds: float = POST_SECONDS) -> None:
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            transport=Pinned(allow_private),
            headers={"User-Agent": USER_AGENT, "Content-Type": "application/json"},
            # No receiver gets another's cookies, or its own of yesterday.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(seconds),
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, url: str, body: str | bytes, headers: Mapping[str, str]) -> Posted:
        """Once, without following where it is sent on to. Whatever goes wrong is an outcome."""
        began = time.monotonic()
        verdict, outcome, status, retry_after = Verdict.FAILED, "", None, None
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream("POST", url, content=body, headers=dict(headers)) as response,
            ):
                # What else it answers is nobody's business: it is not read.
                status = response.status_code
                verdict, outcome = _judged(status)
                retry_after = _retry_after(response.headers.get("retry-after", ""))
        except AddressRefused as error:
            outcome = str(error)
        except (TimeoutError, httpx.TimeoutException):
            outcome = f"took longer than {self._seconds:g} seconds"
        except httpx.ConnectError as error:
            outcome = "no secure connection: is its certificate valid?" if is_insecure(error) else "cannot be reached"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            outcome = f"the connection broke ({type(error).__name__})"
        took = timedelta(seconds=time.monotonic() - began)
        return Posted(verdict, outcome, status, retry_after, took)


def _judged(status: int) -> tuple[Verdict, str]:
    if HTTPStatus(200) <= status < HTTPStatus(300):
        return Verdict.DELIVERED, "delivered"
    if status == HTTPStatus.GONE:
        return Verdict.GONE, "answered 410: the receiver is gone for good"
    if HTTPStatus(300) <= status < HTTPStatus(400):
        return Verdict.FAILED, f"answered {status}: redirects are not followed"
    return Verdict.FAILED, f"answered {status}"


def _retry_after(given: str) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); None for neither."""
    if given.isdecimal():
        return timedelta(seconds=min(int(given), timedelta.max.days))
    try:
        return max(parsedate_to_datetime(given).astimezone(UTC) - datetime.now(UTC), timedelta(0))
    except ValueError:
        return None
