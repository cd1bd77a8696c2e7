"""What the supervisor needs to know of a process that it keeps running."""

import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A user of the operating system that a service runs as instead of ours."""

    uid: int
    gid: int


def nothing() -> None:
    pass


@dataclass(frozen=True)
class Service:
    """`ready` answers whether it works, given the process's id; `prepare` runs before each start."""

    name: str
    command: list[str]
    ready: Callable[[int], Awaitable[bool]]
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = nothing
    directory: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within: timedelta = timedelta(seconds=10)
    start_within: timedelta = timedelta(seconds=60)
