"""Looking at the parts again and again, and telling what is wrong with them until it is told."""

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from chatref.engine import Engine, EngineUnavailable
from chatref.store.database import Database, DatabaseUnavailable
from chatref.waits import Report, Waits
from chatref.watchdog.channels import Channel, NotTold
from chatref.watchdog.incidents import Incident, Incidents, Trouble

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
WAITS_SECONDS = 120.0
WAITS_LESS_OFTEN = 10
WAITS_LESS_OFTEN_AT_MOST = 30
"""Looking at every wait is to take a tenth of the time; but where it takes long, it is done every 30th time all the
same."""
RETRIES_APART_AT_MOST = timedelta(minutes=1)

_REMEMBERED = TypeAdapter(list[Incident])


class Watchdog:
    """Looks at the parts every `every`. `memory` is a file that keeps incidents one across restarts."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        channels: Sequence[Channel],
        incidents: Incidents,
        *,
        every: timedelta,
        memory: Path | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._waits = Waits(database, engine)
        self._channels = channels
        self._incidents = incidents
        self._every = every
        self._memory = memory

    async def run(self) -> None:
        """Until it is cancelled. The parts do not hold up one another, nor does a slow channel the others."""
        self._recall()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(self._look_at_database))
            group.create_task(self._repeat(self._look_at_engine))
            group.create_task(self._repeat(self._look_at_waits))
            for channel in self._channels:
                group.create_task(self._tell_on(channel))

    async def _repeat(self, look: Callable[[], Awaitable[timedelta]]) -> None:
        while True:
            try:
                pause = await look()
            except Exception:
                # A watchdog that stumbles must go on looking.
                log.exception("a look failed")
                pause = self._every
            self._remember()
            await asyncio.sleep(pause.total_seconds())

    async def _look_at_database(self) -> timedelta:
        detail = None
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._database.ping()
        except (DatabaseUnavailable, TimeoutError) as error:
            detail = f"a statement failed ({str(error) or 'no answer in time'})."
        self._observe(Trouble.DATABASE, detail)
        return self._every

    async def _look_at_engine(self) -> timedelta:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                workers = await self._engine.workers()
        except (EngineUnavailable, TimeoutError) as error:
            self._observe(Trouble.TEMPORAL, f"a call failed ({str(error) or 'no answer in time'}).")
            return self._every
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._engine.beat()
        except (EngineUnavailable, TimeoutError) as error:
            self._observe(Trouble.TEMPORAL, f"it answers, but takes nothing ({str(error) or 'not in time'}).")
            return self._every
        self._observe(Trouble.TEMPORAL, None)
        detail = None
        if not workers.polling:
            detail = "nobody asks Temporal for conversations' work."
        elif not workers.at_work:
            detail = f"work has been waiting for {workers.backlog.total_seconds():.0f} s, and nobody takes it."
        self._observe(Trouble.WORKERS, detail)
        return self._every

    async def _look_at_waits(self) -> timedelta:
        try:
            async with asyncio.timeout(WAITS_SECONDS):
                report = await self._waits.report()
        except Exception as error:
            # Whatever it is, nothing is known of waits then. Where a part is away, that is an incident of its own.
            away = self._incidents.sees(Trouble.DATABASE) or self._incidents.sees(Trouble.TEMPORAL)
            if not away:
                log.warning("looking at the waits failed", exc_info=True)
            self._observe(Trouble.BLIND, None if away else f"looking at the waits failed ({type(error).__name__}).")
            return self._every
        self._observe(Trouble.BLIND, None)
        self._observe(Trouble.WAITS, _unprotected(report))
        pause = max(self._every, timedelta(seconds=report.seconds * WAITS_LESS_OFTEN))
        return min(pause, self._every * WAITS_LESS_OFTEN_AT_MOST)

    async def _tell_on(self, channel: Channel) -> None:
        failures = 0
        while True:
            try:
                for notice in self._incidents.due(channel.name, _now()):
                    await channel.tell(notice)
                    self._incidents.told(channel.name, notice, _now())
                    self._remember()
                failures = 0
            except NotTold as error:
                failures += 1
                log.warning("%s did not take a notice (%s); trying again", channel.name, error)
            except Exception:
                failures += 1
                log.exception("%s failed", channel.name)
            pause = self._every if not failures else self._every * 2 ** min(failures - 1, 10)
            await asyncio.sleep(min(pause, max(self._every, RETRIES_APART_AT_MOST)).total_seconds())

    def _observe(self, trouble: Trouble, detail: str | None) -> None:
        self._incidents.observe(trouble, detail, _now())
        self._incidents.forget((channel.name for channel in self._channels), _now())

    def _recall(self) -> None:
        if self._memory is None or not self._memory.exists():
            return
        try:
            self._incidents.incidents = _REMEMBERED.validate_json(self._memory.read_bytes())
        except (OSError, ValidationError):
            log.warning("what an earlier watchdog left in %s cannot be read; starting afresh", self._memory)

    def _remember(self) -> None:
        if self._memory is None:
            return
        written = self._memory.with_suffix(f".{os.getpid()}")
        try:
            written.write_bytes(_REMEMBERED.dump_json(self._incidents.incidents, indent=2))
            written.replace(self._memory)
        except OSError:
            log.exception("cannot write %s", self._memory)


def _unprotected(report: Report) -> str | None:
    if not report.unprotected:
        return None
    flaws = Counter(flaw.meaning for wait in report.unprotected for flaw in wait.flaws)
    told = "; ".join(f"{meaning} ({number})" for meaning, number in flaws.most_common())
    return f"{len(report.unprotected)} of {len(report.waits)} waits are unprotected: {told}."


def _now() -> datetime:
    return datetime.now(UTC)
