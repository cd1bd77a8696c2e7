"""The connection to PostgreSQL: one pool per process, transactions that commit in one place."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import event, exc, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 15.0


class DatabaseUnavailable(Exception):
    """PostgreSQL cannot be reached, or the connection broke: whether a commit under way went through is unknown."""


class AlreadyThere(Exception):
    """Somebody else was faster to make what can only be there once."""


_UNREACHABLE = (
    OSError,
    TimeoutError,
    exc.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


def dsn(url: str) -> str:
    """The address as asyncpg and libpq write it, without SQLAlchemy's name of a driver."""
    scheme, rest = url.split("://", 1)
    return f"{scheme.split('+')[0]}://{rest}"


async def connect(url: str, **settings: Any) -> asyncpg.Connection:
    """One connection outside the pool, for those who keep it: listeners and migrations."""
    settings.setdefault("timeout", CONNECT_SECONDS)
    return await asyncpg.connect(dsn(url), **settings)


def _unreachable(error: BaseException | None) -> bool:
    """Whether it is the connection that failed, and not what was asked of it."""
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or _unreachable(error.orig and error.orig.__cause__)
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    return isinstance(error, _UNREACHABLE)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turns whatever says that PostgreSQL cannot be reached into `DatabaseUnavailable`, and what a transaction may run
    into although it looked before into `AlreadyThere`."""
    try:
        yield
    except exc.IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") == asyncpg.UniqueViolationError.sqlstate:
            raise AlreadyThere from error
        raise
    except Exception as error:
        if _unreachable(error):
            raise DatabaseUnavailable(type(error).__name__) from error
        raise


class Database:
    """Lives as long as the process. `url` is a libpq address (`postgresql://…`), with Unix sockets and `sslmode`."""

    def __init__(self, url: str, *, pool_size: int = 10, command_seconds: float | None = COMMAND_SECONDS) -> None:
        self.url = url
        self._command_seconds = command_seconds
        self._drivers: asyncpg.Pool | None = None
        self._driver_limit = pool_size
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            # asyncpg itself reads the address, so that it means here what it means to psql.
            async_creator=lambda **_: connect(url, command_timeout=command_seconds),
            pool_size=pool_size // 2,
            max_overflow=pool_size // 2,
            pool_timeout=CONNECT_SECONDS,
            # What is asked may be what a customer wrote; an error's text ends in a log.
            hide_parameters=True,
        )
        event.listen(self.engine.sync_engine.pool, "checkout", _refuse_closed)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end of the block, rolled back when the block raises."""
        async with translated(), AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[asyncpg.Connection]:
        """A pooled connection as asyncpg has it, for the statements that run with every message and every look.

        There is no transaction around the block. JSON columns arrive as Python values and are sent as JSON text. It
        costs a tenth of what a session does.
        """
        async with translated():
            pool = await self._driver_pool()
            async with pool.acquire(timeout=CONNECT_SECONDS) as connection:
                yield connection

    async def ping(self) -> None:
        """Raises `DatabaseUnavailable` unless a statement runs."""
        async with self.session() as session:
            await (await session.connection()).execute(text("select 1"))

    async def close(self) -> None:
        await self.engine.dispose()
        if self._drivers is not None:
            self._drivers.terminate()

    async def _driver_pool(self) -> asyncpg.Pool:
        if self._drivers is None:
            # Of its own: checking a connection out of SQLAlchemy's pool costs more than most of our statements.
            self._drivers = asyncpg.create_pool(
                dsn(self.url),
                min_size=0,
                max_size=self._driver_limit,
                init=_set_json,
                reset=_keep,
                timeout=CONNECT_SECONDS,
                command_timeout=self._command_seconds,
            )
            # Connects to nothing yet, so that nobody else runs meanwhile.
            await self._drivers
        return self._drivers


async def _set_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=str, decoder=json.loads, schema="pg_catalog")


async def _keep(connection: asyncpg.Connection) -> None:
    """Nobody changes a connection's settings, so that resetting them would be a round trip for nothing.

    Only a transaction whose owner was cancelled before it could end it must not wait for the next one.
    """
    if connection.is_in_transaction():
        await connection.execute("rollback")


def _refuse_closed(connection: Any, record: Any, proxy: Any) -> None:
    """A connection that broke while it was idle is replaced unnoticed, which costs no round trip as a ping would."""
    if connection.driver_connection.is_closed():
        raise exc.DisconnectionError("closed while idle")
