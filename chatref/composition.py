"""The composition root: the only place that builds clients, and that puts API and worker together from their parts."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import uvicorn
from temporalio.client import Client
from temporalio.service import GrpcCompression, RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.duty import ChannelActivities, TeamActivities
from activities.ingestion import IngestionActivities
from activities.log import LogActivities
from activities.responder import ResponderActivities
from activities.webhooks import WebhookActivities
from api.app import create_app
from api.deliveries import Deliveries as Notices
from api.engine import Conversations
from api.ingestions import Ingestions
from api.problems import Problem
from chatref.alerting.alerting import Alerting, Postman
from chatref.alerting.channels import Channel as AlertChannel
from chatref.alerting.channels import Command, Hooks, Mail, Push
from chatref.assistant.interface import Assistant
from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.openai import OpenAIAssistant, connect
from chatref.assistant.responder import Responder
from chatref.configuration import Configuration
from chatref.conversation.policy import COMMAND, EMAIL, PUSH
from chatref.duty import Duty
from chatref.embedding.interface import Embedder
from chatref.embedding.local import LocalEmbedder
from chatref.embedding.openai import OpenAIEmbedder
from chatref.engine import EngineUnavailable
from chatref.ingestion.ingestion import SourceReading
from chatref.ingestion.reader import Reader
from chatref.push.pusher import Pusher
from chatref.push.vapid import Vapid
from chatref.roster import Roster
from chatref.settings import Settings, TemporalSettings, WatchdogSettings
from chatref.store.channels import Channel, Config
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.drafts import LiveDrafts
from chatref.store.listener import Listener
from chatref.store.record import ConversationLog
from chatref.store.usage import UsageLog
from chatref.thread_link import ThreadLinks
from chatref.waits import Waits
from chatref.waits_report import LiveWaits
from chatref.watchdog.channels import channels
from chatref.watchdog.incidents import Incidents
from chatref.watchdog.watch import Watchdog
from chatref.webhooks.deliveries import Deliveries
from chatref.webhooks.posting import Poster
from workflows.dispatch import Signals
from workflows.inspection import Executions
from workflows.names import ALERT_QUEUE, INGESTION_QUEUE, TASK_QUEUE, WEBHOOK_QUEUE
from workflows.plugin import chatref_plugin


class Unknown(Exception):
    """What was asked could not be found out; the message says why."""


logger = logging.getLogger(__name__)

CONNECT_AGAIN_AFTER = timedelta(seconds=1)
GRACE = timedelta(seconds=5)
STICKY = timedelta(seconds=3)
"""How long a workflow waits for the worker that knows it before any other may go on with it."""
WORKFLOW_TASKS_AT_ONCE = 20
"""What waits in Temporal's queue keeps; what a worker has taken must be done within 10 s, or was for nothing. After an
outage everything is due at once, and has to be replayed: a worker that takes more than it can do never gets it done."""
PUBLISHING_SECONDS = 120.0
KEPT_ALIVE = timedelta(seconds=75)
"""An idle connection; longer than proxies keep theirs, so that none sends a request into one that is just ending."""
NO_MODEL = "none"
LOCAL_EMBEDDING_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SERVED_EMBEDDING_MODEL = "text-embedding-3-small"
WEB_PAGES = Path(__file__).parents[1] / "web" / "dist"


async def temporal_client(settings: TemporalSettings, *, lazy: bool = False) -> Client:
    """A client of the given server. `lazy` does not connect before the first call, so that it may be away now."""
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None,
        tls=settings.temporal_tls,
        plugins=[chatref_plugin()],
        # Our payloads are small: compressing them costs more than it saves.
        grpc_compression=GrpcCompression.NONE,
        lazy=lazy,
    )


async def look_at_waits(settings: TemporalSettings, database_url: str) -> LiveWaits:
    """Every live wait and what is wrong with it. Raises `Unknown` where the database or Temporal cannot be reached."""
    no_temporal = Unknown(f"Temporal cannot be reached at {settings.temporal_address}")
    try:
        client = await temporal_client(settings)
    except (RPCError, RuntimeError) as error:
        raise no_temporal from error
    database = Database(database_url)
    try:
        return LiveWaits.of(await Waits(database, Executions(client)).report())
    except DatabaseUnavailable as error:
        raise Unknown("the database cannot be reached") from error
    except EngineUnavailable as error:
        raise no_temporal from error
    finally:
        await database.close()


async def reading_of_sources(settings: TemporalSettings) -> Callable[[UUID, timedelta | None], Awaitable[None]]:
    """How sources are had read, for who is not the API. It, and what it gives, raise `EngineUnavailable`."""
    try:
        ingestions = Ingestions(await temporal_client(settings))
    except (RPCError, RuntimeError):
        raise EngineUnavailable(f"Temporal cannot be reached at {settings.temporal_address}.") from None

    async def read(source_id: UUID, every: timedelta | None) -> None:
        try:
            await ingestions.read(source_id, every)
        except Problem as problem:
            raise EngineUnavailable(problem.detail) from problem

    return read


def model(
    settings: Settings, configuration: Configuration, log: ConversationLog, database: Database
) -> Assistant | None:
    """The OpenAI assistant where there is a key; otherwise none, and the keyless one answers."""
    if settings.openai_api_key is None:
        return None
    client = connect(settings.openai_api_key.get_secret_value(), settings.openai_base_url)
    return OpenAIAssistant(
        client,
        settings.openai_model,
        search=configuration.search,
        triggers=configuration.triggers,
        briefing=configuration.briefing,
        transcript=log.transcript,
        drafts=LiveDrafts(database),
        meter=UsageLog(database),
    )


def embedder(settings: Settings) -> Embedder | None:
    """The embeddings server where one is set, otherwise the local model, unless none is wished."""
    if settings.embedding_model == NO_MODEL:
        return None
    if settings.embedding_base_url is None:
        return LocalEmbedder(settings.embedding_model or LOCAL_EMBEDDING_MODEL)
    key = settings.embedding_api_key.get_secret_value() if settings.embedding_api_key else "none"
    return OpenAIEmbedder(key, settings.embedding_base_url, settings.embedding_model or SERVED_EMBEDDING_MODEL)


def duty_of(
    settings: Settings, database: Database, configuration: Configuration, poster: Poster, pusher: Pusher
) -> tuple[Duty, Alerting]:
    """How teams stand, and how they are told, over what is set up."""
    ways: dict[str, AlertChannel] = {PUSH: Push(database, pusher)}
    postman = None
    if (server := settings.mail_server) is not None:
        ways[EMAIL] = Mail(server, settings.email_from)
        postman = Postman(server, settings.email_from, ThreadLinks(database, settings.public_url, settings.token_key))
    if settings.alert_command:
        ways[COMMAND] = Command(settings.alert_command)
    hooks = Hooks(database, poster)
    duty = Duty(database, configuration, mail=EMAIL in ways, command=COMMAND in ways)
    return duty, Alerting(database, configuration, ways, hooks, postman, settings.public_url)


@asynccontextmanager
async def workers(settings: Settings, client: Client) -> AsyncIterator[list[Worker]]:
    """A worker of the conversations, with its own view of the configuration, one that reads sources, one that delivers
    to webhooks, and one that tells people; and the roster beside them."""
    database = Database(settings.database_url)
    # Of its own: publishing a large source takes longer than a chat's statements may, and must not take their places.
    database_of_sources = Database(settings.database_url, pool_size=8, command_seconds=PUBLISHING_SECONDS)
    reader = Reader()
    configuration = Configuration(database, embedder(settings), computes=True)

    async def connected() -> None:
        configuration.outdated(None)

    listener = Listener(
        settings.database_url,
        {Channel.CONFIG: lambda payload: configuration.outdated(Config(payload))},
        connected,
    )
    poster = Poster(allow_private=settings.private_addresses)
    pusher = Pusher(Vapid.derived(settings.push_seed, settings.public_url), allow_private=settings.private_addresses)
    try:
        await configuration.start()
        await listener.start()
        conversations = ConversationLog(database)
        responder = Responder(
            configuration.triggers,
            KeylessAssistant(configuration.search),
            model(settings, configuration, conversations, database),
            configuration.meaning,
        )
        log, answers = LogActivities(conversations), ResponderActivities(responder)
        ingestion = IngestionActivities(
            SourceReading(database_of_sources, reader, allow_private=settings.private_addresses)
        )
        duty, alerting = duty_of(settings, database, configuration, poster, pusher)
        teams, channels_of_alerts = TeamActivities(duty), ChannelActivities(alerting)
        webhooks = WebhookActivities(Deliveries(database, poster, settings.public_url))
        running = [
            Worker(
                client,
                task_queue=TASK_QUEUE,
                activities=[log.record, log.recall, answers.consider, answers.think, teams.look],
                max_concurrent_activities=200,
                max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE,
                # The sandbox finds what is not deterministic, and the tests run in it. Here it would cost a third of
                # the worker's time and part of a conversation's memory: it is entered anew for every payload.
                workflow_runner=UnsandboxedWorkflowRunner(),
                graceful_shutdown_timeout=GRACE,
                sticky_queue_schedule_to_start_timeout=STICKY,
            ),
            Worker(
                client,
                task_queue=INGESTION_QUEUE,
                activities=ingestion.every(),
                max_concurrent_activities=20,
                max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE,
                workflow_runner=UnsandboxedWorkflowRunner(),
                graceful_shutdown_timeout=timedelta(0),
                sticky_queue_schedule_to_start_timeout=STICKY,
            ),
            Worker(
                client,
                task_queue=WEBHOOK_QUEUE,
                activities=[webhooks.open_delivery, webhooks.deliver],
                max_concurrent_activities=50,
                max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE,
                workflow_runner=UnsandboxedWorkflowRunner(),
                graceful_shutdown_timeout=GRACE,
                sticky_queue_schedule_to_start_timeout=STICKY,
            ),
            Worker(
                client,
                task_queue=ALERT_QUEUE,
                activities=[channels_of_alerts.tell],
                max_concurrent_activities=100,
                graceful_shutdown_timeout=GRACE,
            ),
        ]
        async with Roster(database, configuration, Signals(client)).running():
            yield running
    finally:
        await poster.close()
        await pusher.close()
        await reader.stop()
        await database_of_sources.close()
        await listener.stop()
        await configuration.stop()
        await database.close()


async def serve_api(host: str, port: int) -> None:
    """Until SIGINT or SIGTERM; then streams get a moment to end. Temporal may be away now and later."""
    settings = Settings()
    database = Database(settings.database_url)
    client = await temporal_client(settings, lazy=True)
    app = create_app(
        settings=settings,
        database=database,
        conversations=Conversations(client),
        ingestions=Ingestions(client),
        deliveries=Notices(client),
        executions=Executions(client),
        embedder=embedder(settings),
        dist=WEB_PAGES,
    )
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=int(KEPT_ALIVE.total_seconds()),
        timeout_graceful_shutdown=int(GRACE.total_seconds()),
    )
    try:
        await uvicorn.Server(config).serve()
    finally:
        await database.close()


async def run_worker() -> None:
    """Until SIGINT or SIGTERM. Waits for Temporal where it is not there yet."""
    settings = Settings()
    asked = _asked_to_stop()
    client = await _connected(settings, asked)
    if client is not None:
        async with workers(settings, client) as running:
            serving = asyncio.create_task(_run_all(running))
            waiting = asyncio.create_task(asked.wait())
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if serving.done():
                serving.result()
            await _end(running)
            await serving


async def run_watchdog(memory: Path | None) -> None:
    """Until SIGINT or SIGTERM. Everything it looks at may be away, also when it starts."""
    settings = WatchdogSettings()
    asked = _asked_to_stop()
    database = Database(settings.database_url, pool_size=2)
    client = await temporal_client(settings, lazy=True)
    watchdog = Watchdog(
        database,
        Executions(client),
        channels(settings),
        Incidents(settings.watchdog_patience, settings.watchdog_remind_after),
        every=settings.watchdog_every,
        memory=memory,
    )
    watching = asyncio.create_task(watchdog.run())
    waiting = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({watching, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
    finally:
        watching.cancel()
        waiting.cancel()
        await asyncio.wait({watching})
        await database.close()


async def _run_all(running: list[Worker]) -> None:
    async with asyncio.TaskGroup() as group:
        for worker in running:
            group.create_task(worker.run())


async def _end(running: list[Worker]) -> None:
    ended = asyncio.gather(*(worker.shutdown() for worker in running))
    try:
        await asyncio.wait_for(asyncio.shield(ended), 2 * GRACE.total_seconds())
    except TimeoutError:
        # The SDK waits for local activities, which retry until the database is back. Nothing is lost by leaving: what
        # is not in the history is done again.
        logger.warning("leaving with work under way: the database does not answer")
        logging.shutdown()
        os._exit(0)


async def _connected(settings: Settings, asked: asyncio.Event) -> Client | None:
    while not asked.is_set():
        try:
            return await temporal_client(settings)
        except (RPCError, RuntimeError) as error:
            logger.warning("Temporal cannot be reached at %s (%s)", settings.temporal_address, type(error).__name__)
            await asyncio.sleep(CONNECT_AGAIN_AFTER.total_seconds())
    return None


def _asked_to_stop() -> asyncio.Event:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked
