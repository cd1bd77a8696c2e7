"""The directory of one installation: its secrets, who runs in it, and what runs there now."""

import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

DEFAULT_DIRECTORY = Path(".chatref")
_LEAVE_SECONDS = 15.0
_SAME_MOMENT_SECONDS = 1.0


class DirectoryInUse(Exception):
    """Another `chatref up` runs in this directory."""


@dataclass(frozen=True)
class Directory:
    """Only its owner can read what is secret in it."""

    path: Path

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    @property
    def _processes_file(self) -> Path:
        return self.path / "processes.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises `DirectoryInUse` where somebody else holds it. The lock ends with the process, however that ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DirectoryInUse(
                    f"Another `chatref up` is running in {self.path} (its addresses: {self.run_file}). "
                    "Stop it, or choose another directory with --data."
                ) from None
            yield

    def secret(self, name: str) -> str:
        """A random value that stays the same for as long as the directory exists."""
        file = self.path / "secrets.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(32)
            _write_private(file, known)
        return known[name]

    def announce(self, run: dict[str, Any]) -> None:
        _write_private(self.run_file, run)

    def withdraw(self) -> None:
        self.run_file.unlink(missing_ok=True)

    def record_processes(self, pids: dict[str, int]) -> None:
        """Remember who was started, so that the next start can end what a killed one left behind."""
        started = {}
        for name, pid in pids.items():
            try:
                started[name] = {"pid": pid, "started": psutil.Process(pid).create_time()}
            except psutil.NoSuchProcess:
                continue
        _write_private(self._processes_file, started)

    def forget_processes(self) -> None:
        self._processes_file.unlink(missing_ok=True)

    def end_leftovers(self) -> list[str]:
        """End the recorded processes that still run, the last started first. A number that was given anew is spared."""
        if not self._processes_file.exists():
            return []
        ended = []
        recorded: dict[str, dict[str, float]] = json.loads(self._processes_file.read_text())
        for name, entry in reversed(recorded.items()):
            try:
                process = psutil.Process(int(entry["pid"]))
                anew = abs(process.create_time() - entry["started"]) > _SAME_MOMENT_SECONDS
                if anew or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                process.terminate()
                if not _gone(process):
                    process.kill()
                    _gone(process)
            except psutil.NoSuchProcess:
                continue
            ended.append(name)
        self.forget_processes()
        return ended


def _gone(process: psutil.Process) -> bool:
    """Wait until it has ended. It counts when nobody has collected its exit status yet: in a container nobody may."""
    deadline = time.monotonic() + _LEAVE_SECONDS
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def _write_private(file: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, and readable by the owner only: `mkstemp` makes it so."""
    handle, temporary = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    with os.fdopen(handle, "w") as output:
        json.dump(content, output, indent=2)
    Path(temporary).replace(file)
