"""A line to a server that can be cut and mended: for tests of what happens when a dependency is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from chatref.embedded.ports import LOOPBACK, free_ports


class Line:
    """Forwards a port of this machine to another."""

    def __init__(self, port: int, to_port: int) -> None:
        self.port = port
        self._to_port = to_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._forward, LOOPBACK, self.port)

    async def cut(self) -> None:
        """Every connection breaks, and new ones are refused."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.05)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._to_port)
        both = {writer, far_writer}
        self._writers |= both
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._writers -= both


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the server of an address, and the address through it."""
    parts = urlsplit(url)
    assert parts.port is not None
    [port] = free_ports(1)
    line = Line(port, parts.port)
    await line.mend()
    try:
        credentials = parts.netloc.rpartition("@")[0]
        yield line, urlunsplit(parts._replace(netloc=f"{credentials}@{LOOPBACK}:{port}"))
    finally:
        await line.cut()
