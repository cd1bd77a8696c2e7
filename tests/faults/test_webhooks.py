"""`kill -9` while a business's own system is being told: it hears of the handoff all the same."""

import asyncio
from uuid import uuid4

import httpx

from tests.receiver import Answer, receiver
from tests.running import Event, Inbox, Installation, Visitor, eventually


async def test_a_handoff_is_told_although_the_worker_was_killed_while_it_was(
    installation: Installation, inbox: Inbox, http: httpx.AsyncClient, visitors: list[Visitor]
) -> None:
    async with receiver() as crm:
        crm.answers = [Answer(gate=asyncio.Event())]
        made = (
            await http.post("/api/v1/webhooks", json={"slug": f"crm-{uuid4()}", "name": "CRM", "url": crm.url})
        ).json()
        action = {
            "name": "Zanzibar gems",
            "triggers": {"phrases": ["zanzibar gems"]},
            "fields": [{"name": "order", "label": "Order number", "prompt": "Which order?"}],
            "webhook": made["slug"],
        }
        acting = (await http.post("/api/v1/actions", json=action)).json()
        try:
            visitor = await asked_for_an_order(visitors)
            await visitor.say("10234")
            await crm.until(lambda posts: len(posts) == 1)
            await installation.kill("worker")
            await crm.until(lambda posts: len(posts) == 2, seconds=60)
            first, second = crm.posts
            assert (first.id, first.body) == (second.id, second.body)
            told = second.verified(made["secret"])["data"]
            assert told["conversation_id"] == visitor.id
            assert told["action"] == {"id": acting["id"], "name": "Zanzibar gems", "version": 1}
            [detail] = told["details"]
            assert (detail["name"], detail["value"], detail["verified"]) == ("order", "10234", False)

            async def delivered() -> bool:
                log = (await http.get(f"/api/v1/webhooks/{made['id']}/deliveries")).json()["items"]
                return [each["status"] for each in log] == ["delivered"]

            await eventually(delivered, "the log says so", within=20)
        finally:
            await http.delete(f"/api/v1/actions/{acting['id']}")
            await http.delete(f"/api/v1/webhooks/{made['id']}")


async def asked_for_an_order(visitors: list[Visitor]) -> Visitor:
    """The first visitor whom the action asks for its detail: a worker hears of a new one a moment after it is there."""
    for visitor in visitors:
        await visitor.say("I want my zanzibar gems")
        [answer, *_] = answers(await visitor.sees(lambda events: bool(answers(events)), "an answer"))
        if "Which order?" in answer:
            return visitor
    raise AssertionError("the action was never started")


def answers(events: list[Event]) -> list[str]:
    return [event["text"] for event in events if event["author"]["kind"] == "assistant" and event["text"]]
