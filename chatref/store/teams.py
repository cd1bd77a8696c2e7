"""Teams. There is always exactly one default team."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.channels import Config, config_changed
from chatref.store.tables import Team


async def everyone(session: AsyncSession) -> list[Team]:
    return list(await session.exec(select(Team).order_by(col(Team.is_default).desc(), Team.name)))


async def get(session: AsyncSession, team_id: UUID) -> Team | None:
    return await session.get(Team, team_id)


async def by_slug(session: AsyncSession, slug: str) -> Team | None:
    return (await session.exec(select(Team).where(Team.slug == slug))).one_or_none()


async def missing(session: AsyncSession, slugs: Iterable[str]) -> set[str]:
    """Those of the slugs that no team has."""
    wanted = set(slugs)
    known = await session.exec(select(Team.slug).where(col(Team.slug).in_(wanted)))
    return wanted - set(known.all())


async def save(session: AsyncSession, team: Team) -> None:
    """A team saved as the default takes that over from the one before."""
    if team.is_default:
        await (await session.connection()).execute(
            update(Team).where(col(Team.id) != team.id, col(Team.is_default)).values(is_default=False)
        )
    session.add(team)
    await session.flush()
    await config_changed(session, Config.TEAMS)


async def remove(session: AsyncSession, team: Team) -> None:
    """What it was working on belongs to the default team from now on. Never the default team itself."""
    if team.is_default:
        raise ValueError("the default team cannot be removed")
    await session.delete(team)
    await config_changed(session, Config.TEAMS)
