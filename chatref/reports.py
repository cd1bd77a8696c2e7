"""The report of waits: facts from the store, counted by the domain."""

import asyncio
from datetime import datetime

from chatref.conversation.reports import Period, Report, report
from chatref.store import facts
from chatref.store.database import Database


async def waits_report(
    database: Database, period: Period, now: datetime, *, team: str = "", default_team: str = ""
) -> Report:
    """The report of a period and of the one before, of all teams or of one (a slug). Raises `DatabaseUnavailable`.

    The first one after many conversations have changed takes longer: their logs are read.
    """
    found = await facts.between(database, period.before(now).since, period.until)
    return await asyncio.to_thread(report, found, period, now, team=team, default_team=default_team)
