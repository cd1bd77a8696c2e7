"""What the owner tells the assistant: every version is kept, the latest counts."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.assistant.briefing import Briefing
from chatref.store.channels import Config, config_changed
from chatref.store.tables import BriefingVersion


async def current(session: AsyncSession) -> tuple[int, Briefing]:
    """The version and the briefing; 0 and an empty one before anybody wrote one."""
    newest = (
        await session.exec(select(BriefingVersion).order_by(col(BriefingVersion.version).desc()).limit(1))
    ).one_or_none()
    if newest is None or newest.version is None:
        return 0, Briefing()
    return newest.version, Briefing.model_validate(newest.body)


async def replace(session: AsyncSession, briefing: Briefing) -> int:
    """The new version, for every turn from now on."""
    row = BriefingVersion(body=briefing.model_dump(mode="json"))
    session.add(row)
    await session.flush()
    await config_changed(session, Config.BRIEFING)
    assert row.version is not None
    return row.version
