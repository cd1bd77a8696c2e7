"""A small web for tests: real HTTP servers on this machine, whose pages the test decides on."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chatref.embedded.ports import LOOPBACK

Respond = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Page:
    """`after` seconds it is sent, once the `gate` is open, and where there is a `drip`, byte by byte.

    `headers` may say anything.
    """

    body: str | bytes = ""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    drip: float | None = None
    gate: asyncio.Event | None = None


def article(title: str, text: str, links: tuple[str, ...] = ()) -> Page:
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return Page(
        f"<html><head><title>{title} | Fern &amp; Fig</title></head><body>"
        "<header><a href='/'>Fern &amp; Fig</a></header>"
        f"<nav><ul>{anchors}</ul></nav><main><h1>{title}</h1><p>{text}</p></main>"
        "<footer>All rights reserved. Cookie settings.</footer></body></html>"
    )


@dataclass
class Web:
    """`pages` by path with query; `asked` is every path that was asked for, in order. A page with an `ETag` that the
    reader has already is `confirmed` instead of sent."""

    url: str
    pages: dict[str, Page] = field(default_factory=dict)
    otherwise: Callable[[str], Page] = lambda _: Page("gone", status=404)
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                path, known = line.decode().split()[1], ""
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    if name.lower() == "host":
                        self.hosts.append(value.strip())
                    elif name.lower() == "if-none-match":
                        known = value.strip()
                self.asked.append(path)
                page = self.pages.get(path) or self.otherwise(path)
                await asyncio.sleep(page.after)
                if page.gate is not None:
                    await page.gate.wait()
                body = page.body.encode() if isinstance(page.body, str) else page.body
                status = page.status
                if known and known == page.headers.get("ETag"):
                    body, status = b"", 304
                    self.confirmed.append(path)
                headers = {"Content-Type": page.media_type, "Content-Length": str(len(body))} | page.headers
                head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                writer.write(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode())
                for part in _parts(body, page.drip):
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(page.drip or 0)
        except ConnectionError:
            pass
        finally:
            writer.close()


def _parts(body: bytes, drip: float | None) -> list[bytes]:
    return [body] if drip is None else [bytes([byte]) for byte in body]


@asynccontextmanager
async def web() -> AsyncIterator[Web]:
    served = Web("")
    server = await asyncio.start_server(served.answer, LOOPBACK, 0)
    served.url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()


def zipped(size: int) -> Page:
    """A page that is small on the wire and `size` bytes when unpacked."""
    return Page(gzip.compress(b"<p>" + b"x" * size), headers={"Content-Encoding": "gzip"})


def zipped_twice(size: int) -> Page:
    """The same, packed twice: a few bytes on the wire."""
    once = gzip.compress(b"x" * size)
    return Page(gzip.compress(once), headers={"Content-Encoding": "gzip, gzip"})
