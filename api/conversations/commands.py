"""What agents do with a conversation. Each is decided by its workflow, so that the answer is definite.

`Idempotency-Key` (a header) makes a repetition safe: the same key again answers the same and changes nothing.
"""

from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Depends, Request

from api.conversations.schemas import Done, Nothing, Owner, ReadTo, ReleaseTo, TagChange, TransferTo, Write
from api.engine import Start
from api.problems import invalid, not_found, problems
from api.services import Use, key_of
from api.session.caller import AUTHENTICATED, Caller
from chatref.conversation.events import Person
from chatref.conversation.state import Accepted
from chatref.store import agents, conversations, teams
from chatref.store.agents import Identity
from workflows.messages import Claim, Release, Resolve, Say, Tag, Transfer

router = APIRouter(
    prefix="/api/v1/conversations/{conversation_id}",
    tags=["conversations"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 409, 422, 503),
)


async def _start(conversation_id: UUID, caller: Caller, services: Use) -> Start | None:
    site_id = await conversations.site_of(services.database, conversation_id)
    if site_id is None:
        raise not_found("conversation")
    return services.run_start(site_id)


# Also checks that there is such a conversation: the workflow would start for any id.
Known = Annotated[Start | None, Depends(_start)]


@router.post("/claim")
async def claim(
    conversation_id: UUID, caller: Caller, services: Use, start: Known, request: Request, body: Nothing | None = None
) -> Done:
    """Take the conversation over. 409 `already_claimed` names its `owner` when somebody was faster."""
    command = Claim(_person(caller), key_of(request))
    return _done(await services.conversations.claim(conversation_id, command, start))


@router.post("/messages")
async def reply(
    conversation_id: UUID, body: Write, caller: Caller, services: Use, start: Known, request: Request
) -> Done:
    """Answer the visitor. A public reply is a claim: nobody else's conversation can be answered."""
    say = Say(_person(caller), _message_id("reply", conversation_id, body, caller, request), body.text)
    return _done(await services.conversations.reply(conversation_id, say, start))


@router.post("/notes")
async def note(
    conversation_id: UUID, body: Write, caller: Caller, services: Use, start: Known, request: Request
) -> Done:
    """Leave a note that only agents see."""
    say = Say(_person(caller), _message_id("note", conversation_id, body, caller, request), body.text)
    return _done(await services.conversations.note(conversation_id, say, start))


@router.post("/tags")
async def tag(
    conversation_id: UUID, body: TagChange, caller: Caller, services: Use, start: Known, request: Request
) -> Done:
    """Add and remove tags."""
    command = Tag(_person(caller), tuple(body.add), tuple(body.remove), key_of(request))
    return _done(await services.conversations.tag(conversation_id, command, start))


@router.post("/release")
async def release(
    conversation_id: UUID, body: ReleaseTo, caller: Caller, services: Use, start: Known, request: Request
) -> Done:
    """Give the conversation back, to the assistant or to the queue."""
    command = Release(_person(caller), body.to == "assistant", key_of(request))
    return _done(await services.conversations.release(conversation_id, command, start))


@router.post("/transfer")
async def transfer(
    conversation_id: UUID, body: TransferTo, caller: Caller, services: Use, start: Known, request: Request
) -> Done:
    """Hand the conversation to a team's queue, or to another agent."""
    command = Transfer(_person(caller), key=key_of(request))
    async with services.database.session() as session:
        if body.team is not None:
            if await teams.by_slug(session, body.team) is None:
                raise invalid("team", "there is no such team")
            command.team = body.team
        elif body.agent is not None:
            to = await agents.one(session, body.agent)
            if to is None:
                raise invalid("agent", "there is no such agent")
            command.to = _person(to)
    return _done(await services.conversations.transfer(conversation_id, command, start))


@router.post("/resolve")
async def resolve(
    conversation_id: UUID, caller: Caller, services: Use, start: Known, request: Request, body: ReadTo | None = None
) -> Done:
    """The matter is settled. A new message of the visitor reopens the conversation.

    What the visitor writes in the very moment is not closed over, where the caller says in `seen_seq` what was read.
    """
    command = Resolve(_person(caller), key_of(request), body.seen_seq if body else None)
    return _done(await services.conversations.resolve(conversation_id, command, start))


@router.post("/watch", status_code=204)
async def watch(conversation_id: UUID, caller: Caller, services: Use) -> None:
    """The agent has the conversation open: for a minute, their stream has `draft`, what the assistant is writing."""
    await services.feed.watch(conversation_id, caller.id)


@router.post("/typing", status_code=204)
async def typing(conversation_id: UUID, caller: Caller, services: Use) -> None:
    """The agent is writing. Say so every few seconds while it is true."""
    author = {"kind": "agent", "name": caller.name, "id": str(caller.id)}
    await services.feed.typing(conversation_id, author)


def _person(identity: Identity) -> Person:
    return Person(str(identity.id), identity.name)


def _message_id(what: str, conversation_id: UUID, body: Write, caller: Identity, request: Request) -> str:
    if body.id is not None:
        return str(body.id)
    key = key_of(request)
    # As with every other command, a key is its caller's, for one kind of message.
    return str(uuid5(conversation_id, f"{caller.id} {what} {key}") if key else uuid4())


def _done(accepted: Accepted) -> Done:
    owner = accepted.owner
    return Done(seq=accepted.seq, owner=Owner(id=owner.id, name=owner.name) if owner else None)
