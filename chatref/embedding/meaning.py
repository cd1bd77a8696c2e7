"""What a question means, within the time that an answer has. Without an embedder, or while it fails: nothing."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from chatref.embedding.interface import Embedder, EmbedderUnavailable

Vector = NDArray[np.float32]
logger = logging.getLogger(__name__)

TIME_LIMIT = timedelta(seconds=1)
"""For a question; a visitor waits."""
PATIENT_TIME_LIMIT = timedelta(seconds=10)
"""The same where nobody chats: for who tests what would be found."""
LEFT_ALONE = timedelta(seconds=10)
"""How long an embedder that failed twice in a row is not asked, so that its failure does not cost every visitor."""
_FAILURES_AT_MOST = 2
_LONGEST = 2_000
_REMEMBERED = 500


class Meaning:
    """Vectors of what visitors say. Lives as long as the process; never raises."""

    def __init__(self, time_limit: timedelta = TIME_LIMIT, left_alone: timedelta = LEFT_ALONE) -> None:
        self._embedder: Embedder | None = None
        self._time_limit = time_limit.total_seconds()
        self._left_alone = left_alone.total_seconds()
        self._not_before = 0.0
        self._failures = 0
        self._known: OrderedDict[str, Vector] = OrderedDict()

    def use(self, embedder: Embedder) -> None:
        """From now on. Until then there is none."""
        self._embedder = embedder

    async def of(self, text: str) -> Vector | None:
        """A vector of length 1, or None where words must do."""
        return (await self.all([text])).get(text)

    async def all(self, texts: Iterable[str]) -> dict[str, Vector]:
        """The vectors of all of them, asked for at once; of none where the embedder does not answer in time."""
        asked = {text: text.strip()[:_LONGEST] for text in texts}
        wanted = {short for short in asked.values() if short}
        missing = sorted(wanted - self._known.keys())
        if self._embedder is None or (missing and monotonic() < self._not_before):
            return {}
        known = {short: self._known[short] for short in wanted - set(missing)}
        if missing:
            try:
                async with asyncio.timeout(self._time_limit):
                    known |= zip(missing, await self._embedder.embed(missing), strict=True)
            except (EmbedderUnavailable, TimeoutError) as error:
                self._failed(error)
                return {}
            self._failures = 0
        for short, vector in known.items():
            self._known[short] = vector
            self._known.move_to_end(short)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return {text: known[short] for text, short in asked.items() if short}

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failures >= _FAILURES_AT_MOST:
            self._not_before = monotonic() + self._left_alone
        if self._failures == 1:
            logger.warning("by words alone for now: no embedding (%s)", error or "too slow")
