"""`kill -9` in the middle of conversations: nothing accepted is lost or doubled, and every timer still fires."""

import asyncio
from datetime import datetime

import pytest

from tests.faults.conftest import LADDER_SECONDS
from tests.running import Event, Inbox, Installation, Visitor, eventually

QUESTIONS = (
    "When will my box arrive?",
    "How do I skip a box?",
    "Do you ship abroad?",
    "How often should I water my fern?",
    "What does the subscription cost?",
    "Where can I change my address?",
)
LATE_SECONDS = 30
"""How late a timer may be: Temporal gives a dead worker's task up after 10 s, and after as long looks for another."""


def is_answered(events: list[Event]) -> bool:
    """Somebody other than the visitor has the last word."""
    messages = [event for event in events if event["type"] == "message"]
    return bool(messages) and messages[-1]["author"]["kind"] != "visitor"


def has_each_once(visitor: Visitor, events: list[Event]) -> bool:
    """Every accepted message is there once, in the order in which it was accepted."""
    return [event["id"] for event in events if event["author"]["kind"] == "visitor"] == visitor.accepted


@pytest.mark.parametrize("service", ["worker", "api", "temporal", "postgres"])
async def test_no_accepted_message_is_lost_or_doubled(
    service: str, installation: Installation, inbox: Inbox, visitors: list[Visitor]
) -> None:
    async def talk(visitor: Visitor) -> None:
        for question in QUESTIONS:
            await visitor.say(question)
            await asyncio.sleep(0.1)

    talking = [asyncio.create_task(talk(visitor)) for visitor in visitors]
    await asyncio.sleep(0.3)
    await installation.kill(service)
    await asyncio.gather(*talking)

    for visitor in visitors:
        seen = await visitor.sees(
            lambda events, visitor=visitor: has_each_once(visitor, events) and is_answered(events),  # type: ignore[misc]
            "every message once, and an answer to the last one",
        )
        everything = await inbox.events(visitor.id)
        assert [event["seq"] for event in everything] == list(range(1, len(everything) + 1))
        assert len({event["id"] for event in everything}) == len(everything)
        assert {event["id"] for event in seen} <= {event["id"] for event in everything}


@pytest.mark.parametrize("killed", [["worker"], ["temporal"], ["worker", "temporal", "api", "postgres"]], ids="+".join)
async def test_the_timers_of_a_wait_still_fire(
    killed: list[str], installation: Installation, inbox: Inbox, visitors: list[Visitor]
) -> None:
    visitor = visitors[0]
    await visitor.say("I want to talk to a person, please")
    await visitor.sees(lambda events: any(event["type"] == "transition" for event in events), "the chat is escalated")

    await asyncio.gather(*map(installation.kill, killed))

    async def alerts() -> list[Event]:
        return [event for event in await inbox.events(visitor.id) if event["type"] == "alert"]

    async def ladder_is_climbed() -> bool:
        told = await alerts()
        return bool(told) and told[-1]["data"]["step"] == len(LADDER_SECONDS)

    await eventually(ladder_is_climbed, "the last step's alert", within=LADDER_SECONDS[-1] + LATE_SECONDS)
    told = {alert["data"]["step"]: datetime.fromisoformat(alert["at"]) for alert in await alerts()}
    # Steps that came due while nothing ran are told as one, the widest; none is told twice or before its time.
    assert len(told) == len(await alerts())
    assert list(told) == sorted(told)
    for step, at in told.items():
        assert (at - told[0]).total_seconds() >= (0, *LADDER_SECONDS)[step] - 0.5
