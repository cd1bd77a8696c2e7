"""The assistant that needs no account: it quotes the passage that answers, says from where, and never pretends."""

from collections.abc import Sequence

from chatref.assistant import smalltalk
from chatref.assistant.interface import Assistant
from chatref.conversation.events import Citation
from chatref.conversation.turns import Outcome, OutcomeKind, Turn
from chatref.knowledge.index import Hit
from chatref.knowledge.quotes import quote
from chatref.knowledge.search import Search
from chatref.knowledge.words import sentences

UNKNOWN = (
    "I don't have an answer to that in our help pages, and I would rather not guess. "
    "Shall I get a person from our team to help you?"
)
_QUESTIONS_AT_MOST = 3


class KeylessAssistant(Assistant):
    """Answers within milliseconds from the passages in memory."""

    def __init__(self, search: Search) -> None:
        self._search = search

    async def answer(self, turn: Turn) -> Outcome:
        return await self.reply([message.text for message in turn.messages])

    async def reply(self, texts: Sequence[str]) -> Outcome:
        """The answer to what was said, as one: a courtesy, the passages that answer, or that there are none."""
        if any(smalltalk.asks_whether_machine(text) for text in texts):
            return Outcome(OutcomeKind.ANSWER, smalltalk.MACHINE, offers_person=True)
        questions = [text for text in texts if text.strip() and smalltalk.courtesy(text) is None]
        if not questions:
            said = next((reply for text in reversed(texts) if (reply := smalltalk.courtesy(text))), smalltalk.GREETED)
            return Outcome(OutcomeKind.ANSWER, said)
        if all(smalltalk.says_nothing(text) for text in questions):
            return Outcome(OutcomeKind.ANSWER, smalltalk.ASKED_BACK)
        answered = await self._answers(questions)
        if not answered:
            return Outcome(OutcomeKind.ANSWER, UNKNOWN, offers_person=True)
        return Outcome(
            OutcomeKind.ANSWER,
            _joined(answered),
            citations=tuple(_citation(hit, said) for hit, said in answered),
        )

    async def quoted(self, text: str) -> str | None:
        """The answer to one question without more, for a question in between; None where there is none."""
        answered = await self._answers([text])
        return _joined(answered) if answered else None

    async def _answers(self, questions: Sequence[str]) -> list[tuple[Hit, str]]:
        found: dict[str, tuple[Hit, str]] = {}
        for question in _distinct(questions):
            result = await self._search.find(question, limit=1)
            if result.found:
                hit = result.hits[0]
                found.setdefault(hit.passage.id, (hit, quote(hit.passage.text, question)))
        if not found and len(questions) > 1:
            together = " ".join(questions)
            result = await self._search.find(together, limit=1)
            if result.found:
                hit = result.hits[0]
                found[hit.passage.id] = (hit, quote(hit.passage.text, together))
        return list(found.values())


def _distinct(questions: Sequence[str]) -> list[str]:
    """The questions to look for: several in one message are looked for one by one."""
    every: list[str] = []
    for text in questions:
        asked = [sentence for sentence in sentences(text) if sentence.endswith("?")]
        every += asked if len(asked) > 1 else [text]
    return list(dict.fromkeys(every))[-_QUESTIONS_AT_MOST:]


def _joined(answered: Sequence[tuple[Hit, str]]) -> str:
    parts = []
    for number, (hit, said) in enumerate(answered):
        lead = "Here is what our help says about" if number == 0 else "And about"
        parts.append(f"{lead} “{hit.passage.title}”:\n\n{said}")
    return "\n\n".join(parts)


def _citation(hit: Hit, said: str) -> Citation:
    passage = hit.passage
    title = passage.title if passage.title == passage.source_title else f"{passage.source_title}: {passage.title}"
    return Citation(passage_id=passage.id, title=title, url=passage.url, quote=said)
