"""Examples and messages that say the same in other words, where there are vectors to tell."""

from collections.abc import Iterator

import numpy as np
import pytest

from chatref.assistant.examples import Vector
from chatref.assistant.responder import Responder
from chatref.assistant.triggers import Triggers, examples_of
from chatref.conversation.actions import CustomAction
from chatref.conversation.turns import OutcomeKind
from chatref.embedding.meaning import PATIENT_TIME_LIMIT, Meaning
from chatref.embedding.openai import OpenAIEmbedder
from chatref.knowledge.holder import Holder
from tests.assistant.house import keyless, turn
from tests.embeddings_server import MODEL, EmbeddingsServer, embeddings_server, vector

EXAMPLE = "my parcel did not arrive"
SAME = "that package still has to reach us"
OTHER = "refund the bill with money back"


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


def lost_parcels(*counterexamples: str, example: str = EXAMPLE) -> CustomAction:
    triggers = {"examples": [example], "counterexamples": counterexamples}
    return CustomAction.model_validate({"id": "lost", "name": "Lost parcels", "triggers": triggers})


def vectors(*texts: str) -> dict[str, Vector]:
    raw = {text: np.array(vector(text), dtype=np.float32) for text in texts}
    return {text: each / np.linalg.norm(each).astype(np.float32) for text, each in raw.items()}


def knowing(*actions: CustomAction) -> Triggers:
    return Triggers(actions, vectors(*examples_of(actions)))


def test_other_words_for_an_example_fire_by_meaning_only() -> None:
    assert Triggers([lost_parcels()]).match(SAME, vectors(SAME)).action is None
    assert knowing(lost_parcels()).match(SAME).action is None
    match = knowing(lost_parcels()).match(SAME, vectors(SAME))
    assert match.action is not None
    assert EXAMPLE in match.why
    assert knowing(lost_parcels()).match(OTHER, vectors(OTHER)).action is None


@pytest.mark.parametrize(("counterexample", "fires"), [("may I pay on delivery", True), ("a box at our door", False)])
def test_the_nearer_of_example_and_counterexample_decides(counterexample: str, fires: bool) -> None:
    # The example has more on its mind than either of both.
    triggers = knowing(lost_parcels(counterexample, example=f"{EXAMPLE} this month"))
    assert bool(triggers.match(SAME, vectors(SAME)).action) is fires


def test_a_sentence_among_others_is_found_by_its_own_meaning() -> None:
    text = f"Hello there, good morning. {SAME}. I hope you are well."
    triggers = knowing(lost_parcels())
    match = triggers.match(text, vectors(*triggers.telling(text)))
    assert match.action is not None
    assert SAME in match.evidence


def test_without_vectors_none_are_asked_for() -> None:
    assert Triggers([lost_parcels()]).telling(SAME) == []
    assert knowing(lost_parcels()).telling(SAME) == [SAME]


async def test_a_turn_is_decided_by_meaning_and_by_words_while_the_embedder_fails(server: EmbeddingsServer) -> None:
    meaning = Meaning(PATIENT_TIME_LIMIT)
    meaning.use(OpenAIEmbedder("none", server.url, MODEL))
    responder = Responder(Holder(knowing(lost_parcels())), keyless(), meaning=meaning)
    assert (await responder.consider(turn(SAME))).kind is OutcomeKind.ESCALATE
    server.broken = True
    assert (await responder.consider(turn("a package that has to reach us"))).kind is OutcomeKind.ANSWER
    assert (await responder.consider(turn(EXAMPLE))).kind is OutcomeKind.ESCALATE
