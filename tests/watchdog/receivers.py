"""Where the watchdog's notices arrive: a real SMTP server and a real HTTP server, which can be made to refuse."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from chatref.embedded.ports import LOOPBACK, free_ports


@dataclass
class Mailbox:
    """What was delivered by SMTP. While `refuses`, the server takes nothing, and `unknown` addresses never."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: bool = False
    unknown: set[str] = field(default_factory=set)
    signed_in: list[str] = field(default_factory=list)

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses:
            return "451 not now"
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 taken"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append(data.login.decode())
        return AuthResult(success=data.password == b"pa:ss")


@asynccontextmanager
async def mailbox(port: int | None = None, **options: Any) -> AsyncIterator[Mailbox]:
    box = Mailbox(port or free_ports(1)[0])
    controller = Controller(box, hostname=LOOPBACK, port=box.port, authenticator=box.authenticate, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Board:
    """What was posted to the webhook. `answers` are the statuses of the next requests; then 200."""

    url: str = ""
    posts: list[dict[str, Any]] = field(default_factory=list)
    answers: list[HTTPStatus] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [post["text"] for post in self.posts]


@asynccontextmanager
async def board() -> AsyncIterator[Board]:
    board = Board()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = board.answers.pop(0) if board.answers else HTTPStatus.OK
            if status is HTTPStatus.OK:
                board.posts.append(cast(dict[str, Any], json.loads(body)))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    board.url = f"http://{LOOPBACK}:{server.server_address[1]}/services/secret-of-the-hook"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield board
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
