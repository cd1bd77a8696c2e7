"""Around every request: how large its body may be, which pages may call, what browsers may do with the answer.

Plain ASGI, because these run for every message and every open stream.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.origins import any_allows
from api.problems import Problem, problem_response
from chatref.configuration import Configuration
from chatref.ingestion.kinds import FILE_BYTES_AT_MOST

BODY_BYTES_AT_MOST = 64 * 1024
ACTIONS_BYTES_AT_MOST = 2 * 1024 * 1024
_AROUND_A_FILE = 64 * 1024
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""As JSON writes it, and not a backslash with `u0000` behind it."""
_LARGER = {
    re.compile(r"/api/v1/sources"): FILE_BYTES_AT_MOST + _AROUND_A_FILE,
    re.compile(r"/api/v1/actions(/.*)?"): ACTIONS_BYTES_AT_MOST,
}

_PAGES = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


class BodyLimit:
    """Refuses bodies over `BODY_BYTES_AT_MOST`, or over what `_LARGER` says, announced or not, with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        larger = (limit for path, limit in _LARGER.items() if path.fullmatch(scope["path"]))
        limit = next(larger, BODY_BYTES_AT_MOST)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit:
            too_large = Problem(413, "too_large", f"The body may have at most {limit} bytes.")
            await problem_response(too_large)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, f"The body may have at most {limit} bytes.")
            return message

        await self._app(scope, limited, send)


class WithoutNul:
    """Takes the character NUL out of whatever text comes in: PostgreSQL keeps every other. Files stay as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["path"] = scope["path"].replace("\x00", "")
        scope["query_string"] = scope["query_string"].replace(b"%00", b"")
        if Headers(scope=scope).get("content-type", "").startswith("multipart/") or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        read = False

        async def whole() -> Message:
            nonlocal read
            if read:
                return await receive()
            body = bytearray()
            while not read:
                message = await receive()
                if message["type"] != "http.request":
                    return message
                body += message.get("body", b"")
                read = not message.get("more_body", False)
            return {"type": "http.request", "body": _NUL.sub(rb"\1", bytes(body)), "more_body": False}

        await self._app(scope, whole, send)


class WidgetOrigins:
    """CORS for the visitors' routes: an origin is let in if any site allows it; the routes check for their own site."""

    def __init__(self, app: ASGIApp, configuration: Configuration) -> None:
        self._app = app
        self._configuration = configuration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None or not scope["path"].startswith("/widget/v1"):
            await self._app(scope, receive, send)
            return
        allowed = any_allows(self._configuration.sites.values(), origin)
        if scope["method"] == "OPTIONS":
            await _preflight(origin if allowed else None, send)
            return

        async def with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if allowed:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = "Retry-After"
            await send(message)

        await self._app(scope, receive, with_origin)


async def _preflight(origin: str | None, send: Send) -> None:
    headers = MutableHeaders({"Vary": "Origin"})
    if origin:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Methods"] = "GET, POST"
        headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Last-Event-ID"
        headers["Access-Control-Max-Age"] = "7200"
    await send({"type": "http.response.start", "status": 204 if origin else 403, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b""})


class SecurityHeaders:
    """What browsers may do with an answer. `https` when browsers reach us by it."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        common = [("x-content-type-options", "nosniff"), ("referrer-policy", "strict-origin-when-cross-origin")]
        if https:
            common.append(("strict-transport-security", "max-age=31536000"))
        self._api = _raw([*common, ("content-security-policy", _NOTHING), ("cache-control", "no-store")])
        self._pages = _raw(
            [
                *common,
                ("content-security-policy", _PAGES),
                ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
                ("cross-origin-opener-policy", "same-origin"),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_page = not scope["path"].startswith(("/api/", "/widget/v1", "/health"))
        added = self._pages if is_page else self._api

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in added if pair[0] not in present)]
            await send(message)

        await self._app(scope, receive, with_headers)


def _raw(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]
