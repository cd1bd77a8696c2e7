"""The service policy: every version is kept, the latest counts."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.conversation.policy import ServicePolicy
from chatref.store.channels import Config, config_changed
from chatref.store.tables import PolicyVersion


async def current(session: AsyncSession) -> tuple[int, ServicePolicy] | None:
    """The version and the policy; None before the first start has put the default one there."""
    newest = (
        await session.exec(select(PolicyVersion).order_by(col(PolicyVersion.version).desc()).limit(1))
    ).one_or_none()
    if newest is None or newest.version is None:
        return None
    return newest.version, ServicePolicy.model_validate(newest.body)


async def replace(session: AsyncSession, policy: ServicePolicy) -> int:
    """The new version. Conversations that run keep the policy that their run started with."""
    row = PolicyVersion(body=policy.model_dump(mode="json"))
    session.add(row)
    await session.flush()
    await config_changed(session, Config.POLICY)
    assert row.version is not None
    return row.version
