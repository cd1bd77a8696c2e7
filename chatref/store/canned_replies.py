"""Canned replies, with the slugs of the teams that they are for."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.tables import CannedReply, Team

Listed = tuple[CannedReply, str]
"""A reply, and its team's slug: empty where it is for everybody."""

_LISTED = select(CannedReply, Team.slug).join(Team, col(Team.id) == CannedReply.team_id, isouter=True)


async def everyone(session: AsyncSession) -> list[Listed]:
    """By shortcut."""
    found = await session.exec(_LISTED.order_by(col(CannedReply.shortcut)))
    return [(reply, slug or "") for reply, slug in found]


async def get(session: AsyncSession, reply_id: UUID) -> Listed | None:
    found = (await session.exec(_LISTED.where(CannedReply.id == reply_id))).one_or_none()
    return found and (found[0], found[1] or "")


async def locked(session: AsyncSession, reply_id: UUID) -> CannedReply | None:
    """The reply, kept from changing until the transaction ends."""
    return (await session.exec(select(CannedReply).where(CannedReply.id == reply_id).with_for_update())).one_or_none()


async def by_shortcut(session: AsyncSession, shortcut: str) -> CannedReply | None:
    return (await session.exec(select(CannedReply).where(CannedReply.shortcut == shortcut))).one_or_none()


async def save(session: AsyncSession, reply: CannedReply) -> None:
    session.add(reply)
    await session.flush()


async def remove(session: AsyncSession, reply: CannedReply) -> None:
    await session.delete(reply)
