"""The demo shop's assistant, and turns to put to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache

from chatref.assistant.interface import Assistant
from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.responder import Responder
from chatref.assistant.triggers import Triggers
from chatref.conversation import exchanges
from chatref.conversation.turns import Collecting, Exchange, Outcome, OutcomeKind, Turn, Usage, VisitorMessage
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


class Onlooker:
    """Sees every draft of every turn: `shown` is what was to be seen, one after the other, without repetitions."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def show(self, text: str) -> None:
        if self.shown[-1:] != [text]:
            self.shown.append(text)

    @asynccontextmanager
    async def of(self, turn: Turn) -> AsyncIterator["Onlooker"]:
        yield self


class Books:
    """Keeps what every request cost, by the turn's conversation and `seq`."""

    def __init__(self) -> None:
        self.used_by: list[tuple[str, int, Usage]] = []

    async def used(self, turn: Turn, usage: Usage) -> None:
        self.used_by.append((turn.conversation_id, turn.answers_seq, usage))


def keyless() -> KeylessAssistant:
    return KeylessAssistant(search())


def responder(model: Assistant | None = None) -> Responder:
    return Responder(triggers(), keyless(), model)


def turn(
    *texts: str,
    collecting: Collecting | None = None,
    offered_person: bool = False,
    earlier: Sequence[Exchange] = (),
    action: str = "",
    **details: str,
) -> Turn:
    messages = tuple(
        VisitorMessage(f"m{number}", text, NOON, action=action, details=details)
        for number, text in enumerate(texts or ("",))
    )
    return Turn(
        "c1", len(messages), messages, collecting=collecting, offered_person=offered_person, earlier=tuple(earlier)
    )


class Chat:
    """A visitor who talks to a responder, turn by turn."""

    def __init__(self, answering: Responder | None = None) -> None:
        self._responder = answering or responder()
        self.outcome: Outcome | None = None
        self.taken: dict[str, str] = {}
        self.earlier: list[Exchange] = []

    async def says(self, *texts: str, action: str = "", **details: str) -> Outcome:
        before = self.outcome
        asked = turn(
            *texts,
            collecting=before.collecting if before else None,
            offered_person=bool(before and before.offers_person),
            earlier=self.earlier,
            action=action,
            **details,
        )
        outcome = self.outcome = await self._responder.consider(asked)
        if outcome.kind is OutcomeKind.THINK:
            outcome = self.outcome = await self._responder.think(asked)
        if outcome.kind is OutcomeKind.ANSWER and outcome.asked:
            self.earlier = exchanges.with_latest(self.earlier, exchanges.answered(outcome))
        self.taken |= {detail.name: detail.value for detail in self.outcome.details}
        return self.outcome
