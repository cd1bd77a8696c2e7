"""A model's server that speaks the OpenAI protocol and takes its time. Run as a program: port, seconds per reply."""

import asyncio
import json
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chatref.embedded.ports import LOOPBACK


def application(seconds: float) -> Starlette:
    """Answers every question from the first passage that it is given, `seconds` after it was asked."""

    async def complete(request: Request) -> JSONResponse:
        asked = await request.json()
        await asyncio.sleep(seconds)
        return JSONResponse(_completion(_decision(asked["messages"][1]["content"])))

    async def models(request: Request) -> JSONResponse:
        return JSONResponse({"object": "list", "data": []})

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"]), Route("/v1/models", models)])


def _decision(material: str) -> str:
    passage = json.loads(material)["passages"][0]
    citation = {"passage": passage["passage"], "quote": ""}
    decision = {"kind": "answer", "reply": "Yes.", "citations": [citation], "action": "", "reason": "", "evidence": ""}
    return json.dumps(decision)


def _completion(content: str) -> dict[str, object]:
    message = {"role": "assistant", "content": content, "refusal": None}
    return {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


if __name__ == "__main__":
    uvicorn.run(application(float(sys.argv[2])), host=LOOPBACK, port=int(sys.argv[1]), log_level="warning")
