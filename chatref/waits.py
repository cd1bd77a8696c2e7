"""All live waits, and those that nothing protects: the database's word compared with the running workflows'."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from chatref.conversation.protection import Flaw, Running, Waiting, flaws, is_wait
from chatref.engine import Engine
from chatref.store import waits
from chatref.store.database import Database

LOOK_AGAIN_AFTER = (0.5, 2.0)
"""Seconds. The two witnesses are asked one after the other, while conversations go on: only what stays is a flaw."""

FRESH = timedelta(seconds=30)
LATE = timedelta(minutes=1)
"""A report may be so much older than fresh while the next one is made; then nothing is known."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wait:
    """A live wait as both witnesses tell it; what one of them does not know is None. Unprotected if it has flaws."""

    conversation_id: str
    row: Waiting | None
    running: Running | None
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True)
class Report:
    """The longest wait first, unprotected ones before all others. `seconds` is what looking took, without pauses."""

    at: datetime
    seconds: float
    waits: tuple[Wait, ...]

    @property
    def unprotected(self) -> tuple[Wait, ...]:
        return tuple(wait for wait in self.waits if wait.flaws)


class Waits:
    """Looks at every live wait. Those who ask at the same time share one look."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._looking: asyncio.Task[Report] | None = None
        self._latest: Report | None = None

    async def latest(self, within: float) -> Report | None:
        """The last report. One that is no longer fresh is made anew meanwhile, and awaited for so many seconds.

        None where nothing is known now.
        """
        if not self._is_fresh(timedelta(0)):
            try:
                async with asyncio.timeout(within):
                    await self.report()
            except Exception as error:
                logger.info("the waits could not be looked at: %s", type(error).__name__)
        return self._latest if self._is_fresh(LATE) else None

    def _is_fresh(self, late: timedelta) -> bool:
        """Looking is to take no more than a tenth of the time."""
        if self._latest is None:
            return False
        fresh = max(FRESH, 10 * timedelta(seconds=self._latest.seconds))
        return datetime.now(UTC) - self._latest.at <= fresh + late

    async def report(self) -> Report:
        """Raises `DatabaseUnavailable`, or `EngineUnavailable`: then nothing is known."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(self._looked)
        return await asyncio.shield(self._looking)

    def _looked(self, task: asyncio.Task[Report]) -> None:
        self._looking = None
        # Whoever asked may have gone; an error that nobody fetched would be logged as one of ours.
        if not task.cancelled() and task.exception() is None:
            self._latest = task.result()

    async def _look(self) -> Report:
        began, rested = monotonic(), 0.0
        rows = await waits.waiting(self._database)
        suspects = rows.keys() | await self._engine.with_people()
        found: dict[str, Wait] = {}
        for pause in (*LOOK_AGAIN_AFTER, None):
            looked = await self._judge(suspects)
            found = {key: wait for key, wait in found.items() if key not in suspects} | looked
            suspects = {key for key, wait in looked.items() if wait.flaws}
            if not suspects or pause is None:
                break
            await asyncio.sleep(pause)
            rested += pause
        ordered = sorted(found.values(), key=_order)
        return Report(datetime.now(UTC), monotonic() - began - rested, tuple(ordered))

    async def _judge(self, conversation_ids: Iterable[str]) -> dict[str, Wait]:
        ids = sorted(conversation_ids)
        # The engine first: a row that is read afterwards holds at least what the workflow had recorded by then.
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._engine.running(each)) for each in ids]
        except ExceptionGroup as failed:
            # They fail for one reason: the engine cannot be reached.
            raise failed.exceptions[0] from None
        rows = await waits.named(self._database, ids)
        now = datetime.now(UTC)
        judged = {}
        for each, task in zip(ids, asked, strict=True):
            row, running = rows.get(each), task.result()
            if is_wait(row, running):
                judged[each] = Wait(each, row, running, flaws(row, running, now))
        return judged


def _order(wait: Wait) -> tuple[bool, datetime, str]:
    since = wait.row.waiting_since if wait.row else None
    return not wait.flaws, since or datetime.max.replace(tzinfo=UTC), wait.conversation_id
