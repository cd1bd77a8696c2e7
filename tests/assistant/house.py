"""The demo shop's assistant, and turns to put to it."""

from datetime import UTC, datetime
from functools import cache

from chatref.assistant.interface import Assistant
from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.responder import Responder
from chatref.assistant.triggers import Triggers
from chatref.conversation.turns import Collecting, Outcome, Turn, VisitorMessage
from chatref.demo import default_actions, pages
from chatref.knowledge.holder import Holder
from chatref.knowledge.index import Index
from chatref.knowledge.passages import read_markdown
from chatref.knowledge.search import Search

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@cache
def index() -> Holder[Index]:
    return Holder(
        Index(
            passage
            for page in pages()
            for passage in read_markdown(page.text, source_id=page.name, title=page.name).passages
        )
    )


@cache
def triggers() -> Holder[Triggers]:
    return Holder(Triggers(default_actions()))


def search() -> Search:
    return Search(index())


def keyless() -> KeylessAssistant:
    return KeylessAssistant(search())


def responder(model: Assistant | None = None) -> Responder:
    return Responder(triggers(), keyless(), model)


def turn(
    *texts: str, collecting: Collecting | None = None, offered_person: bool = False, action: str = "", **details: str
) -> Turn:
    messages = tuple(
        VisitorMessage(f"m{number}", text, NOON, action=action, details=details)
        for number, text in enumerate(texts or ("",))
    )
    return Turn("c1", len(messages), messages, collecting=collecting, offered_person=offered_person)


class Chat:
    """A visitor who talks to a responder, turn by turn."""

    def __init__(self, answering: Responder | None = None) -> None:
        self._responder = answering or responder()
        self.outcome: Outcome | None = None
        self.taken: dict[str, str] = {}

    async def says(self, *texts: str, action: str = "", **details: str) -> Outcome:
        before = self.outcome
        self.outcome = await self._responder.consider(
            turn(
                *texts,
                collecting=before.collecting if before else None,
                offered_person=bool(before and before.offers_person),
                action=action,
                **details,
            )
        )
        self.taken |= {detail.name: detail.value for detail in self.outcome.details}
        return self.outcome
