"""Which agents have the inbox open, in whichever process. Nothing of it is stored."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from chatref.store.agents import Identity
from chatref.store.database import DatabaseUnavailable

TOLD_EVERY = 20.0
FORGOTTEN_AFTER = 60.0
RELOAD_GRACE = 3.0
"""A page that reloads is not gone."""
TOLD_AT_ONCE = 5
"""Agents in one message: with the longest names they stay below PostgreSQL's 8,000 bytes."""

Say = Callable[[dict[str, Any]], Awaitable[None]]
Changed = Callable[[dict[str, Any]], None]


class Presence:
    """Each process tells the others who is connected to it, on every change and every `TOLD_EVERY` seconds."""

    def __init__(self, say: Say, changed: Changed) -> None:
        self._say = say
        self._changed = changed
        self._process = uuid4().hex
        self._parts_told = 1
        self._streams: Counter[str] = Counter()
        self._here: dict[str, dict[str, Any]] = {}
        self._elsewhere: dict[str, tuple[float, dict[str, dict[str, Any]]]] = {}
        self._shown: dict[str, dict[str, Any]] = {}
        self._tell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._tell_forever(), name="presence")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._here.clear()
        with suppress(DatabaseUnavailable):
            await self.tell()

    @contextmanager
    def connected(self, agent: Identity) -> Iterator[None]:
        """While the block runs, the agent is online."""
        agent_id = str(agent.id)
        self._streams[agent_id] += 1
        self._here[agent_id] = {"agent_id": agent_id, "name": agent.name, "available": agent.available}
        self._update()
        self._tell.set()
        try:
            yield
        finally:
            self._streams[agent_id] -= 1
            asyncio.get_running_loop().call_later(RELOAD_GRACE, self._left, agent_id)

    @property
    def online(self) -> list[dict[str, Any]]:
        """Who is there, as it was last shown."""
        return [person for person in self._shown.values() if person["online"]]

    def is_online(self, agent_id: str) -> bool:
        return agent_id in self._shown and bool(self._shown[agent_id]["online"])

    def heard(self, message: dict[str, Any]) -> None:
        """Another process said who is connected to it, or a part of them."""
        process = message.get("process")
        if isinstance(process, str) and process.split("/")[0] != self._process:
            known = process in self._elsewhere
            people = {person["agent_id"]: person for person in message.get("agents", ())}
            self._elsewhere[process] = (time.monotonic(), people)
            self._update()
            if not known:
                self._tell.set()

    def agent_changed(self, agent: dict[str, Any]) -> None:
        """An agent's name or availability is another now; show it, online or not."""
        agent_id = agent["agent_id"]
        for people in (self._here, *(there for _, there in self._elsewhere.values())):
            if agent_id in people:
                people[agent_id] = agent
        self._update()
        if not self.is_online(agent_id):
            self._changed({**agent, "online": False})

    def _left(self, agent_id: str) -> None:
        if self._streams[agent_id] <= 0:
            del self._streams[agent_id]
            self._here.pop(agent_id, None)
            self._update()
            self._tell.set()

    def _update(self) -> None:
        """Show what differs from what was shown."""
        oldest = time.monotonic() - FORGOTTEN_AFTER
        self._elsewhere = {process: said for process, said in self._elsewhere.items() if said[0] > oldest}
        now: dict[str, dict[str, Any]] = {}
        for people in (*(there for _, there in self._elsewhere.values()), self._here):
            now.update({agent_id: {**person, "online": True} for agent_id, person in people.items()})
        before, self._shown = self._shown, now
        for agent_id, person in now.items():
            if before.get(agent_id) != person:
                self._changed(person)
        for agent_id, person in before.items():
            if agent_id not in now:
                self._changed({**person, "online": False})

    async def _tell_forever(self) -> None:
        while True:
            self._tell.clear()
            with suppress(DatabaseUnavailable):
                await self.tell()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._tell.wait(), TOLD_EVERY)
            self._update()

    async def tell(self) -> None:
        """Part by part; parts that were told before and have nobody left are told empty."""
        people = list(self._here.values())
        parts = [people[start : start + TOLD_AT_ONCE] for start in range(0, len(people), TOLD_AT_ONCE)]
        parts += [[]] * (self._parts_told - len(parts))
        for number, part in enumerate(parts):
            await self._say({"kind": "presence", "process": f"{self._process}/{number}", "agents": part})
        self._parts_told = len(parts)
