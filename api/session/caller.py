"""Who calls: an agent's session cookie, or an API key as Bearer."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from api.origins import is_ours
from api.problems import Problem
from api.services import Services, Use
from chatref.credentials import token_hash
from chatref.store import agents
from chatref.store.agents import Identity

COOKIE = "chatref_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by `POST /api/v1/session`.")
_bearer = HTTPBearer(auto_error=False, description="An API key; it acts as its agent.", scheme_name="APIKey")


def bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def refuse_other_origins(request: Request, public_url: str) -> None:
    """Browsers say from which page an unsafe request comes (Fetch, 3.2): only ours may use a session's cookie."""
    origin = request.headers.get("origin")
    if request.method in _SAFE_METHODS or origin is None:
        return
    if not is_ours(origin, request.headers.get("host", ""), public_url):
        raise Problem(403, "forbidden", "Requests from other pages are not accepted.")


async def identify(request: Request, services: Services) -> Identity | None:
    """Who calls, as far as they may at this moment: asked again later, somebody's session may be over."""
    if key := bearer(request):
        return await agents.by_key(services.database, token_hash(key))
    if token := request.cookies.get(COOKIE):
        return await agents.by_session(services.database, token_hash(token))
    return None


async def _caller(request: Request, services: Use) -> Identity:
    if not bearer(request) and COOKIE in request.cookies:
        refuse_other_origins(request, services.settings.public_url)
    identity = await identify(request, services)
    if identity is None:
        raise Problem(401, "not_signed_in", "Sign in, or send an API key as Bearer.")
    return identity


async def _admin(caller: "Caller") -> Identity:
    if caller.role != "admin":
        raise Problem(403, "forbidden", "Only admins may do this.")
    return caller


async def _supervisor(caller: "Caller") -> Identity:
    if caller.role not in ("supervisor", "admin"):
        raise Problem(403, "forbidden", "Only supervisors and admins may do this.")
    return caller


Caller = Annotated[Identity, Depends(_caller)]
Supervisor = Annotated[Identity, Depends(_supervisor)]
"""Or an admin."""
Admin = Annotated[Identity, Depends(_admin)]
AUTHENTICATED = [Depends(_cookie), Depends(_bearer)]
"""For routers: says in OpenAPI how their routes are authenticated. `Caller` is what checks it."""
