"""The roster: offers what waits to whoever is free, and takes chats back from who has gone away.

It keeps nothing that matters: what it has missed, it finds when it looks again. The guarantee does not stand on it, for
every conversation has its own deadline and ladder; it makes that somebody in particular feels meant, and sooner.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

from chatref.configuration import Configuration
from chatref.conversation import assignment
from chatref.conversation.events import Person
from chatref.engine import Dispatch, EngineUnavailable
from chatref.store import roster
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.roster import Floor, Left

LOOKS_EVERY = 2.0
LEFT_ALONE_FOR = timedelta(seconds=10)
"""So long after it could not be told something, a conversation does not hold up the others."""
FAILURES_AT_MOST = 3
"""In one look in which nobody could be told: then it is not the conversations."""

logger = logging.getLogger(__name__)


class Roster:
    """Any number of processes may run one; at each moment one of them looks."""

    def __init__(self, database: Database, configuration: Configuration, dispatch: Dispatch) -> None:
        self._database = database
        self._configuration = configuration
        self._dispatch = dispatch
        self._said: set[Left] = set()
        self._alone_until: dict[str, float] = {}
        self._failures = 0
        self._heard = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks every two seconds while the block runs."""
        task = asyncio.create_task(self._look_forever(), name="roster")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def look(self) -> None:
        """Once. Raises `DatabaseUnavailable` and `EngineUnavailable`; what was not done is done at the next look."""
        async with roster.floor(self._database) as floor:
            if floor is not None:
                self._alone_until = {each: until for each, until in self._alone_until.items() if until > monotonic()}
                self._failures, self._heard = 0, False
                await self._take_back(floor)
                await self._offer(floor)

    async def _take_back(self, floor: Floor) -> None:
        left = set(await floor.left())
        # A conversation that could not act on it yet has it in its mailbox, and need not hear it again.
        self._said &= left
        for each in left - self._said:
            conversation_id = str(each.conversation_id)
            if conversation_id in self._alone_until:
                continue
            if await self._says(conversation_id, self._dispatch.owner_left(conversation_id, str(each.owner_id))):
                self._said.add(each)

    async def _offer(self, floor: Floor) -> None:
        now = datetime.now(UTC)
        queue = [each for each in await floor.queue() if self._is_open(each.team, now)]
        queue = [each for each in queue if each.conversation_id not in self._alone_until]
        if not queue:
            return
        for offer in assignment.offers(queue, await floor.candidates()):
            conversation_id, to = offer.queued.conversation_id, Person(offer.to.id, offer.to.name)
            if await self._says(conversation_id, self._dispatch.offer(conversation_id, to)):
                await floor.offered(offer)

    async def _says(self, conversation_id: str, saying: Awaitable[None]) -> bool:
        """Whether the conversation could be told; one that could not be leaves its place to the others for a while."""
        try:
            await saying
        except EngineUnavailable:
            self._alone_until[conversation_id] = monotonic() + LEFT_ALONE_FOR.total_seconds()
            self._failures += 1
            if self._failures >= FAILURES_AT_MOST and not self._heard:
                raise
            return False
        self._heard = True
        return True

    def _is_open(self, team: str, now: datetime) -> bool:
        """Whoever sits at their desk after hours is not asked."""
        hours = self._configuration.policy_of(team).policy.office_hours
        return hours is None or hours.opens_at(now) is None

    async def _look_forever(self) -> None:
        while True:
            try:
                await self.look()
            except (DatabaseUnavailable, EngineUnavailable) as error:
                logger.info("the roster could not be looked at: %s", type(error).__name__)
            except Exception:
                logger.exception("the roster could not be looked at")
            await asyncio.sleep(LOOKS_EVERY)
