"""The inbox's lists, and everything about one conversation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.conversations.schemas import Counts, Detailed, EventPage, RowPage
from api.problems import Problem, not_found, problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Caller
from chatref.store import conversations, events, views
from chatref.store.conversations import BadCursor, Sort, View

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], dependencies=AUTHENTICATED)

_VIEW = Query(
    description="`needs_human`: a visitor waits for a person; `unassigned`: and nobody has taken it; "
    "`mine`: yours; `all`: every open one, the assistant's too."
)


@router.get("", responses={200: {"model": RowPage}, **problems(401, 422, 503)})
async def list_conversations(
    caller: Caller,
    services: Use,
    view: Annotated[View, _VIEW] = View.NEEDS_HUMAN,
    tag: Annotated[str, Query(max_length=60)] = "",
    team: Annotated[str, Query(max_length=60, description="A team's slug.")] = "",
    q: Annotated[str, Query(max_length=200, description="Words in a message, or part of a name or an address.")] = "",
    sort: Annotated[Sort | None, Query(description="By default the longest wait first where people wait.")] = None,
    cursor: Annotated[str, Query(max_length=500, description="`next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """One page of a view."""
    query = conversations.Query(view, caller.id, tag, team, q.strip(), sort)
    try:
        async with services.database.session() as session:
            page = await conversations.page(session, query, cursor, limit)
    except BadCursor as error:
        raise Problem(422, "invalid", "cursor is not one of this list and order.") from error
    return _json({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/counts", responses={200: {"model": Counts}, **problems(401, 503)})
async def count(caller: Caller, services: Use) -> Response:
    """How many there are in each view, and of the open ones with each team and tag."""
    async with services.database.session() as session:
        return _json(await conversations.counts(session, caller.id))


@router.get("/{conversation_id}", responses={200: {"model": Detailed}, **problems(401, 404, 503)})
async def read(conversation_id: UUID, caller: Caller, services: Use) -> Response:
    """The conversation's row, and what is known of its visitor."""
    detail = await conversations.detail(services.database, conversation_id)
    if detail is None:
        raise not_found("conversation")
    return _json(detail)


@router.get("/{conversation_id}/events", responses={200: {"model": EventPage}, **problems(401, 404, 503)})
async def list_events(
    conversation_id: UUID,
    caller: Caller,
    services: Use,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only what happened after this `seq`.")] = 0,
) -> Response:
    """What happened after `after`, notes and alerts included; at most 1,000 events at once."""
    listed = await events.after(services.database, conversation_id, after)
    if not listed and not await conversations.exists(services.database, conversation_id):
        raise not_found("conversation")
    return Response(views.page_of_events(listed, after), media_type="application/json")


def _json(value: object) -> Response:
    return Response(views.as_json(value), media_type="application/json")
