"""The NOTIFY channels between processes. All are hints: whoever missed one reads the tables."""

from enum import StrEnum

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


class Channel(StrEnum):
    EVENTS = "chatref_events"  # "<conversation_id>:<first_seq>:<last_seq>", once per recorded batch
    LIVE = "chatref_live"  # JSON: what is gone in a moment (typing, drafts, seen, presence)
    CONFIG = "chatref_config"  # a `Config`: reread it


class Config(StrEnum):
    """What of the business's configuration changed."""

    ACTIONS = "actions"
    SOURCES = "sources"
    POLICY = "policy"
    BRIEFING = "briefing"
    TEAMS = "teams"
    SITES = "sites"


_NOTIFY = text("select pg_notify(:channel, :payload)")


async def config_changed(session: AsyncSession, what: Config) -> None:
    """Every process hears of it when the session commits."""
    await (await session.connection()).execute(_NOTIFY, {"channel": Channel.CONFIG, "payload": what})
