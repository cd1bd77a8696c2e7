"""The schema's history (Alembic), and how a database is brought up to date.

A new revision, compared with the tables: `DATABASE_URL=… alembic revision --autogenerate -m "What changes"`.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from chatref.store.database import Database

_LOCK = 0x63686174726566  # "chatref": one number for every process that may migrate


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> None:
    # The lock is the transaction's, so that whatever happens it is gone with the connection.
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(_config(connection), "head")


async def upgrade(database_url: str) -> None:
    """Bring the database to the newest revision. Processes that start at once wait for one another."""
    database = Database(database_url, command_seconds=None)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await database.close()
