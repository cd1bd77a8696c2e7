"""Visitors who talk, ask for people and cancel; agents who claim, answer, forget, give back and resolve."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.running import ADMIN_EMAIL, ADMIN_PASSWORD, Visitor, eventually

PATIENCE_SECONDS = 120
NEEDS_HUMAN = "/api/v1/conversations?view=needs_human&limit=100"
_SMALL_TALK = (
    "When will my box arrive?",
    "How do I skip a box?",
    "Do you ship abroad?",
    "How often should I water my fern?",
    "What does the subscription cost?",
    "Are you still there?",
)
_FOR_A_PERSON = ("I want to talk to a person, please", "This is useless, let me speak to a human")
_CANCELLING = ("I want to cancel my subscription", "yes", "FF-20417", "too many boxes")


async def talk(visitor: Visitor, dice: random.Random, stop: asyncio.Event) -> None:
    """Until everybody is to stop. What was begun to be said is said."""
    await asyncio.sleep(dice.uniform(0, 2))
    while not stop.is_set():
        match dice.randrange(10):
            case 0 | 1:
                said: tuple[str, ...] = (dice.choice(_FOR_A_PERSON),)
            case 2:
                said = _CANCELLING
            case _:
                said = (dice.choice(_SMALL_TALK),)
        for text in said:
            await visitor.say(text, PATIENCE_SECONDS, pause=dice.uniform(1, 2))
            await asyncio.sleep(dice.uniform(0.2, 1.5))
        await asyncio.sleep(dice.uniform(4, 20))


@dataclass
class ChaosAgent:
    """Repeats a command with its key until there is an answer, as the inbox does.

    `claims` are the conversations that this agent was told to own, `told` the ids of the replies that were accepted.
    """

    http: httpx.AsyncClient
    dice: random.Random
    id: str = ""
    claims: list[str] = field(default_factory=list)
    lost: int = 0
    told: list[tuple[str, str]] = field(default_factory=list)

    async def sign_in(self, email: str, password: str) -> None:
        answer = await self._insist("POST", "/api/v1/session", {"email": email, "password": password})
        self.id = answer.json()["agent"]["id"]

    async def work(self, stop: asyncio.Event) -> None:
        """On whoever waits. All agents see the same list and reach for its first rows: they race."""
        while not stop.is_set():
            listed = (await self._insist("GET", NEEDS_HUMAN)).json()["items"]
            for row in self.dice.sample(listed[:6], min(len(listed), 2)):
                await self._serve(row)
            await asyncio.sleep(self.dice.uniform(0.2, 1.0))

    async def _serve(self, row: dict[str, Any]) -> None:
        route = f"/api/v1/conversations/{row['id']}"
        if row["owner"] is None:
            claimed = await self._command(f"{route}/claim")
            if claimed.status_code == 409:
                self.lost += 1
                return
            self.claims.append(row["id"])
        elif row["owner"]["id"] != self.id:
            return
        match self.dice.randrange(10):
            case 0:
                return  # forgotten: the owner's deadlines have to bring it back
            case 1:
                await self._command(f"{route}/release", {"to": "queue"})
            case 2:
                await self._command(f"{route}/release", {"to": "assistant"})
            case _:
                message = {"id": str(uuid4()), "text": "I am looking into it."}
                replied = await self._insist("POST", f"{route}/messages", message)
                if replied.status_code != 200:
                    return
                self.told.append((row["id"], message["id"]))
                if self.dice.random() < 0.3:
                    await self._command(f"{route}/resolve", {"seen_seq": replied.json()["seq"]})

    async def _command(self, route: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self._insist("POST", route, body or {}, {"Idempotency-Key": str(uuid4())})

    async def _insist(
        self, method: str, route: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The first answer that is one: not of a server that is just away."""
        answered: list[httpx.Response] = []
        last = "nothing"

        async def definite() -> bool:
            nonlocal last
            try:
                answer = await self.http.request(method, route, json=body, headers=headers)
            except httpx.HTTPError as error:
                last = type(error).__name__
                return False
            last = answer.text
            if answer.status_code < 500:
                answered.append(answer)
            return bool(answered)

        try:
            await eventually(definite, f"{method} {route} is answered", PATIENCE_SECONDS, pause=1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {last}") from None
        [answer] = answered
        if answer.status_code not in (200, 201, 204, 409):
            answer.raise_for_status()
        return answer


async def hire(url: str, number: int, dice: random.Random) -> list[ChaosAgent]:
    """The admin, and as many colleagues."""
    agents = []
    admin = ChaosAgent(httpx.AsyncClient(base_url=url, timeout=15), random.Random(dice.random()))
    await admin.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)
    for each in range(number):
        email, password = f"agent-{each}@example.com", f"a-long-password-{each}"
        await admin.http.post("/api/v1/agents", json={"email": email, "name": f"Agent {each}", "password": password})
        agent = ChaosAgent(httpx.AsyncClient(base_url=url, timeout=15), random.Random(dice.random()))
        await agent.sign_in(email, password)
        agents.append(agent)
    return [admin, *agents]
