"""Server-Sent Events over HTTP: heartbeat, and what happens with a client that does not read."""

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent

HEARTBEAT_SECONDS = 15
SEND_SECONDS = 30
"""A client that takes nothing for so long is gone, or as good as."""
HELLO = b"retry: 1000\n\n"
"""Sent at once, so that proxies let the stream through. The browser comes back after a second."""


def event_stream(chunks: AsyncIterator[bytes]) -> EventSourceResponse:
    return EventSourceResponse(
        chunks, ping=HEARTBEAT_SECONDS, ping_message_factory=_heartbeat, send_timeout=SEND_SECONDS, sep="\n"
    )


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="", sep="\n")
