"""The business's configuration in memory, so that no message needs the database to be understood."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from chatref.assistant.briefing import Briefing
from chatref.assistant.triggers import Triggers
from chatref.conversation.actions import CustomAction
from chatref.conversation.policy import ServicePolicy
from chatref.knowledge.holder import Holder
from chatref.knowledge.index import Index
from chatref.store import actions, briefings, policies, sites, sources, teams
from chatref.store.channels import Config
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.tables import Site, Team

logger = logging.getLogger(__name__)

_AGAIN_AFTER = 0.5


class Configuration:
    """Reread when it changes and kept when the database is away. Lives as long as the process."""

    def __init__(self, database: Database) -> None:
        self.policy = ServicePolicy()
        self.sites: dict[UUID, Site] = {}
        self.teams: list[Team] = []
        self.actions: list[CustomAction] = []
        self.triggers = Holder(Triggers(()))
        self.index = Holder(Index(()))
        self.briefing = Holder(Briefing())
        self._database = database
        self._stale: set[Config] = set()
        self._changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._readers: dict[Config, Callable[[], Awaitable[None]]] = {
            Config.POLICY: self._read_policy,
            Config.BRIEFING: self._read_briefing,
            Config.SITES: self._read_sites,
            Config.TEAMS: self._read_teams,
            Config.ACTIONS: self._read_actions,
            Config.SOURCES: self._read_sources,
        }

    async def start(self) -> None:
        """Read everything, now or as soon as the database is there."""
        self.outdated(None)
        try:
            await self.refresh()
        except DatabaseUnavailable:
            logger.warning("starting without the configuration: the database cannot be reached")
        self._task = asyncio.create_task(self._refresh_forever(), name="configuration")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def outdated(self, what: Config | None) -> None:
        """Have it reread soon; None means everything."""
        self._stale |= set(Config) if what is None else {what}
        self._changed.set()

    async def refresh(self, *what: Config) -> None:
        """Reread it now, with whatever else is outdated: for who has just changed it. Raises `DatabaseUnavailable`."""
        self._stale |= set(what)
        async with self._one_at_a_time:
            while self._stale:
                kind = min(self._stale)
                self._stale.discard(kind)
                try:
                    await self._readers[kind]()
                except BaseException:
                    self._stale.add(kind)
                    raise

    @property
    def default_team(self) -> str:
        return next((team.slug for team in self.teams if team.is_default), "")

    def site_by_key(self, key: str) -> Site | None:
        return next((site for site in self.sites.values() if site.key == key), None)

    async def _refresh_forever(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.refresh()
            except DatabaseUnavailable:
                await asyncio.sleep(_AGAIN_AFTER)
                self._changed.set()
            except Exception:
                logger.exception("the configuration could not be read; the one before is kept")
                self._stale.clear()

    async def _read_policy(self) -> None:
        async with self._database.session() as session:
            current = await policies.current(session)
        if current is not None:
            self.policy = current[1]

    async def _read_briefing(self) -> None:
        async with self._database.session() as session:
            _, self.briefing.current = await briefings.current(session)

    async def _read_sites(self) -> None:
        async with self._database.session() as session:
            self.sites = {site.id: site for site in await sites.everyone(session)}

    async def _read_teams(self) -> None:
        async with self._database.session() as session:
            self.teams = await teams.everyone(session)

    async def _read_actions(self) -> None:
        async with self._database.session() as session:
            latest = await actions.latest(session)
        # Building takes long enough to be felt by everybody else on this event loop.
        self.triggers.current = await asyncio.to_thread(Triggers, latest)
        self.actions = latest

    async def _read_sources(self) -> None:
        async with self._database.session() as session:
            passages = await sources.passages(session)
        self.index.current = await asyncio.to_thread(Index, passages)
