"""A whole Chatref behind HTTP, and clients of it: visitors, agents, and their live streams."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from temporalio.client import Client

from api.app import create_app
from api.deliveries import Deliveries
from api.engine import Conversations
from api.ingestions import Ingestions
from chatref.credentials import new_token, token_hash
from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.settings import Settings
from chatref.store import agents
from chatref.store.database import Database
from chatref.store.seed import DEMO_SITE_KEY, SignIn
from workflows.inspection import Executions

PATIENCE_SECONDS = 15.0


@asynccontextmanager
async def served(settings: Settings, database: Database, client: Client) -> AsyncIterator[str]:
    """The API on a free port of this machine."""
    [port] = free_ports(1)
    app = create_app(
        settings=settings,
        database=database,
        conversations=Conversations(client),
        ingestions=Ingestions(client),
        deliveries=Deliveries(client),
        executions=Executions(client),
    )
    server = uvicorn.Server(uvicorn.Config(app, LOOPBACK, port, log_level="warning", timeout_graceful_shutdown=3))
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done(), "the server did not start"
        await asyncio.sleep(0.01)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        await running


@dataclass
class SentEvent:
    """A Server-Sent Event. `id` is empty where it had none."""

    event: str
    data: Any
    id: str


class LiveStream:
    """An open stream. Read it with `until`."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last_id = ""
        self.seen: list[SentEvent] = []

    async def next(self, seconds: float = PATIENCE_SECONDS) -> SentEvent:
        async with asyncio.timeout(seconds):
            event, data, event_id = "message", "", ""
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    event = value
                elif field == "data":
                    data = value
                elif field == "id":
                    event_id = self.last_id = value
                elif not line and data:
                    sent = SentEvent(event, json.loads(data), event_id)
                    self.seen.append(sent)
                    return sent
        raise AssertionError("the stream ended")

    async def until(self, event: str, seconds: float = PATIENCE_SECONDS, **wanted: Any) -> SentEvent:
        """The next event of this kind whose data has these values."""
        async with asyncio.timeout(seconds):
            while True:
                sent = await self.next(seconds)
                if sent.event == event and all(sent.data.get(key) == value for key, value in wanted.items()):
                    return sent

    async def silence(self, seconds: float = 0.4) -> None:
        """Nothing comes."""
        try:
            sent = await self.next(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"unexpected {sent}")


@dataclass
class VisitorClient:
    """A widget's side of one conversation."""

    http: httpx.AsyncClient
    conversation_id: str
    token: str

    @property
    def base(self) -> str:
        return f"/widget/v1/conversations/{self.conversation_id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, route: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.http.post(f"{self.base}/{route}", json=body, headers=self.headers | headers)

    async def say(self, text: str, **more: Any) -> str:
        message_id = str(uuid4())
        answer = await self.post("messages", {"id": message_id, "text": text, **more})
        assert answer.status_code == 202, answer.text
        return message_id

    async def events(self, after: int = 0) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.base}/events", params={"after": after}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        listed: list[dict[str, Any]] = answer.json()["events"]
        return listed

    @asynccontextmanager
    async def stream(self, last_event_id: str = "") -> AsyncIterator[LiveStream]:
        headers = self.headers | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        async with self.http.stream("GET", f"{self.base}/stream", headers=headers, timeout=None) as response:
            assert response.status_code == 200
            yield LiveStream(response)


@dataclass
class AgentClient:
    """A signed-in agent."""

    http: httpx.AsyncClient
    id: str
    name: str

    async def get(self, route: str, **params: Any) -> Any:
        answer = await self.http.get(f"/api/v1{route}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, conversation_id: str, command: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.http.post(
            f"/api/v1/conversations/{conversation_id}/{command}", json=body or {}, headers=headers
        )

    @asynccontextmanager
    async def stream(self, last_event_id: str = "") -> AsyncIterator[LiveStream]:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        async with self.http.stream("GET", "/api/v1/stream", headers=headers, timeout=None) as response:
            assert response.status_code == 200
            yield LiveStream(response)


@dataclass
class House:
    """A running Chatref with its demo content, and who works there."""

    url: str
    settings: Settings
    database: Database
    admin_sign_in: SignIn
    agent_sign_ins: list[SignIn]

    @asynccontextmanager
    async def http(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_SECONDS) as http:
            yield http

    @asynccontextmanager
    async def agent(self, sign_in: SignIn) -> AsyncIterator[AgentClient]:
        async with self.http() as http:
            answer = await http.post("/api/v1/session", json={"email": sign_in.email, "password": sign_in.password})
            assert answer.status_code == 200, answer.text
            who = answer.json()["agent"]
            yield AgentClient(http, who["id"], who["name"])

    async def key(self, agent_id: str) -> str:
        """A new API key that acts as the agent."""
        key = new_token()
        async with self.database.session() as session:
            await agents.add_key(session, UUID(agent_id), "test", token_hash(key))
        return key


async def visit(http: httpx.AsyncClient, **more: Any) -> VisitorClient:
    """Open a conversation as a visitor of the demo site."""
    answer = await http.post("/widget/v1/conversations", json={"site": DEMO_SITE_KEY, **more})
    assert answer.status_code == 201, answer.text
    opened = answer.json()
    return VisitorClient(http, opened["conversation_id"], opened["visitor_token"])
