"""Starting processes that end when we do, and ending those that a killed predecessor left behind."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from chatref.embedded.service import Service

_LOG_BYTES_KEPT = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


async def spawn(service: Service, log: Path) -> Process:
    """Start a service in a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone.

    On Linux it is told to stop when we die, however that happens. The kernel ties that to the calling thread: call it
    from the main one.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))
    account = service.account
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *service.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=service.directory,
            env=os.environ | service.environment,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_bind_to_parent(service.stop_signal),
        )


async def stop(process: Process, how: signal.Signals, within: timedelta) -> None:
    """Ask a process to end; after that time kill it, and whatever it started."""
    if process.returncode is None:
        _send(process, how)
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), within.total_seconds())
        except TimeoutError:
            kill(process)
            await process.wait()


def kill(process: Process) -> None:
    """End a process and everything in its session at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        _send(process, signal.SIGKILL)


def _send(process: Process, which: signal.Signals) -> None:
    try:
        process.send_signal(which)
    except ProcessLookupError:
        pass


def _bind_to_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def bind() -> None:
        # The second check is for a parent that died between fork and here.
        if libc.prctl(_PR_SET_PDEATHSIG, farewell) != 0 or os.getppid() != parent:
            os._exit(1)

    return bind
