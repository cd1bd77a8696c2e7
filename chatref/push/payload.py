"""What a push says. The inbox's service worker (`web/inbox/worker`) reads it."""

import json
from bisect import bisect_right
from typing import Literal, TypedDict

PAYLOAD_BYTES_AT_MOST = 3000
"""Push services take 4,096 bytes, encrypted; not all of them quite as many."""
_CUT = "…"
_CUTTABLE: tuple[Literal["body", "title"], ...] = ("body", "title")


class PushPayload(TypedDict):
    """A notification. One with the same `tag` replaces the one before; `url` is what a click opens."""

    title: str
    body: str
    url: str
    tag: str
    conversation_id: str


def fitted(payload: PushPayload) -> bytes:
    """As JSON in UTF-8, its texts cut so that it can be pushed: first the body, then the title."""
    for field in _CUTTABLE:
        if len(_written(payload)) <= PAYLOAD_BYTES_AT_MOST:
            break
        payload = _cut(payload, field)
    written = _written(payload)
    if len(written) > PAYLOAD_BYTES_AT_MOST:
        raise ValueError("the address or the tag of a push is too long")
    return written


def _cut(payload: PushPayload, field: Literal["body", "title"]) -> PushPayload:
    """With as much of the field as fits; nothing of it but the mark where nothing does."""

    def kept(length: int) -> PushPayload:
        cut = payload.copy()
        cut[field] = payload[field][:length].rstrip() + _CUT
        return cut

    lengths = range(len(payload[field]))
    fitting = bisect_right(lengths, PAYLOAD_BYTES_AT_MOST, key=lambda length: len(_written(kept(length))))
    return kept(max(fitting - 1, 0))


def _written(payload: PushPayload) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
