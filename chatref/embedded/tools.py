"""The programs that Chatref needs and no package brings: found on the machine, or fetched once for every checkout."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import platformdirs
from temporalio.testing import WorkflowEnvironment

Progress = Callable[[str], None]

TEMPORAL_VERSION = "1.5.1"
"""The newest release of the Temporal CLI that `go install` can build."""
_TEMPORAL_MODULE = f"github.com/temporalio/cli/cmd/temporal@v{TEMPORAL_VERSION}"
_DOWNLOAD_WITHIN = timedelta(minutes=3)


class ToolMissing(Exception):
    """A program is not here and cannot be fetched; the message says what to do."""


def tools_directory() -> Path:
    """Where fetched programs are kept: one place per user, shared by all checkouts."""
    return platformdirs.user_cache_path("chatref") / "tools"


def find_temporal() -> Path | None:
    """The Temporal CLI, without touching the network."""
    on_path = shutil.which("temporal")
    if on_path:
        return Path(on_path)
    cached = _cached_temporal()
    return cached if cached.exists() else None


async def fetch_temporal(progress: Progress) -> Path:
    """The Temporal CLI: found, or downloaded by the Temporal SDK, or built with Go."""
    found = find_temporal()
    if found:
        return found
    with exclusive("temporal"):
        target = _cached_temporal()
        if target.exists():
            return target
        with tempfile.TemporaryDirectory(dir=tools_directory()) as scratch:
            progress("Downloading the Temporal server")
            fetched = await _download_temporal(Path(scratch))
            if fetched is None:
                fetched = await _build_temporal(Path(scratch), progress)
            fetched.rename(target)
        return target


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """One process at a time fetches a program; the others wait, and find it."""
    tools_directory().mkdir(parents=True, exist_ok=True)
    with (tools_directory() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cached_temporal() -> Path:
    return tools_directory() / "temporal"


async def _download_temporal(directory: Path) -> Path | None:
    """The SDK fetches the program in order to start it. We keep it."""
    try:
        server = await WorkflowEnvironment.start_local(
            download_dest_dir=str(directory), dev_server_startup_timeout=_DOWNLOAD_WITHIN
        )
    except RuntimeError:
        return None
    await server.shutdown()
    return next((file for file in directory.iterdir() if os.access(file, os.X_OK)), None)


async def _build_temporal(directory: Path, progress: Progress) -> Path:
    go = shutil.which("go")
    if not go:
        raise ToolMissing(
            "No Temporal server: it could not be downloaded, and there is no Go to build it with. "
            "Install the Temporal CLI (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a running server."
        )
    progress(f"Building the Temporal server {TEMPORAL_VERSION} with Go (once per machine, about 3 minutes)")
    environment = os.environ | {"GOBIN": str(directory), "GOFLAGS": "", "CGO_ENABLED": "0"}
    # Without symbols for a debugger that nobody starts.
    build = await asyncio.create_subprocess_exec(
        *(go, "install", "-ldflags=-s -w", _TEMPORAL_MODULE),
        env=environment,
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _, messages = await build.communicate()
    except asyncio.CancelledError:
        build.terminate()
        raise
    if build.returncode != 0:
        reasons = "\n".join(line for line in messages.decode().splitlines() if not line.startswith("go: downloading"))
        raise ToolMissing(f"Go could not build the Temporal server ({_TEMPORAL_MODULE}):\n{reasons}")
    return directory / "temporal"


if __name__ == "__main__":
    try:
        asyncio.run(fetch_temporal(lambda text: print(f"    {text}", flush=True)))
    except ToolMissing as missing:
        sys.exit(str(missing))
