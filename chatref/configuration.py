"""The business's configuration in memory, so that no message needs the database to be understood."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import chain, repeat
from uuid import UUID

from chatref.assistant.briefing import Briefing
from chatref.assistant.triggers import Triggers, examples_of
from chatref.conversation.actions import CustomAction
from chatref.conversation.policy import ServicePolicy
from chatref.embedding.interface import Embedder, EmbedderUnavailable
from chatref.embedding.meaning import TIME_LIMIT, Meaning
from chatref.knowledge.holder import Holder
from chatref.knowledge.index import Index, texts_of
from chatref.knowledge.search import Search
from chatref.store import actions, briefings, policies, sites, sources, teams
from chatref.store.channels import Config, config_changed
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.policies import Versioned
from chatref.store.tables import Site, Team
from chatref.vectors import COMPUTE_AGAIN_AFTER, Vectors

logger = logging.getLogger(__name__)

_AGAIN_AFTER = 0.5
PREPARE_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""The pauses between attempts to have the embedder ready: a passing outage must not last until the next start."""


class Configuration:
    """Reread when it changes and kept when the database is away. Lives as long as the process.

    With an `embedder`, passages get vectors as soon as it is ready; the process that `computes` makes the missing ones.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder | None = None,
        *,
        computes: bool = False,
        question_limit: timedelta = TIME_LIMIT,
        compute_again_after: float = COMPUTE_AGAIN_AFTER,
    ) -> None:
        self._policies: dict[str, Versioned] = {}
        self.newest_policy = 0
        """The highest version of any policy that is known here."""
        self.sites: dict[UUID, Site] = {}
        self.teams: list[Team] = []
        self.actions: list[CustomAction] = []
        self.triggers = Holder(Triggers(()))
        self.index = Holder(Index(()))
        self.meaning = Meaning(question_limit)
        self.search = Search(self.index, self.meaning)
        self.briefing = Holder(Briefing())
        self._database = database
        self._embedder = embedder
        self._computes = computes
        self._compute_again_after = compute_again_after
        self._vectors: Vectors | None = None
        self._told_of_embedder = False
        self._stale: set[Config] = set()
        self._read: set[Config] = set()
        self._changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
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
        self._tasks.append(asyncio.create_task(self._refresh_forever(), name="configuration"))
        if self._embedder is not None:
            self._tasks.append(asyncio.create_task(self._use_embedder(self._embedder), name="vectors"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
                    self._read.add(kind)
                except BaseException:
                    self._stale.add(kind)
                    raise

    @property
    def is_read(self) -> bool:
        """Whether all of it has been read at least once: until then there are only defaults."""
        return self._read >= set(Config)

    @property
    def default_team(self) -> str:
        return next((team.slug for team in self.teams if team.is_default), "")

    def policy_of(self, team: str = policies.DEFAULT) -> Versioned:
        """The team's own policy, or else the default one."""
        default = self._policies.get(policies.DEFAULT, Versioned(0, ServicePolicy()))
        return self._policies.get(team, default)

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

    async def _use_embedder(self, embedder: Embedder) -> None:
        for pause in chain(PREPARE_AGAIN_AFTER, repeat(PREPARE_AGAIN_AFTER[-1])):
            if await self._prepared(embedder):
                break
            await asyncio.sleep(pause.total_seconds())
        self._vectors = Vectors(self._database, embedder, self._compute_again_after)
        self.meaning.use(embedder)
        self.outdated(Config.ACTIONS)
        self.outdated(Config.SOURCES)
        if self._computes:
            await self._vectors.compute_forever(self._say_vectors_changed)

    async def _prepared(self, embedder: Embedder) -> bool:
        try:
            await embedder.prepare()
        except EmbedderUnavailable as error:
            if not self._told_of_embedder:
                logger.warning(
                    "no embedding model, words alone are searched until there is one (%s); "
                    "with CHATREF_EMBEDDING_MODEL=none, none is looked for",
                    error,
                )
            self._told_of_embedder = True
            return False
        return True

    async def _say_vectors_changed(self) -> None:
        async with self._database.session() as session:
            for what in (Config.ACTIONS, Config.SOURCES):
                await config_changed(session, what)

    async def _read_policy(self) -> None:
        async with self._database.session() as session:
            # In this order: a policy that comes in between must not be thought to be known.
            newest = await policies.newest(session)
            self._policies, self.newest_policy = await policies.current(session), newest

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
        vectors = None
        if self._vectors is not None:
            vectors = await self._vectors.of(Config.ACTIONS, examples_of(latest))
        # Building takes long enough to be felt by everybody else on this event loop.
        self.triggers.current = await asyncio.to_thread(Triggers, latest, vectors)
        self.actions = latest

    async def _read_sources(self) -> None:
        async with self._database.session() as session:
            passages = await sources.passages(session)
        vectors = None
        if self._vectors is not None:
            vectors = await self._vectors.of(
                Config.SOURCES, {text for passage in passages for text in texts_of(passage)}
            )
        self.index.current = await asyncio.to_thread(Index, passages, vectors)
