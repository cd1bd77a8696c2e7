"""Alembic's environment: runs in the transaction it is given, or opens one for the `alembic` command."""

import asyncio
import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import AutoString, SQLModel

import chatref.store.tables  # noqa: F401 - fills the metadata
from chatref.store.database import Database


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Revisions speak SQLAlchemy only, so that SQLModel may change its names."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_from_command() -> None:
    database = Database(os.environ["DATABASE_URL"])
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)
    await database.close()


given: Connection | None = context.config.attributes.get("connection")
if given is None:
    asyncio.run(migrate_from_command())
else:
    migrate(given)
