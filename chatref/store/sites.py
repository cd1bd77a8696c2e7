"""Sites: the embeds of the widget."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.channels import Config, config_changed
from chatref.store.tables import Conversation, Site


async def everyone(session: AsyncSession) -> list[Site]:
    return list(await session.exec(select(Site).order_by(col(Site.created_at), col(Site.id))))


async def get(session: AsyncSession, site_id: UUID) -> Site | None:
    return await session.get(Site, site_id)


async def save(session: AsyncSession, site: Site) -> None:
    session.add(site)
    await session.flush()
    await config_changed(session, Config.SITES)


async def open_conversations(session: AsyncSession, site: Site) -> int:
    """Those of its conversations in which something was said, and which nobody has resolved."""
    count = (
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.site_id == site.id, Conversation.state != "resolved", Conversation.last_seq > 0)
    )
    return (await session.exec(count)).one()


async def remove(session: AsyncSession, site: Site) -> None:
    """Its visitors and their conversations go with it."""
    await session.delete(site)
    await config_changed(session, Config.SITES)
