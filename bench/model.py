"""A model's server that speaks the OpenAI protocol and takes its time. Run as a program: port, seconds per reply."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from chatref.embedded.ports import LOOPBACK

PIECES = 10
"""Of which each answer is streamed."""


def application(seconds: float) -> Starlette:
    """Answers every question from the first passage that it is given, writing for `seconds`."""

    async def complete(request: Request) -> Response:
        asked = await request.json()
        decision = _decision(asked["messages"][1]["content"])
        return StreamingResponse(_stream(decision, seconds), media_type="text/event-stream")

    async def models(request: Request) -> JSONResponse:
        return JSONResponse({"object": "list", "data": []})

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"]), Route("/v1/models", models)])


def _decision(material: str) -> str:
    passage = json.loads(material)["passages"][0]
    citation = {"passage": passage["passage"], "quote": ""}
    decision = {"kind": "answer", "action": "", "reason": "", "evidence": "", "citations": [citation]}
    # Said the same three times, the assistant calls a person.
    return json.dumps(decision | {"reply": passage["text"]})


async def _stream(content: str, seconds: float) -> AsyncIterator[bytes]:
    size = -(-len(content) // PIECES)
    for start in range(0, len(content), size):
        await asyncio.sleep(seconds / PIECES)
        yield _chunk({"content": content[start : start + size]})
    yield _chunk({}, "stop")
    yield b"data: [DONE]\n\n"


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    body = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "finish_reason": finish_reason, "logprobs": None, "delta": delta}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


if __name__ == "__main__":
    uvicorn.run(application(float(sys.argv[2])), host=LOOPBACK, port=int(sys.argv[1]), log_level="warning")
