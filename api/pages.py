"""The built web pages: the widget's script, the inbox, the page of one conversation, the demo page."""

import re
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.problems import handle
from chatref.thread_link import THREAD_PAGE

_HASHED = re.compile(r"-[\w-]{8,}\.\w+$")
_FOREVER = "public, max-age=31536000, immutable"
_LOADER = "public, max-age=300"
_ASK = "no-cache"
_PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
}
"""Of a page that whoever has its whole address may write on."""


class _Files(StaticFiles):
    """Files whose names change with their content are kept forever; pages are asked for each time (with an ETag)."""

    def __init__(
        self, directory: Path, *, embedded: bool = False, fallback: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(directory=directory, html=True)
        self._embedded = embedded
        self._fallback = fallback
        self._headers = headers or {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            # The inbox's addresses are its own: any of them is the one page. A missing script is an error.
            if error.status_code != 404 or not self._fallback or "." in Path(path).name:
                raise
            response = await super().get_response(self._fallback, scope)
        response.headers["Cache-Control"] = _FOREVER if _HASHED.search(path) else _ASK
        if self._embedded:
            _open_to_other_origins(response)
        response.headers.update(self._headers)
        return response


def pages(dist: Path) -> Starlette:
    """`dist` is what `web/` is built into: widget.js, assets/, inbox/, chat/, demo/."""
    loader = StaticFiles(directory=dist)
    thread = _Files(dist / "chat", headers=_PRIVATE)

    async def widget(request: Request) -> Response:
        response = await loader.get_response("widget.js", request.scope)
        response.headers["Cache-Control"] = _LOADER
        _open_to_other_origins(response)
        return response

    async def thread_page(request: Request) -> Response:
        return await thread.get_response("index.html", request.scope)

    async def home(request: Request) -> Response:
        return RedirectResponse("/inbox/")

    return Starlette(
        routes=[
            Route("/", home),
            Route("/widget.js", widget),
            Mount("/assets", _Files(dist / "assets", embedded=True)),
            Mount("/inbox", _Files(dist / "inbox", fallback="index.html")),
            Route(THREAD_PAGE, thread_page),
            Mount(THREAD_PAGE, thread),
            Mount("/demo", _Files(dist / "demo")),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={HTTPException: handle},
    )


def _open_to_other_origins(response: Response) -> None:
    """The widget is loaded by pages of every origin, those that isolate themselves included."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
