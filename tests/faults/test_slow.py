"""A database or an engine that is slow, or answers nothing at all: what was accepted comes through all the same."""

import asyncio
import time
from uuid import uuid4

import httpx
import pytest

from tests.faults.test_kills import QUESTIONS, has_each_once, is_answered
from tests.running import Inbox, Installation, Visitor

ACCEPTED_WITHIN = 3.0
"""Seconds in which a message has to be taken, whatever the database does: its sender sees it on its way."""
REFUSED_WITHIN = 5.0


async def say_all(visitor: Visitor) -> float:
    """Seconds that the slowest of the questions took to be accepted."""
    slowest = 0.0
    for question in QUESTIONS:
        began = time.monotonic()
        await visitor.say(question)
        slowest = max(slowest, time.monotonic() - began)
    return slowest


async def all_come_through(visitors: list[Visitor], inbox: Inbox) -> None:
    for visitor in visitors:
        await visitor.sees(
            lambda events, visitor=visitor: has_each_once(visitor, events) and is_answered(events),  # type: ignore[misc]
            "every message once and in order, and an answer to the last one",
        )
        everything = await inbox.events(visitor.id)
        assert [event["seq"] for event in everything] == list(range(1, len(everything) + 1))


async def test_messages_are_taken_while_the_database_answers_nothing(
    installation: Installation, inbox: Inbox, visitors: list[Visitor]
) -> None:
    async with installation.stalled("postgres"):
        slowest = await asyncio.gather(*map(say_all, visitors))
        # Long enough for every statement under way to be given up.
        await asyncio.sleep(8)
    assert max(slowest) < ACCEPTED_WITHIN
    await all_come_through(visitors, inbox)


@pytest.mark.parametrize("service", ["postgres", "temporal"])
async def test_all_comes_through_while_it_is_slow(
    service: str, installation: Installation, inbox: Inbox, visitors: list[Visitor]
) -> None:
    async with installation.slowed(service):
        await asyncio.gather(*map(say_all, visitors))
        await asyncio.sleep(2)
    await all_come_through(visitors, inbox)


async def test_messages_are_refused_soon_while_temporal_answers_nothing(
    installation: Installation, inbox: Inbox, visitors: list[Visitor], http: httpx.AsyncClient
) -> None:
    """And are taken with the same id afterwards, once."""
    [visitor, *_] = visitors
    await visitor.say(QUESTIONS[0])
    body = {"id": str(uuid4()), "text": QUESTIONS[1]}
    async with installation.stalled("temporal"):
        for _ in range(2):
            began = time.monotonic()
            refused = await http.post(
                f"/widget/v1/conversations/{visitor.id}/messages", json=body, headers=visitor.headers
            )
            assert time.monotonic() - began < REFUSED_WITHIN
            assert (refused.status_code, refused.json()["code"]) == (503, "engine_unavailable")
            assert int(refused.headers["retry-after"]) > 0
    await visitor.say(body["text"], message_id=body["id"])
    await all_come_through([visitor], inbox)
