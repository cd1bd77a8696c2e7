"""Who has the inbox open, told between processes in messages that PostgreSQL takes."""

from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from chatref.store import views
from chatref.store.agents import Identity
from chatref.store.presence import Presence

NOTIFY_LIMIT = 8_000


async def test_any_number_of_agents_is_told_and_taken_back() -> None:
    wire: list[dict[str, Any]] = []

    async def say(message: dict[str, Any]) -> None:
        wire.append(message)

    here, there = Presence(say, lambda _: None), Presence(say, lambda _: None)
    people = [Identity(uuid4(), "agent@example.com", "Ж" * 100, "agent", available=True, teams=()) for _ in range(200)]
    with ExitStack() as connected:
        for person in people:
            connected.enter_context(here.connected(person))
        await here.tell()
        assert max(len(views.as_json(message)) for message in wire) < NOTIFY_LIMIT
        for message in wire:
            there.heard(message)
        assert len(there.online) == len(people)
    wire.clear()
    await here.stop()
    for message in wire:
        there.heard(message)
    assert there.online == []
