"""A local server that speaks as much of the OpenAI protocol as Chatref uses, and fails as the real one does.

It streams: every chunk is one Server-Sent Event, flushed by itself. A `Hold` in a reply keeps the stream open at that
place until the test releases it, so that a test decides what has been written when it looks.
"""

import json
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test"
INPUT_TOKENS, OUTPUT_TOKENS = 900, 60
DONE = b"data: [DONE]\n\n"


class Hold:
    """A place in a stream where it waits for `release`.

    Where it is `busy`, it sends pieces without a letter meanwhile, so that it does not count as silent however long the
    test takes.
    """

    def __init__(self, *, busy: bool = True) -> None:
        self.busy = busy
        self._released = threading.Event()

    def release(self) -> None:
        self._released.set()

    def released(self, within: float) -> bool:
        return self._released.wait(within)


class Drop:
    """A place in a stream where the connection breaks."""


Part = bytes | Hold | Drop


@dataclass(frozen=True)
class Reply:
    """One answer of the server: its parts are sent one by one."""

    status: int = 200
    parts: tuple[Part, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


def chunk(
    content: str | None = None, *, finish_reason: str | None = None, refusal: str | None = None, usage: bool = False
) -> bytes:
    """One event of a streamed completion. With `usage`, it is the one at the end, which has no choices."""
    delta = {name: text for name, text in (("content", content), ("refusal", refusal)) if text is not None}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_767_225_600,
        "model": "test-model-2026-01-01",
        "choices": [] if usage else [choice],
        "usage": {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        }
        if usage
        else None,
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def streams(*parts: Part) -> Reply:
    """A stream of exactly these parts."""
    return Reply(parts=parts, content_type="text/event-stream; charset=utf-8")


def says(content: str, *, finish_reason: str = "stop") -> Reply:
    """A completion with this content, a few letters at a time."""
    return streams(*_writing(content), *_ending(finish_reason))


def decision(kind: str, **rest: Any) -> str:
    """A decision in the form, and in the order, that the assistant asks for."""
    empty = {"kind": kind, "action": "", "reason": "", "evidence": "", "citations": [], "reply": ""}
    return json.dumps(empty | rest, ensure_ascii=False)


def decides(kind: str, **rest: Any) -> Reply:
    return says(decision(kind, **rest))


def writes(kind: str, *reply: str | Hold, finish_reason: str = "stop", **rest: Any) -> Reply:
    """A decision whose reply is written with holds in it."""
    before, after = decision(kind, **rest, reply="|").split("|")
    parts: list[Part] = [*_writing(before)]
    for part in reply:
        parts += [part] if isinstance(part, Hold) else _writing(json.dumps(part, ensure_ascii=False)[1:-1])
    return streams(*parts, *_writing(after), *_ending(finish_reason))


def refuses(text: str = "I'm sorry, I cannot help with that.") -> Reply:
    """As the real one does where its rules forbid an answer: in a field of its own, without content."""
    return streams(chunk(refusal=text), *_ending("stop"))


def fails(
    status: int, *, code: str | None = None, retry_after: str | None = None, message: str = "That failed."
) -> Reply:
    """An error in the form of the real one, instead of a stream."""
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return Reply(status, (json.dumps(body).encode(),), {"retry-after": retry_after} if retry_after else {})


def fails_midway(content: str, *, message: str = "The server had an error.") -> Reply:
    """An error in the form of the real one, in the midst of a stream."""
    error = {"error": {"message": message, "type": "server_error", "param": None, "code": None}}
    return streams(*_writing(content), b"data: " + json.dumps(error).encode() + b"\n\n")


def stalls(content: str = "") -> Reply:
    """Writes this and then nothing, with the connection open, until the server is stopped."""
    return streams(*_writing(content), Hold(busy=False))


def drops(content: str = "") -> Reply:
    """Writes this, and the connection breaks."""
    return streams(*_writing(content), Drop())


def breaks_off(content: str) -> Reply:
    """Writes this, and the stream ends in good order, but nobody said that it was all."""
    return streams(*_writing(content))


def garbage(text: str = "<html>bad gateway</html>", content_type: str = "text/html") -> Reply:
    return Reply(parts=(text.encode(),), content_type=content_type)


def _writing(content: str) -> Iterable[bytes]:
    return [chunk(content[start : start + 7]) for start in range(0, len(content), 7)]


def _ending(finish_reason: str) -> Iterable[bytes]:
    return [chunk(finish_reason=finish_reason), chunk(usage=True), DONE]


class OpenAIServer:
    """Answers with what `script` holds, in order, then with `otherwise`. `requests` are the bodies that came in."""

    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.otherwise = decides("converse", reply="Hello!")
        self.requests: list[dict[str, Any]] = []
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def plan(self, *replies: Reply) -> None:
        """What the next requests get."""
        self.script.extend(replies)

    def material(self, number: int = -1) -> dict[str, Any]:
        """The material that a request gave the model."""
        document: dict[str, Any] = json.loads(self.requests[number]["messages"][1]["content"])
        return document

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.requests.append(request)
                self._send(server._judge(self.path, self.headers.get("authorization", ""), request))

            def _send(self, reply: Reply) -> None:
                try:
                    self.send_response(reply.status)
                    self.send_header("content-type", reply.content_type)
                    self.send_header("transfer-encoding", "chunked")
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for part in reply.parts:
                        match part:
                            case bytes():
                                self._write(part)
                            case Hold():
                                self._hold(part)
                            case Drop():
                                raise ConnectionResetError
                    self.wfile.write(b"0\r\n\r\n")
                except (BrokenPipeError, ConnectionResetError):
                    # Without the last chunk, what was sent so far is not a whole answer.
                    self.close_connection = True

            def _write(self, part: bytes) -> None:
                if part:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                    self.wfile.flush()

            def _hold(self, hold: Hold) -> None:
                while not hold.released(within=0.2):
                    if server._stopping.is_set():
                        raise ConnectionResetError
                    if hold.busy:
                        self._write(chunk(""))

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
                """Tests want no access log."""

        return Handler

    def _judge(self, path: str, authorization: str, request: dict[str, Any]) -> Reply:
        """What the real server would refuse is refused here too."""
        if path != "/v1/chat/completions":
            return fails(404)
        if authorization != f"Bearer {KEY}":
            return fails(401, code="invalid_api_key")
        if problem := _invalid(request):
            error = {"error": {"message": problem, "type": "invalid_request_error"}}
            return Reply(400, (json.dumps(error).encode(),))
        return self.script.popleft() if self.script else self.otherwise


def _invalid(request: dict[str, Any]) -> str:
    if not request.get("model") or not request.get("messages"):
        return "model and messages are required"
    if any(message.get("role") not in {"system", "user", "assistant"} for message in request["messages"]):
        return "unknown role"
    if not request.get("stream") or not (request.get("stream_options") or {}).get("include_usage"):
        return "this server only streams, and its tests want to know the usage"
    wanted = request.get("response_format")
    if wanted is None:
        return ""
    schema = wanted["json_schema"]["schema"]
    return _not_strict(schema, schema.get("$defs", {})) if wanted["json_schema"].get("strict") else ""


def _not_strict(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Strict structured output wants every property required, and no others."""
    for part in (schema, *definitions.values()):
        if part.get("type") != "object":
            continue
        if set(part.get("required", ())) != set(part["properties"]):
            return "'required' must name every property"
        if part.get("additionalProperties") is not False:
            return "'additionalProperties' must be false"
    return ""


@contextmanager
def openai_server() -> Iterator[OpenAIServer]:
    server = OpenAIServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
