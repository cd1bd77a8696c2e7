"""Canned replies: texts that agents keep at hand, with variables that the inbox fills in."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from api.fields import LongText, Name, Slug
from api.problems import Problem, invalid, not_found, problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Caller, Supervisor
from chatref.canned_replies import VARIABLES, check_variables
from chatref.store import canned_replies, teams
from chatref.store.canned_replies import Listed
from chatref.store.tables import CannedReply

router = APIRouter(
    prefix="/api/v1/canned-replies",
    tags=["canned replies"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 409, 422, 503),
)


def _only_known_variables(text: str) -> str:
    check_variables(text)
    return text


class CannedReplyBody(BaseModel):
    shortcut: Slug = Field(description="What agents type after `/`. No two are alike.", examples=["refund-sent"])
    title: Name = Field(examples=["The refund is on its way"])
    text: Annotated[LongText, Field(max_length=4000), AfterValidator(_only_known_variables)] = Field(
        description="What is put into the reply. Variables are filled in when it is chosen: "
        + ", ".join(f"`{{{{{name}}}}}`" for name in VARIABLES)
        + ". Others are refused.",
        examples=["Hi {{visitor.first_name}}, your refund is on its way."],
    )
    team: Slug | Literal[""] = Field(
        "", description="The slug of the team that it is for, and shown to first. Empty: for everybody."
    )


class CannedReplyOut(CannedReplyBody):
    id: UUID

    @classmethod
    def of(cls, listed: Listed) -> "CannedReplyOut":
        reply, team = listed
        # What was saved is shown, also where a variable of that day is none any more.
        return cls.model_construct(id=reply.id, shortcut=reply.shortcut, title=reply.title, text=reply.text, team=team)


class CannedReplyList(BaseModel):
    items: list[CannedReplyOut]


@router.get("")
async def list_canned_replies(caller: Caller, services: Use) -> CannedReplyList:
    """Every canned reply, by shortcut: for every agent, whatever their teams."""
    async with services.database.session() as session:
        listed = await canned_replies.everyone(session)
    return CannedReplyList(items=[CannedReplyOut.of(each) for each in listed])


@router.post("", status_code=201)
async def create(body: CannedReplyBody, supervisor: Supervisor, services: Use) -> CannedReplyOut:
    """A new canned reply. For supervisors and admins."""
    async with services.database.session() as session:
        return await _save(session, CannedReply(shortcut=body.shortcut, title=body.title, text=body.text), body)


@router.get("/{reply_id}")
async def read(reply_id: UUID, caller: Caller, services: Use) -> CannedReplyOut:
    """One canned reply."""
    async with services.database.session() as session:
        listed = await canned_replies.get(session, reply_id)
    if listed is None:
        raise not_found("canned reply")
    return CannedReplyOut.of(listed)


@router.put("/{reply_id}")
async def replace(reply_id: UUID, body: CannedReplyBody, supervisor: Supervisor, services: Use) -> CannedReplyOut:
    """Change a canned reply. For supervisors and admins."""
    async with services.database.session() as session:
        return await _save(session, await _locked(session, reply_id), body)


@router.delete("/{reply_id}", status_code=204)
async def delete(reply_id: UUID, supervisor: Supervisor, services: Use) -> None:
    """Remove a canned reply; what was written with it stays. For supervisors and admins."""
    async with services.database.session() as session:
        await canned_replies.remove(session, await _locked(session, reply_id))


async def _locked(session: AsyncSession, reply_id: UUID) -> CannedReply:
    reply = await canned_replies.locked(session, reply_id)
    if reply is None:
        raise not_found("canned reply")
    return reply


async def _save(session: AsyncSession, reply: CannedReply, body: CannedReplyBody) -> CannedReplyOut:
    same = await canned_replies.by_shortcut(session, body.shortcut)
    if same is not None and same.id != reply.id:
        raise Problem(409, "exists", "Another canned reply has this shortcut.")
    team = await teams.by_slug(session, body.team) if body.team else None
    if body.team and team is None:
        raise invalid("team", f"there is no team {body.team}")
    reply.shortcut, reply.title, reply.text = body.shortcut, body.title, body.text
    reply.team_id = team.id if team else None
    await canned_replies.save(session, reply)
    return CannedReplyOut.of((reply, body.team))
