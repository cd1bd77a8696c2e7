"""Vectors of the owner's content: computed once, kept, used once they are complete."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import numpy as np
import pytest

from chatref.assistant.triggers import examples_of
from chatref.configuration import Configuration
from chatref.embedding.interface import EmbedderUnavailable
from chatref.embedding.openai import OpenAIEmbedder
from chatref.knowledge.index import texts_of
from chatref.store import vectors
from chatref.store.channels import Channel, Config
from chatref.store.database import Database
from chatref.store.listener import Listener
from chatref.store.seed import seed
from tests.embeddings_server import MODEL, EmbeddingsServer, embeddings_server
from tests.running import eventually

QUESTION = "will my package be at my door"


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as server:
        yield server


def unit(*values: float) -> vectors.Vector:
    return np.array(values, dtype=np.float32) / np.linalg.norm(values).astype(np.float32)


async def test_what_is_kept_is_what_was_given(database: Database) -> None:
    given = {"a": unit(1, 2, 3), "b": unit(-0.5, 0.25, 1e-6)}
    await vectors.add(database, "m", given)
    await vectors.add(database, "m", {"a": unit(9, 9, 9)})
    known = await vectors.known(database, "m", ["a", "b", "c"])
    assert known.keys() == given.keys()
    for text, vector in known.items():
        assert np.allclose(vector, given[text], atol=1e-7)
    assert await vectors.known(database, "another", ["a"]) == {}


async def test_only_what_is_still_there_is_kept(database: Database) -> None:
    await vectors.add(database, "another", {"a": unit(1, 0)})
    await vectors.add(database, "old", {"a": unit(1, 0)})
    async with database.driver() as connection:
        await connection.execute("update text_vectors set created_at = now() - interval '8 days' where model = 'old'")
    await vectors.add(database, "m", {"a": unit(1, 0), "b": unit(0, 1)})
    await vectors.keep_only(database, "m", ["b"])
    assert (await vectors.known(database, "m", ["a", "b"])).keys() == {"b"}
    assert await vectors.known(database, "old", ["a"]) == {}
    assert (await vectors.known(database, "another", ["a"])).keys() == {"a"}


async def test_one_process_at_a_time_computes(database: Database) -> None:
    async with vectors.computing(database) as mine, vectors.computing(database) as other:
        assert (mine, other) == (True, False)
    async with vectors.computing(database) as again:
        assert again


@asynccontextmanager
async def process(database: Database, server: EmbeddingsServer, *, computes: bool) -> AsyncIterator[Configuration]:
    """A worker's or an API's view of the configuration, as they keep it."""
    embedder = OpenAIEmbedder("none", server.url, MODEL)
    configuration = Configuration(database, embedder, computes=computes, compute_again_after=0.05)

    async def connected() -> None:
        configuration.outdated(None)

    listener = Listener(
        database.url, {Channel.CONFIG: lambda payload: configuration.outdated(Config(payload))}, connected
    )
    await configuration.start()
    await listener.start()
    try:
        yield configuration
    finally:
        await listener.stop()
        await configuration.stop()


async def knows_meaning(configuration: Configuration) -> bool:
    return configuration.index.current.knows_meaning


async def test_passages_are_found_by_meaning_once_all_have_vectors(
    database: Database, server: EmbeddingsServer
) -> None:
    await seed(database, demo=True, admin_password="the admin's password")
    async with process(database, server, computes=False) as api:
        await eventually(lambda: _read(api), "the configuration is read")
        assert not api.index.current.knows_meaning
        async with process(database, server, computes=True) as worker:
            await eventually(lambda: knows_meaning(worker), "the worker has vectors")
            await eventually(lambda: knows_meaning(api), "the API has them too")
            [best, *_] = (await worker.search.find(QUESTION)).hits
            assert (await api.search.find(QUESTION)).hits[0] == best
            assert best.passage.title == "When will my box arrive?"
    texts = {text for passage in worker.index.current.passages for text in texts_of(passage)}
    texts |= examples_of(worker.actions)
    assert len(await vectors.known(database, MODEL, texts)) == len(texts)
    # Each text was asked for once, and the question by both.
    assert sorted(server.texts) == sorted([*texts, QUESTION, QUESTION])


async def _read(configuration: Configuration) -> bool:
    return bool(configuration.index.current.passages)


async def test_a_worker_that_died_in_the_middle_leaves_what_it_had(
    database: Database, server: EmbeddingsServer
) -> None:
    await seed(database, demo=True, admin_password="the admin's password")
    server.broken = True
    async with process(database, server, computes=True) as worker:
        await eventually(lambda: _read(worker), "the configuration is read")
        texts = sorted({text for passage in worker.index.current.passages for text in texts_of(passage)})
        assert (await worker.search.find("how do I skip a box?")).found
    half = texts[: len(texts) // 2]
    await vectors.add(database, MODEL, {text: unit(1, 1) for text in half})
    server.broken = False
    async with process(database, server, computes=True) as worker:
        await eventually(lambda: knows_meaning_of(database, texts), "the vectors are complete")
    assert not set(server.texts) & set(half)


async def knows_meaning_of(database: Database, texts: list[str]) -> bool:
    return len(await vectors.known(database, MODEL, texts)) == len(texts)


class ReadyTheSecondTime(OpenAIEmbedder):
    """Cannot be prepared at first, as a model whose server is away when the process starts."""

    tried = 0

    async def prepare(self) -> None:
        self.tried += 1
        if self.tried == 1:
            raise EmbedderUnavailable("not yet")


async def test_an_embedder_that_was_not_ready_at_the_start_is_tried_again(
    database: Database, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatref.configuration.PREPARE_AGAIN_AFTER", (timedelta(milliseconds=20),))
    await seed(database, demo=True, admin_password="the admin's password")
    embedder = ReadyTheSecondTime("none", server.url, MODEL)
    configuration = Configuration(database, embedder, computes=True, compute_again_after=0.05)
    await configuration.start()

    async def computed() -> bool:
        return bool(server.texts)

    await eventually(computed, "vectors are computed")
    await configuration.stop()
    assert embedder.tried == 2


async def test_an_embedder_that_comes_back_is_used(database: Database, server: EmbeddingsServer) -> None:
    await seed(database, demo=True, admin_password="the admin's password")
    server.broken = True
    async with process(database, server, computes=True) as worker:
        await eventually(lambda: _read(worker), "the configuration is read")
        server.broken = False
        await eventually(lambda: knows_meaning(worker), "it has vectors")
