"""Vectors of texts, by the text's digest: who reads the same text again, or moves it, has its vector already."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from chatref.store.database import Database

Vector = NDArray[np.float32]

# Any constant will do, as long as nobody else in this database has it.
_COMPUTING = 0x63686174
_HEADER_BYTES = 4
OTHER_MODELS_KEPT = timedelta(days=7)


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


async def known(database: Database, model: str, texts: Collection[str]) -> dict[str, Vector]:
    """The vectors that there are, by text."""
    by_digest = {digest(text): text for text in texts}
    async with database.driver() as connection:
        rows = await connection.fetch(
            # In pgvector's binary form: two short numbers, then the values; a tenth of the time that its text takes.
            "select digest, vector_send(vector) from text_vectors where model = $1 and digest = any($2::bytea[])",
            model,
            list(by_digest),
        )
    return {by_digest[found]: np.frombuffer(raw, ">f4", offset=_HEADER_BYTES).astype(np.float32) for found, raw in rows}


async def add(database: Database, model: str, vectors: Mapping[str, Vector]) -> None:
    """Keep them. What is there already stays."""
    async with database.driver() as connection:
        await connection.execute(
            "insert into text_vectors (model, digest, vector)"
            " select $1, digest, value::vector from unnest($2::bytea[], $3::text[]) as new (digest, value)"
            " on conflict do nothing",
            model,
            [digest(text) for text in vectors],
            [f"[{','.join(map(str, vector.tolist()))}]" for vector in vectors.values()],
        )


async def keep_only(database: Database, model: str, texts: Collection[str]) -> None:
    """Forget the vectors of every other text, and of other models after a while: another worker may still use them."""
    async with database.driver() as connection:
        await connection.execute(
            "delete from text_vectors where case when model = $1 then digest <> all($2::bytea[])"
            " else created_at < now() - $3::interval end",
            model,
            [digest(text) for text in texts],
            OTHER_MODELS_KEPT,
        )


@asynccontextmanager
async def computing(database: Database) -> AsyncIterator[bool]:
    """True for one process at a time: several workers need not compute the same. A process that dies lets go of it."""
    async with database.driver() as connection:
        mine = bool(await connection.fetchval("select pg_try_advisory_lock($1)", _COMPUTING))
        try:
            yield mine
        finally:
            if mine and not connection.is_closed():
                await connection.execute("select pg_advisory_unlock($1)", _COMPUTING)
