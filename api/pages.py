"""The built web pages: the widget's script, the inbox, the demo page."""

import re
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

_HASHED = re.compile(r"-[\w-]{8,}\.\w+$")
_FOREVER = "public, max-age=31536000, immutable"
_LOADER = "public, max-age=300"
_ASK = "no-cache"


class _Files(StaticFiles):
    """Files whose names change with their content are kept forever; pages are asked for each time (with an ETag)."""

    def __init__(self, directory: Path, *, embedded: bool = False, fallback: str = "") -> None:
        super().__init__(directory=directory, html=True)
        self._embedded = embedded
        self._fallback = fallback

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
        return response


def pages(dist: Path) -> Starlette:
    """`dist` is what `web/` is built into: widget.js, assets/, inbox/, demo/."""
    loader = StaticFiles(directory=dist)

    async def widget(request: Request) -> Response:
        response = await loader.get_response("widget.js", request.scope)
        response.headers["Cache-Control"] = _LOADER
        _open_to_other_origins(response)
        return response

    async def home(request: Request) -> Response:
        return RedirectResponse("/inbox/")

    return Starlette(
        routes=[
            Route("/", home),
            Route("/widget.js", widget),
            Mount("/assets", _Files(dist / "assets", embedded=True)),
            Mount("/inbox", _Files(dist / "inbox", fallback="index.html")),
            Mount("/demo", _Files(dist / "demo")),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={HTTPException: handle},
    )


def _open_to_other_origins(response: Response) -> None:
    """The widget is loaded by pages of every origin, those that isolate themselves included."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
