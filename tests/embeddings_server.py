"""A local server of the OpenAI embeddings protocol. Its model knows a few words, and which of them mean the same."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "a-few-words"
_SAME = (
    "box parcel package delivery",
    "arrive reach land door when",
    "skip pause break holiday",
    "month four weeks",
    "pay bill money card",
    "refund reimburse back",
)
_AXIS = {word: axis for axis, group in enumerate(_SAME) for word in group.split()}


def vector(text: str) -> list[float]:
    """How often each group of words is in it; the last number keeps it from being nothing."""
    values = [0.0] * len(_SAME) + [0.3]
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _AXIS:
            values[_AXIS[word]] += 1.0
    return values


class EmbeddingsServer:
    """`texts` are those that were asked for. While `broken` it answers 500; `body` is sent instead of vectors."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.broken = False
        self.body: bytes | None = None
        self.go_on = threading.Event()
        self.go_on.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: dict[str, Any]) -> bytes:
        if self.body is not None:
            return self.body
        data = [
            {"object": "embedding", "index": at, "embedding": vector(text)} for at, text in enumerate(request["input"])
        ]
        # The protocol numbers them; nothing says that they come in order.
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return json.dumps({"object": "list", "model": MODEL, "data": data[::-1], "usage": usage}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.go_on.wait()
                right = self.path == "/v1/embeddings" and request["model"] == MODEL and not server.broken
                body = server._answer(request) if right else b'{"error": {"message": "broken"}}'
                if right:
                    server.texts += request["input"]
                try:
                    self.send_response(200 if right else 500)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
                """Tests want no access log."""

        return Handler


@contextmanager
def embeddings_server() -> Iterator[EmbeddingsServer]:
    server = EmbeddingsServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
