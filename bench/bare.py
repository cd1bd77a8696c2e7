"""The bare engine: a signal that leads to a local activity, and nothing else. Run as a program, it is the worker."""

import asyncio
import socket
import sys
from collections import deque
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.service import GrpcCompression
from temporalio.worker import Worker

from chatref.embedded.ports import LOOPBACK

with workflow.unsafe.imports_passed_through():
    import uvloop

TASK_QUEUE = "bench-bare"


class Bell:
    """How the load learns that an activity runs: a datagram on the loopback."""

    def __init__(self, port: int) -> None:
        self._address = (LOOPBACK, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    @activity.defn(name="ring")
    async def ring(self, number: int) -> None:
        self._socket.sendto(number.to_bytes(8, "big"), self._address)


@workflow.defn(name="Bare")
class BareWorkflow:
    """Each signal runs one local activity, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: deque[int] = deque()

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._numbers))
            await workflow.execute_local_activity_method(
                Bell.ring, self._numbers.popleft(), start_to_close_timeout=timedelta(seconds=5)
            )

    @workflow.signal
    def take(self, number: int) -> None:
        self._numbers.append(number)


async def connect(address: str) -> Client:
    """As Chatref connects."""
    return await Client.connect(address, grpc_compression=GrpcCompression.NONE)


async def work(address: str, port: int) -> None:
    """Until the process is stopped."""
    bell = Bell(port)
    async with Worker(await connect(address), task_queue=TASK_QUEUE, workflows=[BareWorkflow], activities=[bell.ring]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(work(sys.argv[1], int(sys.argv[2])))
