"""Vectors from a server and from this machine; and what is done without them."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from chatref.embedding.interface import Embedder, EmbedderUnavailable
from chatref.embedding.local import LocalEmbedder, Model, load
from chatref.embedding.meaning import Meaning
from chatref.embedding.openai import BATCH, OpenAIEmbedder
from tests.embeddings_server import MODEL, EmbeddingsServer, embeddings_server

AT_ONCE = timedelta(0)
LONG = timedelta(hours=1)
SOON = timedelta(milliseconds=100)
PATIENT = timedelta(seconds=30)


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


def served(server: EmbeddingsServer) -> OpenAIEmbedder:
    return OpenAIEmbedder("none", server.url, MODEL)


async def test_a_row_of_length_one_for_each_text_in_their_order(server: EmbeddingsServer) -> None:
    texts = [f"parcel {number} {'pay ' * (number % 7)}" for number in range(BATCH + 5)]
    rows = await served(server).embed(texts)
    assert len(rows) == len(texts)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0)
    for number in (0, 6, BATCH + 4):
        assert np.allclose(rows[number], (await served(server).embed([texts[number]]))[0])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b"[]",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [0, 0]}]}',
        b'{"data": [{"index": 0, "embedding": ["a"]}]}',
        b'{"data": [{"index": 0}]}',
        b'{"data": [{"index": 0, "embedding": [NaN]}]}',
    ],
)
async def test_nonsense_of_a_server_is_no_vector(server: EmbeddingsServer, body: bytes) -> None:
    server.body = body
    with pytest.raises(EmbedderUnavailable):
        await served(server).embed(["parcel"])


async def test_vectors_of_different_lengths_are_none(server: EmbeddingsServer) -> None:
    server.body = b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]}'
    with pytest.raises(EmbedderUnavailable):
        await served(server).embed(["parcel", "box"])


async def test_a_server_that_fails_or_is_not_there_is_unavailable(server: EmbeddingsServer) -> None:
    server.broken = True
    with pytest.raises(EmbedderUnavailable):
        await served(server).embed(["parcel"])
    with pytest.raises(EmbedderUnavailable):
        await OpenAIEmbedder("none", "http://127.0.0.1:9/v1", MODEL).embed(["parcel"])


def twos(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.full((len(texts), 2), 2.0, dtype=np.float32)


async def test_the_local_model_is_loaded_beside_everything_else() -> None:
    may_load = threading.Event()

    def slowly(name: str) -> Model:
        assert name == "small"
        may_load.wait(30)
        return twos

    embedder = LocalEmbedder("small", slowly)
    preparing = asyncio.create_task(embedder.prepare())
    with pytest.raises(EmbedderUnavailable):
        await embedder.embed(["parcel"])
    may_load.set()
    await preparing
    assert np.allclose(await embedder.embed(["parcel"]), [[0.5**0.5, 0.5**0.5]])


async def test_a_local_model_that_fails_is_unavailable_and_answers_go_on() -> None:
    def broken(texts: Sequence[str]) -> NDArray[np.float32]:
        raise RuntimeError("out of memory")

    embedder = LocalEmbedder("small", lambda _: broken)
    await embedder.prepare()
    with pytest.raises(EmbedderUnavailable):
        await embedder.embed(["parcel"])
    meaning = Meaning(PATIENT)
    meaning.use(embedder)
    assert await meaning.of("parcel") is None


async def test_a_local_model_that_cannot_be_fetched_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    # As without the internet, but at once.
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EmbedderUnavailable):
        await LocalEmbedder("no-such/model", load).prepare()


class TestMeaning:
    async def test_there_is_none_without_an_embedder(self) -> None:
        assert await Meaning().of("parcel") is None

    async def test_a_question_is_asked_once(self, server: EmbeddingsServer) -> None:
        meaning = Meaning(PATIENT)
        meaning.use(served(server))
        first, second = await meaning.of("my parcel"), await meaning.of(" my parcel ")
        assert first is not None
        assert first is second
        assert server.texts == ["my parcel"]
        assert await meaning.of("  ") is None

    async def test_a_failing_embedder_is_left_alone_for_a_while(
        self, server: EmbeddingsServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.broken = True
        meaning = Meaning(PATIENT, left_alone=LONG)
        meaning.use(served(server))
        for _ in range(2):
            assert await meaning.of("my secret parcel") is None
        server.broken = False
        assert await meaning.of("my secret parcel") is None
        assert server.texts == []
        assert len(caplog.records) == 1
        assert "secret" not in caplog.text

    async def test_it_is_asked_again_afterwards(self, server: EmbeddingsServer) -> None:
        server.broken = True
        meaning = Meaning(PATIENT, left_alone=AT_ONCE)
        meaning.use(served(server))
        assert await meaning.of("my parcel") is None
        server.broken = False
        assert await meaning.of("my parcel") is not None

    async def test_nobody_waits_for_a_slow_one(self, server: EmbeddingsServer) -> None:
        server.go_on.clear()
        meaning = Meaning(SOON, left_alone=LONG)
        embedder: Embedder = served(server)
        meaning.use(embedder)
        assert await meaning.of("my parcel") is None
