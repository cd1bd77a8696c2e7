"""A local server that speaks as much of the OpenAI protocol as Chatref uses, and fails as the real one does."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test"


@dataclass(frozen=True)
class Reply:
    """One answer of the server. `stall` is waited before it, `pause` between its bytes."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    stall: float = 0.0
    pause: float = 0.0


def says(content: str, *, finish_reason: str = "stop", stall: float = 0.0, pause: float = 0.0) -> Reply:
    """A completion with this content."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": "test-model",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "logprobs": None,
                "message": {"role": "assistant", "content": content, "refusal": None},
            }
        ],
        "usage": {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960},
    }
    return Reply(body=json.dumps(body).encode(), stall=stall, pause=pause)


def decides(kind: str, **rest: Any) -> Reply:
    """A completion with a decision in the form that the assistant asks for."""
    decision = {"kind": kind, "reply": "", "citations": [], "action": "", "reason": "", "evidence": ""} | rest
    return says(json.dumps(decision))


def fails(status: int, *, code: str | None = None, retry_after: str | None = None) -> Reply:
    """An error in the form of the real one."""
    body = {"error": {"message": f"failed with {status}", "type": "error", "param": None, "code": code}}
    return Reply(status, json.dumps(body).encode(), {"retry-after": retry_after} if retry_after else {})


def garbage(text: str = "<html>bad gateway</html>", content_type: str = "text/html") -> Reply:
    return Reply(body=text.encode(), content_type=content_type)


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
                server._stopping.wait(reply.stall)
                try:
                    self.send_response(reply.status)
                    self.send_header("content-type", reply.content_type)
                    self.send_header("content-length", str(len(reply.body)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    step = 16 if reply.pause else max(len(reply.body), 1)
                    for start in range(0, len(reply.body), step):
                        self.wfile.write(reply.body[start : start + step])
                        self.wfile.flush()
                        if reply.pause and server._stopping.wait(reply.pause):
                            return
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

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
            return Reply(400, json.dumps({"error": {"message": problem, "type": "invalid_request_error"}}).encode())
        return self.script.popleft() if self.script else self.otherwise


def _invalid(request: dict[str, Any]) -> str:
    if not request.get("model") or not request.get("messages"):
        return "model and messages are required"
    if any(message.get("role") not in {"system", "user", "assistant"} for message in request["messages"]):
        return "unknown role"
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
