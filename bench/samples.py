"""What was measured: times of one kind of exchange, summed up in figures that can be compared."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bench.meter import Meter


class What(StrEnum):
    """What an exchange is timed from and to."""

    ENGINE_SIGNAL = "engine_signal"
    ENGINE = "engine"
    ACCEPTED = "accepted"
    SEEN = "seen"
    REPLIED = "replied"
    CLAIMED = "claimed"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Figures:
    """One kind of exchange with so many conversations at once. Times in milliseconds.

    `events` and `size` (bytes) are what an exchange added to its workflow's history, None where that was not counted.
    `processor` is what it took of a core's time, by process.
    """

    what: What
    at_once: int
    count: int
    per_second: float
    p50: float
    p99: float
    events: float | None = None
    size: float | None = None
    processor: dict[str, float] = field(default_factory=dict)


@dataclass
class Times:
    """Seconds that exchanges took, by what was timed; `elapsed` seconds were spent on all, `processor` of a core's."""

    seconds: defaultdict[What, list[float]] = field(default_factory=lambda: defaultdict(list))
    elapsed: float = 0.0
    processor: dict[str, float] = field(default_factory=dict)

    def figures(
        self, what: What, at_once: int, growth: "Growth | None" = None, *, per_second: float | None = None
    ) -> Figures:
        times = self.seconds[what]
        rate = len(times) / self.elapsed if per_second is None else per_second
        events, size = growth.per_exchange(len(times)) if growth else (None, None)
        return Figures(
            what,
            at_once,
            len(times),
            rate,
            percentile(times, 0.5) * 1000,
            percentile(times, 0.99) * 1000,
            events,
            size,
            {name: spent / len(times) * 1000 for name, spent in self.processor.items()},
        )


@dataclass(frozen=True)
class Growth:
    """By how much histories grew, in sum."""

    events: int
    size: int

    def per_exchange(self, count: int) -> tuple[float, float]:
        return self.events / count, self.size / count


WARM_UP_SHARE = 0.1
"""Of the time for measuring; what happens in it is not counted."""

Exchange = Callable[[], Awaitable[Mapping[What, float]]]
"""Does one exchange, and says in seconds how long what of it took."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (the nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


async def repeat(exchanges: Sequence[Exchange], seconds: float, pids: Mapping[str, int] | None = None) -> Times:
    """All at once, each again and again until the time is over: as many are under way as there are exchanges."""
    times = Times()
    meter = Meter(pids or {})
    began = time.perf_counter()

    async def one_by_one(exchange: Exchange) -> None:
        while time.perf_counter() - began < seconds:
            for what, took in (await exchange()).items():
                times.seconds[what].append(took)

    async with asyncio.TaskGroup() as group:
        for exchange in exchanges:
            group.create_task(one_by_one(exchange))
    times.elapsed = time.perf_counter() - began
    times.processor = meter.seconds()
    return times
