"""The browsers that take pushes, and whose they are."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.store.tables import PushSubscription

BROWSERS_AT_MOST = 20
"""Of one agent. The oldest make room: nobody works in more, and each costs a post for every alert."""


async def add(session: AsyncSession, subscription: PushSubscription) -> None:
    """A browser has one subscription: with an endpoint that is known, it is the known one that changes, and maybe
    whose it is."""
    given = subscription.model_dump(exclude={"id"})
    known = insert(PushSubscription).values(id=subscription.id, **given)
    await session.exec(known.on_conflict_do_update(index_elements=["endpoint"], set_=given))
    newest = (
        select(PushSubscription.id)
        .where(PushSubscription.agent_id == subscription.agent_id)
        .order_by(col(PushSubscription.created_at).desc(), col(PushSubscription.id))
        .limit(BROWSERS_AT_MOST)
    )
    await session.exec(
        delete(PushSubscription).where(
            col(PushSubscription.agent_id) == subscription.agent_id, col(PushSubscription.id).not_in(newest)
        )
    )


async def of_agents(session: AsyncSession, agent_ids: Iterable[UUID]) -> list[PushSubscription]:
    """Every browser of these agents, the oldest first."""
    theirs = select(PushSubscription).where(col(PushSubscription.agent_id).in_(set(agent_ids)))
    return list(await session.exec(theirs.order_by(col(PushSubscription.created_at), col(PushSubscription.id))))


async def count(session: AsyncSession, agent_id: UUID) -> int:
    counted = select(func.count()).select_from(PushSubscription).where(PushSubscription.agent_id == agent_id)
    return (await session.exec(counted)).one()


async def remove(session: AsyncSession, subscription_id: UUID) -> None:
    """One whose browser is gone."""
    await session.exec(delete(PushSubscription).where(col(PushSubscription.id) == subscription_id))


async def remove_endpoint(session: AsyncSession, endpoint: str) -> None:
    """Whoever's it is: only the browser itself knows its endpoint."""
    await session.exec(delete(PushSubscription).where(col(PushSubscription.endpoint) == endpoint))
