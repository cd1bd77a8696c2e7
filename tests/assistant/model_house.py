"""An assistant with a model's server of the test's, and all that it remembers, is told, and shows."""

from collections.abc import Sequence
from datetime import timedelta

from openai import AsyncOpenAI

from chatref.assistant.briefing import Briefing
from chatref.assistant.openai import OpenAIAssistant, connect
from chatref.assistant.triggers import Triggers
from chatref.conversation.events import ASSISTANT, Author, AuthorKind, Event, EventType
from chatref.knowledge.holder import Holder
from chatref.knowledge.index import Index
from chatref.knowledge.search import Search
from tests.assistant.house import NOON, Books, Onlooker, index, triggers
from tests.openai_server import KEY, OpenAIServer

VISITOR = Author(AuthorKind.VISITOR)


def event(
    seq: int,
    author: Author,
    text: str,
    *,
    of: EventType = EventType.MESSAGE,
    public: bool = True,
    asks_back: bool = False,
) -> Event:
    data = {"asks_back": True} if asks_back else {}
    return Event(seq, f"e{seq}", of, NOON, author, text, public, data)


class ModelHouse:
    """An assistant at a server of the test's, and what it remembers, is told and shows."""

    def __init__(self, server: OpenAIServer) -> None:
        self.server = server
        self.history: list[Event] = [
            event(1, VISITOR, "hello, I bought a fern"),
            event(2, ASSISTANT, "Hi! How can I help?"),
            event(3, Author(AuthorKind.AGENT, "Ada"), "careful, a difficult one", of=EventType.NOTE, public=False),
        ]
        self.index: Holder[Index] = index()
        self.triggers: Holder[Triggers] = triggers()
        self.briefing = Holder(Briefing())
        self.onlooker = Onlooker()
        self.books = Books()
        self._clients: list[AsyncOpenAI] = []

    async def transcript(self, conversation_id: str) -> Sequence[Event]:
        assert conversation_id == "c1"
        return self.history

    def assistant(self, key: str = KEY, url: str = "", silence: float = 30) -> OpenAIAssistant:
        client = connect(key, url or self.server.url)
        self._clients.append(client)
        return OpenAIAssistant(
            client,
            "test-model",
            search=Search(self.index),
            triggers=self.triggers,
            briefing=self.briefing,
            transcript=self.transcript,
            drafts=self.onlooker,
            meter=self.books,
            silence_limit=timedelta(seconds=silence),
        )

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
