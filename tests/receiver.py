"""Where webhooks and pushes arrive: a real HTTP server that answers as the test decides."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

from chatref.embedded.ports import LOOPBACK


@dataclass(frozen=True)
class Answer:
    """`gate` is waited for before it is sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None


@dataclass(frozen=True)
class Post:
    """What arrived. Header names are in lower case."""

    path: str
    headers: dict[str, str]
    content: bytes
    answered: int = 200

    @property
    def body(self) -> str:
        return self.content.decode()

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """Its JSON. Raises `WebhookVerificationError` unless this secret signed it, and just now."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`answers` are for the next posts, in their order; after them, it answers `otherwise`."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    otherwise: Answer = field(default_factory=Answer)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def until(self, condition: Callable[[list[Post]], bool], seconds: float = 30) -> list[Post]:
        """The posts, once they are as wanted."""
        async with asyncio.timeout(seconds):
            while not condition(self.posts):
                await asyncio.sleep(0.02)
        return self.posts

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def hang_up(self) -> None:
        """Also on who still waits for an answer."""
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                headers = {}
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    headers[name.lower()] = value.strip()
                content = await reader.readexactly(int(headers["content-length"]))
                answer = self.answers.pop(0) if self.answers else self.otherwise
                self.posts.append(Post(line.decode().split()[1], headers, content, answer.status))
                if answer.gate is not None:
                    await answer.gate.wait()
                said = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
                writer.write(f"HTTP/1.1 {answer.status} Said\r\nContent-Length: 0\r\n{said}\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    received = Receiver()
    server = await asyncio.start_server(received.connected, LOOPBACK, 0)
    received.url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield received
    finally:
        server.close()
        await received.hang_up()
