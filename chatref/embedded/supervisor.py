"""Keeps services running: starts them in order, restarts what dies, stops them in the opposite order."""

import asyncio
import logging
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from chatref.embedded.process import kill, spawn, stop
from chatref.embedded.service import Service

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_BACKOFF_SECONDS = (0.1, 0.5, 1, 2, 5, 10)
_STEADY_SECONDS = 30.0
"""A service that ran this long had started well: the back-off begins anew."""
_LAST_LINES = 15


class ServiceFailed(Exception):
    """A service did not start; the message holds the end of its log."""


async def until_ready(service: Service, process: Process, log_file: Path) -> None:
    """Wait until the service works. Raises `ServiceFailed` where it ends, or needs too long."""
    try:
        async with asyncio.timeout(service.start_within.total_seconds()):
            while not await service.ready(process.pid):
                if process.returncode is not None:
                    raise ServiceFailed(f"{service.name} ended with {process.returncode}:\n{_end_of(log_file)}")
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        kill(process)
        raise ServiceFailed(
            f"{service.name} was not ready after {service.start_within.total_seconds():.0f} s:\n{_end_of(log_file)}"
        ) from None


@dataclass
class _Kept:
    service: Service
    process: Process
    watch: asyncio.Task[None] | None = None


@dataclass
class Supervisor:
    """`on_change` is called whenever a service has a new process. Lives in the main thread's event loop."""

    logs: Path
    on_change: Callable[[], None]
    _kept: dict[str, _Kept] = field(default_factory=dict)

    @property
    def pids(self) -> dict[str, int]:
        return {name: kept.process.pid for name, kept in self._kept.items()}

    async def start(self, service: Service) -> None:
        """Returns when the service works; from then on it is restarted whenever it ends."""
        kept = _Kept(service, await self._spawn(service))
        self._kept[service.name] = kept
        self.on_change()
        await until_ready(service, kept.process, self._log_file(service))
        kept.watch = asyncio.create_task(self._keep(kept), name=f"keep {service.name}")

    async def stop(self) -> None:
        """The last one started is the first to stop; each gets the time it asks for."""
        watches = [kept.watch for kept in self._kept.values() if kept.watch]
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        for kept in reversed(self._kept.values()):
            await stop(kept.process, kept.service.stop_signal, kept.service.stop_within)

    def kill(self) -> None:
        """End everything now; a `stop` under way then has nothing to wait for."""
        for kept in self._kept.values():
            if kept.process.returncode is None:
                kill(kept.process)

    async def _keep(self, kept: _Kept) -> None:
        name, failures = kept.service.name, 0
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            status = await kept.process.wait()
            failures = 0 if clock() - started > _STEADY_SECONDS else failures
            delay = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)]
            failures += 1
            log.warning("%s ended with %s; starting it again in %s s", name, status, delay)
            # What it started must not meet its successor.
            kill(kept.process)
            await asyncio.sleep(delay)
            try:
                kept.process = await self._spawn(kept.service)
                self.on_change()
                await until_ready(kept.service, kept.process, self._log_file(kept.service))
            except (ServiceFailed, OSError) as error:
                log.warning("%s", error)
            else:
                log.warning("%s works again", name)

    async def _spawn(self, service: Service) -> Process:
        service.prepare()
        return await spawn(service, self._log_file(service))

    def _log_file(self, service: Service) -> Path:
        return self.logs / f"{service.name}.log"


def _end_of(file: Path) -> str:
    return "\n".join(file.read_text(errors="replace").splitlines()[-_LAST_LINES:])
