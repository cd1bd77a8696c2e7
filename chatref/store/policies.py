"""Service policies, the default one and those of teams: every version is kept, the latest of each counts."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.conversation.policy import ServicePolicy
from chatref.store.channels import Config, config_changed
from chatref.store.tables import PolicyVersion

DEFAULT = ""
"""In place of a team's slug: the policy of whatever has none of its own."""


@dataclass(frozen=True)
class Versioned:
    """`version` grows with every change of any policy; it is 0 where nothing is stored yet."""

    version: int
    policy: ServicePolicy


async def current(session: AsyncSession) -> dict[str, Versioned]:
    """What counts now, by the teams' slugs; empty before the first start has put the default one there."""
    latest = select(func.max(PolicyVersion.version)).group_by(col(PolicyVersion.team))
    rows = await session.exec(
        select(PolicyVersion)
        .where(col(PolicyVersion.version).in_(latest), ~col(PolicyVersion.deleted))
        .order_by(PolicyVersion.team)
    )
    return {row.team: Versioned(row.version or 0, ServicePolicy.model_validate(row.body)) for row in rows}


async def newest(session: AsyncSession) -> int:
    """The highest version, those that say that there is none any more included; 0 where nothing is stored yet."""
    return (await session.exec(select(func.max(PolicyVersion.version)))).one() or 0


async def replace(session: AsyncSession, policy: ServicePolicy, team: str = DEFAULT) -> int:
    """The new version. Conversations that run take it up with their next transition."""
    return await _add(session, PolicyVersion(team=team, body=policy.model_dump(mode="json")))


async def remove(session: AsyncSession, team: str) -> None:
    """From now on the default policy counts for the team."""
    await _add(session, PolicyVersion(team=team, body={}, deleted=True))


async def _add(session: AsyncSession, row: PolicyVersion) -> int:
    session.add(row)
    await session.flush()
    await config_changed(session, Config.POLICY)
    assert row.version is not None
    return row.version
