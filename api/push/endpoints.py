"""The browsers in which an agent takes alerts while the inbox is closed (Push API, RFC 8030)."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request

from api.problems import invalid, problems
from api.push.schemas import Endpoint, Push, Subscription
from api.services import Services, Use
from api.session.caller import AUTHENTICATED, COOKIE, Caller, bearer
from chatref.credentials import token_hash
from chatref.store import push
from chatref.store.agents import Identity
from chatref.store.tables import PushSubscription

router = APIRouter(prefix="/api/v1/me/push", tags=["session"], dependencies=AUTHENTICATED)

_USER_AGENT_AT_MOST = 300


@router.get("", responses=problems(401, 503))
async def read(caller: Caller, services: Use) -> Push:
    """What a browser needs to subscribe, and how many of yours have."""
    return await _push(caller, services)


@router.post("", status_code=201, responses=problems(401, 403, 422, 503))
async def subscribe(body: Subscription, request: Request, caller: Caller, services: Use) -> Push:
    """Take pushes in this browser, until you sign out in it. Once more changes nothing, or whose they are."""
    if urlsplit(body.endpoint).scheme != "https" and not services.settings.private_addresses:
        raise invalid("endpoint", "must begin with https")
    subscription = PushSubscription(
        agent_id=caller.id,
        session="" if bearer(request) else token_hash(request.cookies.get(COOKIE, "")),
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
        user_agent=request.headers.get("user-agent", "")[:_USER_AGENT_AT_MOST],
    )
    async with services.database.session() as session:
        await push.add(session, subscription)
    return await _push(caller, services)


@router.delete("", status_code=204, responses=problems(401, 403, 422, 503))
async def unsubscribe(body: Endpoint, caller: Caller, services: Use) -> None:
    """Take no more pushes in this browser. Doing so twice is fine."""
    async with services.database.session() as session:
        await push.remove_endpoint(session, body.endpoint)


async def _push(caller: Identity, services: Services) -> Push:
    async with services.database.session() as session:
        subscriptions = await push.count(session, caller.id)
    return Push(public_key=services.vapid.public_key, subscriptions=subscriptions)
