"""Loads the bare engine, for what everything else is compared with."""

import asyncio
import itertools
import time
from collections.abc import Mapping
from uuid import uuid4

from temporalio.client import WorkflowHandle

from bench.bare import TASK_QUEUE, BareWorkflow, connect
from bench.history import growth, sizes
from bench.installation import Engine, Installation
from bench.samples import WARM_UP_SHARE, Exchange, Figures, What, repeat
from chatref.embedded.ports import LOOPBACK

PATIENCE_SECONDS = 30.0


class _Ears(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.awaited: dict[int, asyncio.Future[float]] = {}

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        now = time.perf_counter()
        # A local activity that is tried again rings twice.
        if awaited := self.awaited.pop(int.from_bytes(data, "big"), None):
            awaited.set_result(now)


async def load_engine(installation: Installation, engine: Engine, at_once: int, seconds: float) -> list[Figures]:
    """So many workflows at once, one signal under way in each."""
    pids = {"worker": engine.pid, "temporal": installation.pids["temporal"]}
    client = await connect(installation.temporal_address)
    numbers = itertools.count()
    _, ears = await asyncio.get_running_loop().create_datagram_endpoint(_Ears, local_addr=(LOOPBACK, engine.bell))
    handles: list[WorkflowHandle[BareWorkflow, None]] = [
        await client.start_workflow(BareWorkflow.run, id=f"bare-{uuid4()}", task_queue=TASK_QUEUE)
        for _ in range(at_once)
    ]

    def exchange_with(handle: WorkflowHandle[BareWorkflow, None]) -> Exchange:
        async def exchange() -> Mapping[What, float]:
            number = next(numbers)
            rung = ears.awaited[number] = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            await handle.signal(BareWorkflow.take, number)
            taken = time.perf_counter()
            async with asyncio.timeout(PATIENCE_SECONDS):
                return {What.ENGINE_SIGNAL: taken - began, What.ENGINE: await rung - began}

        return exchange

    exchanges = [exchange_with(handle) for handle in handles]
    await repeat(exchanges, seconds * WARM_UP_SHARE)
    ids = [handle.id for handle in handles]
    before = await sizes(client, ids)
    times = await repeat(exchanges, seconds, pids)
    grown = growth(before, await sizes(client, ids))
    for handle in handles:
        await handle.terminate()
    return [times.figures(What.ENGINE_SIGNAL, at_once), times.figures(What.ENGINE, at_once, grown)]
