"""Sign in, who am I, sign out; and whether I am available."""

import asyncio

from fastapi import APIRouter, Request, Response

from api.problems import Problem, problems
from api.services import Use, address
from api.session.caller import AUTHENTICATED, COOKIE, Caller, refuse_other_origins
from api.session.schemas import Availability, Session, SignIn
from chatref.credentials import new_token, password_fits, token_hash
from chatref.store import agents, people

router = APIRouter(prefix="/api/v1", tags=["session"])


@router.post("/session", responses=problems(401, 403, 422, 429, 503))
async def sign_in(body: SignIn, request: Request, response: Response, services: Use) -> Session:
    """Sign in with e-mail and password. Sets the session's cookie, for two weeks."""
    refuse_other_origins(request, services.settings.public_url)
    services.rates.sign_in(body.email, address(request))
    async with services.database.session() as session:
        agent = await agents.by_email(session, body.email)
    known_hash = agent.password_hash if agent and agent.active else ""
    # Argon2 is slow on purpose; meanwhile everybody else's requests go on.
    if not await asyncio.to_thread(password_fits, body.password, known_hash) or agent is None:
        services.rates.sign_in_failed(address(request))
        raise Problem(401, "bad_credentials", "E-mail or password is wrong.")
    services.rates.signed_in(body.email)
    token = new_token()
    async with services.database.session() as session:
        await agents.sign_in(session, agent.id, token_hash(token))
        identity = await agents.one(session, agent.id)
    if identity is None:
        raise Problem(401, "bad_credentials", "E-mail or password is wrong.")
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(agents.SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.settings.public_url.startswith("https:"),
    )
    return Session.of(identity)


@router.get("/session", dependencies=AUTHENTICATED, responses=problems(401, 503))
async def who_am_i(caller: Caller) -> Session:
    """The agent who is signed in, or whose key it is."""
    return Session.of(caller)


@router.delete("/session", status_code=204, dependencies=AUTHENTICATED, responses=problems(403, 503))
async def sign_out(request: Request, response: Response, services: Use) -> None:
    """End the session. Signing out twice is fine."""
    refuse_other_origins(request, services.settings.public_url)
    if token := request.cookies.get(COOKIE):
        async with services.database.session() as session:
            agent_id = await agents.sign_out(session, token_hash(token))
        if agent_id is not None:
            await services.feed.access_changed(agent_id)
    response.delete_cookie(COOKIE)


@router.post("/me/heartbeat", status_code=204, dependencies=AUTHENTICATED, responses=problems(401, 503))
async def heartbeat(caller: Caller, services: Use) -> None:
    """Say that you are at your desk. Who has not said so for a minute is away, and nobody counts on them."""
    await people.seen(services.database, caller.id)


@router.put("/me/availability", status_code=204, dependencies=AUTHENTICATED, responses=problems(401, 422, 503))
async def set_availability(body: Availability, caller: Caller, services: Use) -> None:
    """Say whether you are there for new chats. Everybody's inbox shows it at once."""
    async with services.database.session() as session:
        await agents.set_availability(session, caller.id, body.available)
    shown = {"agent_id": str(caller.id), "name": caller.name, "available": body.available}
    await services.feed.say({"kind": "agent", "agent": shown})
