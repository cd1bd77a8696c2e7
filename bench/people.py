"""Who uses Chatref, over real HTTP: an agent with the inbox open, and visitors with the widget open."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench.http import PATIENCE_SECONDS, Connection, Failed, Stream

SITE = "demo"
Event = dict[str, Any]


class Agent:
    """Signed in, with one live stream of every conversation."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookie = ""
        self._awaited: dict[str, asyncio.Future[float]] = {}
        self._stream: Stream | None = None
        self._latest: dict[str, tuple[str, float]] = {}

    @classmethod
    async def sign_in(cls, url: str, email: str, password: str) -> "Agent":
        agent = cls(url)
        connection = await Connection.open(url)
        await connection.request("POST", "/api/v1/session", {"email": email, "password": password})
        agent._cookie = connection.cookie
        connection.close()
        agent._stream = await Stream.open(url, "/api/v1/stream", agent._heard, Cookie=agent._cookie)
        return agent

    async def connection(self) -> Connection:
        return await Connection.open(self._url, Cookie=self._cookie)

    def sees(self, text: str) -> asyncio.Future[float]:
        """When the live stream shows a conversation in which this was said last."""
        awaited = self._awaited[text] = asyncio.get_running_loop().create_future()
        return awaited

    async def shown(self, conversation_id: str, text: str) -> float:
        """When the live stream showed that this was said last in that conversation, be it now or before."""
        last, moment = self._latest.get(conversation_id, ("", 0.0))
        return moment if last == text else await _soon(self.sees(text))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()

    def _heard(self, event: str, data: bytes) -> None:
        if event == "conversation":
            now = time.perf_counter()
            row = json.loads(data)
            if row["last_message"] is None:
                return
            text = row["last_message"]["text"]
            self._latest[row["id"]] = (text, now)
            if awaited := self._awaited.pop(text, None):
                awaited.set_result(now)


class Chat:
    """A visitor's conversation, with its live stream; and an agent's connection for taking part in it."""

    def __init__(self, connection: Connection, conversation_id: str, agent: Connection | None) -> None:
        self.id = conversation_id
        self.answers = 0
        self._connection = connection
        self._agent = agent
        self._stream: Stream | None = None
        self._awaited: tuple[Callable[[Event], bool], asyncio.Future[float]] | None = None

    @classmethod
    async def open(cls, url: str, agent: Agent | None = None) -> "Chat":
        connection = await Connection.open(url)
        opened = await connection.request("POST", "/widget/v1/conversations", {"site": SITE})
        connection.close()
        token = f"Bearer {opened['visitor_token']}"
        own = await Connection.open(url, Authorization=token)
        chat = cls(own, opened["conversation_id"], await agent.connection() if agent else None)
        chat._stream = await Stream.open(
            url, f"/widget/v1/conversations/{chat.id}/stream", chat._heard, Authorization=token
        )
        return chat

    def close(self) -> None:
        self._connection.close()
        if self._agent is not None:
            self._agent.close()
        if self._stream is not None:
            self._stream.close()

    async def say(self, text: str) -> None:
        """Returns when it was accepted."""
        await self._connection.request(
            "POST", f"/widget/v1/conversations/{self.id}/messages", {"id": str(uuid4()), "text": text}
        )

    async def ask(self, text: str) -> tuple[float, float]:
        """After how many seconds it was accepted, and answered from the owner's content, on the visitor's screen."""
        self.answers += 1
        seen = self._visitor_sees(_is_answer)
        began = time.perf_counter()
        await self.say(text)
        accepted = time.perf_counter()
        return accepted - began, await _soon(seen) - began

    async def claim(self) -> float:
        """After how many seconds the agent has it for sure."""
        began = time.perf_counter()
        await self._command("claim")
        return time.perf_counter() - began

    async def release(self) -> None:
        await self._command("release", {"to": "assistant"})

    async def reply(self, text: str) -> float:
        """After how many seconds the agent's words are on the visitor's screen."""
        seen = self._visitor_sees(lambda event: bool(event["text"] == text))
        began = time.perf_counter()
        await self._command("messages", {"id": str(uuid4()), "text": text})
        return await _soon(seen) - began

    async def write(self, agent: Agent) -> tuple[float, float]:
        """After how many seconds a message was accepted, and was on the agent's screen."""
        text = f"Message {uuid4()}"
        seen = agent.sees(text)
        began = time.perf_counter()
        await self.say(text)
        accepted = time.perf_counter()
        return accepted - began, await _soon(seen) - began

    async def _command(self, name: str, body: Any = None) -> None:
        assert self._agent is not None
        key = {"Idempotency-Key": str(uuid4())}
        await self._agent.request("POST", f"/api/v1/conversations/{self.id}/{name}", body or {}, **key)

    def _visitor_sees(self, wanted: Callable[[Event], bool]) -> asyncio.Future[float]:
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._awaited = (wanted, future)
        return future

    def _heard(self, event: str, data: bytes) -> None:
        if event == "event" and self._awaited is not None:
            now = time.perf_counter()
            wanted, future = self._awaited
            told = json.loads(data)
            if wanted(told):
                self._awaited = None
                future.set_result(now)
            elif told["data"].get("to") == "escalated":
                self._awaited = None
                future.set_exception(Failed("the assistant called a person instead of answering"))


def _is_answer(event: Event) -> bool:
    """Anything else of the assistant (that it does not know, that it hands over) must not pass for an answer."""
    return event["type"] == "message" and event["author"]["kind"] == "assistant" and "citations" in event["data"]


async def _soon(moment: asyncio.Future[float]) -> float:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await moment
    except TimeoutError:
        raise Failed(f"nothing was seen for {PATIENCE_SECONDS:.0f} s") from None
