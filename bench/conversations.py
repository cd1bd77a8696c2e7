"""Loads Chatref: visitors and an agent who do the same thing again and again, in so many conversations at once."""

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence

from temporalio.client import Client

from bench.bare import connect
from bench.history import Size, growth, sizes
from bench.installation import EMAIL, PASSWORD, PROCESSES, Installation
from bench.people import Agent, Chat
from bench.samples import WARM_UP_SHARE, Exchange, Figures, What, repeat
from workflows.names import workflow_id

QUESTIONS = (
    "Which payment methods do you accept?",
    "How much does delivery cost?",
    "What are your opening hours?",
    "How are the plants packed?",
    "Where do your plants come from?",
)
ANSWERS_PER_CONVERSATION = 40
"""Fewer than those after which the assistant calls a person (50, by the default service policy)."""
_SETTLE_SECONDS = 0.3


async def load_conversations(installation: Installation, at_once: int, seconds: float) -> list[Figures]:
    """Every kind of exchange, one after the other, for `seconds` each."""
    desk = await Desk.open(installation, at_once)
    figures = [
        await desk.questions(seconds),
        await desk.claims(seconds),
        await desk.replies(seconds),
        await desk.messages(seconds),
        await desk.flood(seconds),
    ]
    await desk.close()
    return figures


class Desk:
    """An agent and so many open conversations."""

    def __init__(self, installation: Installation, client: Client, agent: Agent, chats: list[Chat]) -> None:
        self._url = installation.url
        self._pids = {name: installation.pids[name] for name in PROCESSES}
        self._client = client
        self._agent = agent
        self._chats = chats
        self._numbers = itertools.count()
        self._replaced: list[str] = []

    @classmethod
    async def open(cls, installation: Installation, count: int) -> "Desk":
        agent = await Agent.sign_in(installation.url, EMAIL, PASSWORD)
        chats = [await Chat.open(installation.url, agent) for _ in range(count)]
        return cls(installation, await connect(installation.temporal_address), agent, chats)

    async def questions(self, seconds: float) -> Figures:
        """With the assistant: POST → its reply on the visitor's live stream."""

        def exchange_of(seat: int) -> Exchange:
            # Each conversation goes round by itself: asked the same too soon again, the assistant calls a person.
            questions = itertools.cycle(QUESTIONS)

            async def exchange() -> Mapping[What, float]:
                if self._chats[seat].answers >= ANSWERS_PER_CONVERSATION:
                    await self._replace(seat)
                _, replied = await self._chats[seat].ask(next(questions))
                return {What.REPLIED: replied}

            return exchange

        return await self._measure(What.REPLIED, [exchange_of(seat) for seat in range(len(self._chats))], seconds)

    async def claims(self, seconds: float) -> Figures:
        """Claim → answer. Each is given back before it is claimed again; the last one is kept."""

        def exchange_of(chat: Chat) -> Exchange:
            async def exchange() -> Mapping[What, float]:
                await chat.release()
                return {What.CLAIMED: await chat.claim()}

            return exchange

        await asyncio.gather(*(chat.claim() for chat in self._chats))
        return await self._measure(What.CLAIMED, [exchange_of(chat) for chat in self._chats], seconds)

    async def replies(self, seconds: float) -> Figures:
        """The agent's reply → the visitor's live stream."""

        def exchange_of(chat: Chat) -> Exchange:
            async def exchange() -> Mapping[What, float]:
                return {What.ANSWERED: await chat.reply(f"Reply {next(self._numbers)}")}

            return exchange

        return await self._measure(What.ANSWERED, [exchange_of(chat) for chat in self._chats], seconds)

    async def messages(self, seconds: float) -> Figures:
        """The visitor's POST → the agent's live stream."""

        def exchange_of(chat: Chat) -> Exchange:
            async def exchange() -> Mapping[What, float]:
                _, seen = await chat.write(self._agent)
                return {What.SEEN: seen}

            return exchange

        return await self._measure(What.SEEN, [exchange_of(chat) for chat in self._chats], seconds)

    async def flood(self, seconds: float) -> Figures:
        """The visitor's POST → 202, the next one at once.

        The rate counts until the last one is on the agent's screen: what is only queued is not done.
        """
        last: dict[str, str] = {}

        def exchange_of(chat: Chat) -> Exchange:
            async def exchange() -> Mapping[What, float]:
                last[chat.id] = f"Message {next(self._numbers)} of many"
                began = time.perf_counter()
                await chat.say(last[chat.id])
                return {What.ACCEPTED: time.perf_counter() - began}

            return exchange

        before = await self._sizes()
        began = time.perf_counter()
        times = await repeat([exchange_of(chat) for chat in self._chats], seconds, self._pids)
        shown = await self._shown(last)
        grown = growth(before, await self._sizes())
        rate = len(times.seconds[What.ACCEPTED]) / (shown - began)
        return times.figures(What.ACCEPTED, len(self._chats), grown, per_second=rate)

    async def close(self) -> None:
        """Nobody is left waiting: what would alert later would disturb what is measured then."""
        await asyncio.gather(*(chat.reply("Goodbye") for chat in self._chats))
        for chat in self._chats:
            chat.close()
        self._agent.close()

    async def _measure(self, what: What, exchanges: Sequence[Exchange], seconds: float) -> Figures:
        await repeat(exchanges, seconds * WARM_UP_SHARE)
        self._replaced.clear()
        before = await self._sizes()
        times = await repeat(exchanges, seconds, self._pids)
        grown = growth(before, await self._sizes())
        return times.figures(what, len(self._chats), grown)

    async def _replace(self, seat: int) -> None:
        before = self._chats[seat]
        self._replaced.append(before.id)
        before.close()
        self._chats[seat] = await Chat.open(self._url, self._agent)

    async def _sizes(self) -> dict[str, Size]:
        # What was seen last is not quite the end of its step.
        await asyncio.sleep(_SETTLE_SECONDS)
        ids = [chat.id for chat in self._chats] + self._replaced
        return await sizes(self._client, [workflow_id(conversation_id) for conversation_id in ids])

    async def _shown(self, last: Mapping[str, str]) -> float:
        """When the agent's stream had shown the last message of every conversation."""
        return max([await self._agent.shown(conversation_id, text) for conversation_id, text in last.items()])
