"""The embedded PostgreSQL: what the whole of Chatref stores in."""

import asyncpg
import pytest

from chatref.embedded.postgres import Postgres


async def test_it_takes_text_of_every_language_and_vectors(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        assert await connection.fetchval("select lower('ÀÉÎ ΣΊΣΥΦΟΣ ПРИВЕТ')") == "àéî σίσυφοσ привет"
        await connection.execute("create extension if not exists vector")
        assert await connection.fetchval("select '[1,2]'::vector <-> '[1,3]'::vector") == 1.0
    finally:
        await connection.close()


async def test_a_wrong_password_is_refused(postgres: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.url_of("postgres").replace(postgres.password, "guessed"))


async def test_each_test_has_a_database_of_its_own(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("select count(*) from conversations") == 0
    finally:
        await connection.close()
