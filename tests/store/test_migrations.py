"""The schema's history leads to the tables as they are written down."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import chatref.store.tables  # noqa: F401 - fills the metadata
from chatref.embedded.postgres import Postgres
from chatref.store.database import Database
from chatref.store.migrations import upgrade


def _drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, SQLModel.metadata))


async def test_migrations_and_tables_do_not_drift(database_url: str) -> None:
    database = Database(database_url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_drift) == []
    await database.close()


async def test_processes_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    url = await postgres.create_database("started_at_once")
    await asyncio.gather(*(upgrade(url) for _ in range(4)))
    database = Database(url)
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from alembic_version"))).scalar_one() == 1
    await database.close()
