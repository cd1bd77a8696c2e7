"""The vectors of the owner's texts: computed once, kept in the database, computed anew where the model changes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

from chatref.embedding.interface import Embedder, EmbedderUnavailable
from chatref.store import vectors
from chatref.store.channels import Config
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.vectors import Vector

logger = logging.getLogger(__name__)

BATCH = 16
_WHOSE = {Config.ACTIONS, Config.SOURCES}
COMPUTE_AGAIN_AFTER = 30.0
"""Seconds before what could not be computed is tried again."""


class Vectors:
    """Says which vectors there are, and in one process at a time computes the others. Lives as long as the process.

    What is computed is kept after each batch, so that a process that is killed leaves off where the next one goes on.
    """

    def __init__(self, database: Database, embedder: Embedder, again_after: float) -> None:
        self._database = database
        self._embedder = embedder
        self._again_after = again_after
        self._wanted: dict[Config, frozenset[str]] = {}
        self._asked = asyncio.Event()

    async def of(self, whose: Config, texts: Collection[str]) -> Mapping[str, Vector] | None:
        """The vectors of all of them, or None where one is missing; then `compute_forever` sees to it.

        They are `whose` texts from now on, in place of those that were.
        """
        wanted = frozenset(texts)
        if wanted != self._wanted.get(whose):
            self._wanted[whose] = wanted
            self._asked.set()
        known = await vectors.known(self._database, self._embedder.model, wanted)
        if len(known) == len(wanted):
            return known
        self._asked.set()
        return None

    async def compute_forever(self, computed: Callable[[], Awaitable[None]]) -> None:
        """Compute what is asked for and missing; `computed` is called when it is there."""
        failing = False
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                done = await self._compute(dict(self._wanted))
                failing = False
                if done is None:
                    # Another process is at it. Once it is done, or gone, there is less or nothing left to do.
                    await asyncio.sleep(self._again_after)
                    self._asked.set()
                elif done:
                    logger.info("computed the vectors of %d texts", done)
                    await computed()
            except (EmbedderUnavailable, DatabaseUnavailable) as error:
                if not failing:
                    logger.warning("vectors cannot be computed now, words alone are searched: %s", error)
                failing = True
                await asyncio.sleep(self._again_after)
                self._asked.set()
            except Exception:
                # Whatever it is, it must not end the task: nobody would start another.
                logger.exception("vectors could not be computed")
                await asyncio.sleep(self._again_after)
                self._asked.set()

    async def _compute(self, wanted: Mapping[Config, frozenset[str]]) -> int | None:
        """How many were missing; None if another process computes."""
        texts = frozenset().union(*wanted.values())
        model = self._embedder.model
        async with vectors.computing(self._database) as mine:
            if not mine:
                return None
            known = await vectors.known(self._database, model, texts)
            missing = sorted(texts - known.keys())
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                rows = await self._embedder.embed(batch)
                await vectors.add(self._database, model, dict(zip(batch, rows, strict=True)))
            # A process that has just started does not know yet what else is needed.
            if wanted.keys() >= _WHOSE:
                await vectors.keep_only(self._database, model, texts)
            return len(missing)
