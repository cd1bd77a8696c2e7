"""Two occasions that are more than an exchange: everybody asks a slow model at once; very many widgets are open."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from bench.conversations import QUESTIONS
from bench.installation import Installation
from bench.people import Chat
from bench.samples import WARM_UP_SHARE, Figures, What, percentile, repeat

_AT_ONCE = 32
MIB = 1024 * 1024


@dataclass(frozen=True)
class SlowModel:
    """So many visitors asked in the same moment, and the model took `model_seconds`. Seconds to the reply."""

    asking: int
    model_seconds: float
    count: int
    p50: float
    p99: float
    longest: float


@dataclass(frozen=True)
class Memory:
    """Resident memory in MiB, by process: before, and with the conversations open. `reply`: one visitor asks then."""

    conversations: int
    before: dict[str, float]
    opened: dict[str, float]
    opened_in: float
    reply: Figures


async def ask_slow_model(installation: Installation, asking: int, model_seconds: float, rounds: int) -> SlowModel:
    chats = [await Chat.open(installation.url) for _ in range(asking)]
    # The first question of all also waits for a worker that has just been started. It is not asked again: asked the
    # same too soon, the assistant calls a person.
    await chats[0].ask(QUESTIONS[-1])
    took: list[float] = []
    for number in range(rounds):
        replied = await asyncio.gather(*(chat.ask(QUESTIONS[number % len(QUESTIONS)]) for chat in chats))
        took += [seconds for _, seconds in replied]
    for chat in chats:
        chat.close()
    return SlowModel(asking, model_seconds, len(took), percentile(took, 0.5), percentile(took, 0.99), max(took))


async def hold_open(installation: Installation, conversations: int, seconds: float) -> Memory:
    """Each visitor asks one thing, and keeps the widget open."""
    before = _resident(installation.pids)
    began = time.perf_counter()
    free = asyncio.Semaphore(_AT_ONCE)

    async def visit() -> tuple[Chat, Iterator[str]]:
        async with free:
            chat = await Chat.open(installation.url)
            # Each goes round by itself: asked the same too soon again, the assistant calls a person.
            questions = itertools.cycle(QUESTIONS)
            await chat.ask(next(questions))
            return chat, questions

    chats = await asyncio.gather(*(visit() for _ in range(conversations)))
    opened_in = time.perf_counter() - began
    opened = _resident(installation.pids)
    turns = itertools.cycle(chats)

    async def exchange() -> dict[What, float]:
        chat, questions = next(turns)
        _, replied = await chat.ask(next(questions))
        return {What.REPLIED: replied}

    await repeat([exchange], seconds * WARM_UP_SHARE)
    times = await repeat([exchange], seconds)
    for chat, _ in chats:
        chat.close()
    return Memory(conversations, before, opened, opened_in, times.figures(What.REPLIED, 1))


def _resident(pids: dict[str, int]) -> dict[str, float]:
    return {name: psutil.Process(pids[name]).memory_info().rss / MIB for name in ("api", "worker", "temporal")}
