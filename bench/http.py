"""A light HTTP/1.1 client: the load shares the machine's cores with what it loads, so it does little per message."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import httptools

PATIENCE_SECONDS = 60.0


AGAIN_AFTER_SECONDS = 0.2


class Failed(Exception):
    """The server refused a request, or the connection ended."""


class _Channel(asyncio.Protocol):
    """A connection to one server, which sends requests and parses answers."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _send(self, head: str, body: bytes = b"") -> None:
        assert self._transport is not None
        self._transport.write(head.encode() + body)


C = TypeVar("C", bound=_Channel)


async def _connected(url: str, channel: C) -> C:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    await asyncio.get_running_loop().create_connection(lambda: channel, address.hostname, address.port)
    return channel


class Connection(_Channel):
    """One request at a time, over a connection that is kept between them. `headers` go with every one."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        super().__init__()
        self._url = url
        self._lines = f"host: {urlsplit(url).netloc}\r\n"
        self._lines += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body: list[bytes] = []
        self.cookie = ""

    @classmethod
    async def open(cls, url: str, **headers: str) -> "Connection":
        return await _connected(url, cls(url, headers))

    async def request(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What the answer holds, from JSON. Raises `Failed` unless it is a success.

        Asked to try again (503), it does, as clients do: with the same id it is still one message.
        """
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                status, answer = await self._exchange(method, path, body, lines)
                if status != 503:
                    break
                await asyncio.sleep(AGAIN_AFTER_SECONDS)
        if status >= 300:
            raise Failed(f"{method} {path.split('?')[0]}: {status} {answer.decode(errors='replace')[:300]}")
        return json.loads(answer) if answer else None

    async def _exchange(self, method: str, path: str, body: Any, lines: str) -> tuple[int, bytes]:
        payload = b"" if body is None else json.dumps(body).encode()
        if payload:
            lines += "content-type: application/json\r\n"
        if self.closed:
            # The server ends connections that are idle for long, as browsers know.
            await _connected(self._url, self)
        self._answer = asyncio.get_running_loop().create_future()
        self._send(f"{method} {path} HTTP/1.1\r\n{self._lines}{lines}content-length: {len(payload)}\r\n\r\n", payload)
        return await self._answer

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"set-cookie":
            self.cookie = value.decode().partition(";")[0]

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        answer, self._body = b"".join(self._body), []
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), answer))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Failed("the connection ended before the answer"))


Heard = Callable[[str, bytes], None]
"""Is called with an event's name and its data."""


class Stream(_Channel):
    """Server-Sent Events, told as they arrive. One that the server ends goes on where it was, as browsers do it."""

    def __init__(self, url: str, path: str, heard: Heard, headers: dict[str, str]) -> None:
        super().__init__()
        self._url = url
        self._path = path
        self._heard = heard
        self._lines = f"host: {urlsplit(url).netloc}\r\n"
        self._lines += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._rest = b""
        self._last_id = b""
        self._ended = False
        self._began: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._resuming: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, path: str, heard: Heard, **headers: str) -> "Stream":
        """Returns when the server has begun to answer."""
        stream = cls(url, path, heard, headers)
        await stream._begin()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await stream._began
        return stream

    def close(self) -> None:
        self._ended = True
        super().close()

    def on_body(self, body: bytes) -> None:
        if not self._began.done():
            self._began.set_result(None)
        *frames, self._rest = (self._rest + body).split(b"\n\n")
        for frame in frames:
            event, data = "message", b""
            for line in frame.split(b"\n"):
                if line.startswith(b"data: "):
                    data = line[6:]
                elif line.startswith(b"event: "):
                    event = line[7:].decode()
                elif line.startswith(b"id: "):
                    self._last_id = line[4:]
            if data:
                self._heard(event, data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended:
            self._rest = b""
            self._resuming = asyncio.get_running_loop().create_task(self._resume())

    async def _resume(self) -> None:
        await asyncio.sleep(AGAIN_AFTER_SECONDS)
        await self._begin()

    async def _begin(self) -> None:
        await _connected(self._url, self)
        last = f"last-event-id: {self._last_id.decode()}\r\n" if self._last_id else ""
        self._send(f"GET {self._path} HTTP/1.1\r\n{self._lines}{last}\r\n")
