"""The project's own labelled messages and questions, written apart from the rules that they measure."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from chatref.conversation.actions import ActionKind
from chatref.knowledge.passages import Passage

_HERE = Path(__file__).parent
_ROUTINE = "routine"


@dataclass(frozen=True)
class Message:
    """What a visitor wrote to a business, and the kind of action that it asks for: None for none."""

    business: str
    text: str
    kind: ActionKind | None


@dataclass(frozen=True)
class Question:
    """A question and the id of the passage that answers it: empty where none does. `group` says how it is asked."""

    text: str
    passage: str
    group: str


def messages() -> Iterator[Message]:
    for file in sorted(_HERE.glob("messages/*.yaml")):
        for kind, texts in yaml.safe_load(file.read_text("utf-8")).items():
            for text in texts:
                yield Message(file.stem, text, None if kind == _ROUTINE else ActionKind(kind))


def faq() -> tuple[list[Passage], list[Question]]:
    """The entries of all businesses as one set of passages, and the questions to put to it."""
    passages: list[Passage] = []
    questions: list[Question] = []
    for file in sorted(_HERE.glob("faq/*.yaml")):
        read = yaml.safe_load(file.read_text("utf-8"))
        for position, entry in enumerate(read["entries"]):
            name = f"{file.stem}/{position}"
            passages.append(Passage(name, file.stem, "", entry["question"], (), entry["answer"], "", position))
            questions.append(Question(entry["plainly"], name, "plainly"))
            questions += [Question(text, name, "asked") for text in entry["asked"]]
        questions += [Question(text, "", "elsewhere") for text in read["elsewhere"]]
    return passages, questions
