"""Chatref as its users run it: `chatref up` in a directory, and a visitor and an agent who talk to it over HTTP."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil

ADMIN_EMAIL = "admin@example.com"
ADMIN_PASSWORD = "correct-horse-battery"
Event = dict[str, Any]


async def eventually(
    condition: Callable[[], Awaitable[bool]], what: str, within: float = 30, pause: float = 0.05
) -> None:
    try:
        async with asyncio.timeout(within):
            while not await condition():
                await asyncio.sleep(pause)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {within} s") from None


def environment(**settings: str) -> dict[str, str]:
    """Ours without what would point the processes elsewhere, and without a model that would be fetched."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CHATREF_", "OPENAI_", "TEMPORAL_")) and name != "DATABASE_URL"
    }
    return kept | {"CHATREF_EMBEDDING_MODEL": "none"} | settings


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def tree(pid: int) -> list[psutil.Process]:
    """The process and all that it has started, itself first: what is stopped starts no more."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


@dataclass
class Installation:
    """`chatref up` in a directory of the test's. `settings` are its environment, beside the usual."""

    directory: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def run(self) -> dict[str, Any]:
        run: dict[str, Any] = json.loads((self.directory / "run.json").read_text())
        return run

    def up(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chatref", "up", "--demo", "--no-browser"]
        return subprocess.Popen(
            [*command, "--port", str(self.port), "--data", str(self.directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(CHATREF_ADMIN_EMAIL=ADMIN_EMAIL, CHATREF_ADMIN_PASSWORD=ADMIN_PASSWORD, **self.settings),
        )

    async def start(self) -> None:
        process = self.process = self.up()

        async def announced() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"chatref up ended with {process.returncode}:\n{self.output()}")
            # After `kill -9` the file of the run before is still there.
            return (self.directory / "run.json").exists() and self.run["pids"]["up"] == process.pid

        try:
            await eventually(announced, "chatref up is ready", within=90)
        except BaseException:
            process.kill()
            raise

    async def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        """Its output, once it has ended."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        await asyncio.to_thread(self.process.wait, 60)
        return self.output()

    def output(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.read()

    async def kill(self, service: str) -> None:
        """`kill -9`; returns when another process has taken its place."""
        before = self.run["pids"][service]
        os.kill(before, signal.SIGKILL)

        async def replaced() -> bool:
            return bool(self.run["pids"][service] != before)

        await eventually(replaced, f"{service} is started again")

    @asynccontextmanager
    async def stalled(self, service: str) -> AsyncIterator[None]:
        """It neither answers nor hangs up while the block runs, as on a disk that does not."""
        stopped = tree(self.run["pids"][service])
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    @asynccontextmanager
    async def slowed(self, service: str) -> AsyncIterator[None]:
        """It works for a tenth of the time while the block runs, as on a disk that is busy with something else."""

        async def hold_up() -> None:
            while True:
                async with self.stalled(service):
                    await asyncio.sleep(0.45)
                await asyncio.sleep(0.05)

        holding_up = asyncio.create_task(hold_up())
        try:
            yield
        finally:
            holding_up.cancel()
            await asyncio.gather(holding_up, return_exceptions=True)


@dataclass
class Visitor:
    """Keeps to the widget's rules: a message is sent again with its id until it is accepted."""

    http: httpx.AsyncClient
    id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)

    async def open(self) -> None:
        response = await self.http.post("/widget/v1/conversations", json={"site": "demo"})
        response.raise_for_status()
        self.id = response.json()["conversation_id"]
        self.headers = {"Authorization": f"Bearer {response.json()['visitor_token']}"}

    async def say(self, text: str, within: float = 60, pause: float = 0.05, message_id: str = "") -> None:
        """Tried again after each `pause`, in seconds."""
        body = {"id": message_id or str(uuid4()), "text": text}

        async def sent() -> bool:
            try:
                response = await self.http.post(self._path("messages"), json=body, headers=self.headers)
            except httpx.HTTPError:
                return False
            if response.status_code != 503:
                response.raise_for_status()
            return response.status_code == 202

        await eventually(sent, "the message is accepted", within, pause)
        self.accepted.append(body["id"])

    async def events(self) -> list[Event]:
        """What the visitor sees; nothing while Chatref cannot be reached."""
        try:
            response = await self.http.get(self._path("events"), headers=self.headers)
        except httpx.HTTPError:
            return []
        if response.status_code == 503:
            return []
        response.raise_for_status()
        events: list[Event] = response.json()["events"]
        return events

    async def sees(self, wanted: Callable[[list[Event]], bool], what: str, within: float = 60) -> list[Event]:
        async def seen() -> bool:
            return wanted(await self.events())

        await eventually(seen, what, within)
        return await self.events()

    def _path(self, name: str) -> str:
        return f"/widget/v1/conversations/{self.id}/{name}"


@dataclass
class Inbox:
    """An agent's side."""

    http: httpx.AsyncClient

    async def sign_in(self, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> None:
        response = await self.http.post("/api/v1/session", json={"email": email, "password": password})
        response.raise_for_status()

    async def events(self, conversation: str) -> list[Event]:
        try:
            response = await self.http.get(f"/api/v1/conversations/{conversation}/events")
        except httpx.HTTPError:
            return []
        if response.status_code in (404, 503):
            return []
        response.raise_for_status()
        events: list[Event] = response.json()["events"]
        return events
