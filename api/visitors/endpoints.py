"""A visitor's side of a conversation."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Query, Request, Response
from sse_starlette import EventSourceResponse

from api.live.sse import HELLO, event_stream
from api.problems import Problem, not_found, problems, unavailable
from api.services import LastEventId, Services, Use, address
from api.visitors.schemas import (
    Button,
    Look,
    MessageAccepted,
    NewMessage,
    NewRating,
    OpenConversation,
    Opened,
    Seen,
    SiteBoot,
    ThreadBoot,
    VisitorEvents,
)
from api.visitors.visitor import AUTHENTICATED, TokenCaller, VisitorCaller, check_origin
from chatref import tokens
from chatref.conversation.turns import VisitorMessage
from chatref.store import conversations, events, views
from chatref.store.conversations import Opening
from chatref.store.tables import Site
from chatref.tokens import BadToken, VisitorClaims
from workflows.messages import Rating

router = APIRouter(prefix="/widget/v1", tags=["visitor"])

After = Annotated[int, Query(ge=0, le=2**31 - 1, description="Only what happened after this `seq`.")]


@router.get("/sites/{key}", responses=problems(403, 404))
async def boot(key: str, request: Request, services: Use) -> SiteBoot:
    """How the site's widget looks, what it greets with and which buttons it has."""
    return _boot(_site(key, request, services), services)


@router.get("/conversation", dependencies=AUTHENTICATED, responses=problems(401, 403, 404, 503))
async def of_token(claims: TokenCaller, services: Use) -> ThreadBoot:
    """Which conversation the token is for, and how the site's widget looks: for a page that has only the token."""
    site = services.configuration.sites.get(claims.site)
    if site is None:
        raise unavailable("database_unavailable", "The sites have not been read yet.")
    return ThreadBoot(conversation_id=claims.conversation, site=site.key, **dict(_boot(site, services)))


@router.post("/conversations", status_code=201, responses=problems(403, 404, 413, 422, 429, 503))
async def open_conversation(body: OpenConversation, request: Request, services: Use) -> Opened:
    """Begin a conversation. Nobody is told of it until something is said."""
    services.rates.opening(address(request))
    site = _site(body.site, request, services)
    opening = _opening(body, site, request.headers.get("user-agent", ""))
    await conversations.open_one(services.database, opening)
    claims = VisitorClaims(opening.conversation_id, opening.visitor_id, site.id)
    return Opened(
        conversation_id=opening.conversation_id, visitor_token=tokens.issue(claims, services.settings.token_key)
    )


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=202,
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 413, 422, 429, 503),
)
async def post_message(
    conversation_id: UUID, body: NewMessage, visitor: VisitorCaller, services: Use
) -> MessageAccepted:
    """Say something. From 202 on it cannot be lost, whatever crashes; post it again with the same id until then."""
    services.rates.message(str(conversation_id))
    message = VisitorMessage(str(body.id), body.text, datetime.now(UTC), body.action, body.details)
    await services.conversations.visitor_wrote(conversation_id, message, services.run_start(visitor.site))
    return MessageAccepted(id=body.id)


@router.get(
    "/conversations/{conversation_id}/events",
    dependencies=AUTHENTICATED,
    responses={200: {"model": VisitorEvents}, **problems(401, 403, 503)},
)
async def list_events(conversation_id: UUID, visitor: VisitorCaller, services: Use, after: After = 0) -> Response:
    """What happened after `after`, as far as the visitor may see it; at most 1,000 events at once."""
    listed = await events.public_after(services.database, conversation_id, after)
    return Response(views.page_of_events(listed, after), media_type="application/json")


@router.get(
    "/conversations/{conversation_id}/stream",
    dependencies=AUTHENTICATED,
    response_class=EventSourceResponse,
    responses=problems(401, 403, 429),
)
async def stream(
    conversation_id: UUID, visitor: VisitorCaller, services: Use, last_event_id: LastEventId, after: After = 0
) -> Response:
    """The same events, live, as Server-Sent Events: `event: event` with the `seq` as `id`, `event: typing`, and
    `event: draft`: `{answers_seq, text}`, all that the assistant has written so far to the message with that `seq`. It
    is repeated every few seconds, empty when it is withdrawn, and void with the next event: only that is what was said.

    It begins after `Last-Event-ID` or else `after`. An event whose `seq` came before replaces that one: it happens when
    a crash took what had not become durable.
    """
    if not services.feed.has_room(conversation_id):
        raise Problem(429, "rate_limited", "Too many streams are open; close some.", headers={"Retry-After": "30"})
    start = after if last_event_id is None else min(last_event_id, 2**31 - 1)
    return event_stream(_events(services, conversation_id, start))


async def _events(services: Services, conversation_id: UUID, after: int) -> AsyncIterator[bytes]:
    with services.feed.conversation(conversation_id, after) as news:
        yield HELLO
        async for chunk in news:
            yield chunk


@router.post(
    "/conversations/{conversation_id}/typing",
    status_code=204,
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 503),
)
async def typing(conversation_id: UUID, visitor: VisitorCaller, services: Use) -> None:
    """The visitor is writing. Say so every few seconds while it is true."""
    author = {"kind": "visitor", "name": "", "id": ""}
    await services.feed.typing(conversation_id, author)


@router.post(
    "/conversations/{conversation_id}/seen",
    status_code=204,
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 422, 503),
)
async def seen(conversation_id: UUID, body: Seen, visitor: VisitorCaller, services: Use) -> None:
    """The visitor has seen everything up to this `seq`."""
    seen_seq = await conversations.visitor_saw(services.database, conversation_id, body.seq)
    if seen_seq is not None:
        await services.feed.seen(conversation_id, seen_seq)


@router.post(
    "/conversations/{conversation_id}/rating",
    status_code=204,
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 422, 429, 503),
)
async def rate(conversation_id: UUID, body: NewRating, visitor: VisitorCaller, services: Use) -> None:
    """How it was, from 1 to 5."""
    services.rates.message(str(conversation_id))
    await services.conversations.rated(
        conversation_id, Rating(body.score, body.comment), services.run_start(visitor.site)
    )


def _boot(site: Site, services: Services) -> SiteBoot:
    answered_within = services.configuration.policy_of().policy.first_response
    return SiteBoot(
        name=site.name,
        look=Look.model_validate(site.look),
        buttons=[
            Button(action=action.id, label=action.triggers.button)
            for action in services.configuration.actions
            if action.enabled and action.triggers.button
        ],
        reply_time_seconds=int(answered_within.total_seconds()),
    )


def _site(key: str, request: Request, services: Services) -> Site:
    site = services.configuration.site_by_key(key)
    if site is None:
        raise not_found("site")
    check_origin(request, services, site)
    return site


def _opening(body: OpenConversation, site: Site, user_agent: str) -> Opening:
    facts = body.visitor
    visitor_id, name, email, identified = uuid4(), facts.name, str(facts.email), False
    if body.identity_token:
        try:
            person = tokens.read_identity(body.identity_token, site.identity_secret)
        except BadToken:
            raise Problem(401, "bad_identity", "identity_token is not valid for this site.") from None
        # The same person is the same visitor in every conversation.
        visitor_id, identified = uuid5(site.id, person.subject), True
        # Only what the token says is vouched for; what the page said beside it is not.
        name, email = person.name, person.email
    return Opening(
        conversation_id=uuid4(),
        visitor_id=visitor_id,
        site_id=site.id,
        name=name,
        email=email,
        attributes=facts.attributes,
        identified=identified,
        page={**body.page.model_dump(), "user_agent": user_agent[:500].replace("\x00", "")},
        time_zone=body.time_zone,
    )
