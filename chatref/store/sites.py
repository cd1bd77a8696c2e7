"""Sites: the embeds of the widget."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.channels import Config, config_changed
from chatref.store.tables import Site


async def everyone(session: AsyncSession) -> list[Site]:
    return list(await session.exec(select(Site).order_by(col(Site.created_at), col(Site.id))))


async def get(session: AsyncSession, site_id: UUID) -> Site | None:
    return await session.get(Site, site_id)


async def save(session: AsyncSession, site: Site) -> None:
    session.add(site)
    await session.flush()
    await config_changed(session, Config.SITES)


async def remove(session: AsyncSession, site: Site) -> None:
    """Its visitors and their conversations go with it."""
    await session.delete(site)
    await config_changed(session, Config.SITES)
