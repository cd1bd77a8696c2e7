"""One house for all tests of the API: they keep apart by their conversations."""

from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.duty import TeamActivities
from activities.ingestion import IngestionActivities
from activities.log import LogActivities
from activities.responder import ResponderActivities
from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.responder import Responder
from chatref.configuration import Configuration
from chatref.duty import Duty
from chatref.embedded.postgres import Postgres
from chatref.ingestion.ingestion import SourceReading
from chatref.ingestion.reader import Reader
from chatref.settings import Settings
from chatref.store.channels import Channel, Config
from chatref.store.database import Database
from chatref.store.listener import Listener
from chatref.store.migrations import upgrade
from chatref.store.record import ConversationLog
from chatref.store.seed import seed
from tests.api.house import AgentClient, House, VisitorClient, served, visit
from tests.workflows.desk import connected
from workflows.names import INGESTION_QUEUE, TASK_QUEUE


@pytest.fixture(scope="session")
async def house(postgres: Postgres, temporal_client: Client) -> AsyncIterator[House]:
    database_url = await postgres.create_database("house")
    await upgrade(database_url)
    settings = Settings(database_url=database_url, secret="s" * 32, private_addresses=True)
    database = Database(database_url)
    seeded = await seed(database, demo=True, admin_password="the admin's password")
    assert seeded.admin is not None
    configuration = Configuration(database)
    await configuration.start()

    async def connected_again() -> None:
        configuration.outdated(None)

    changes = {Channel.CONFIG: lambda payload: configuration.outdated(Config(payload))}
    listener = Listener(database_url, changes, connected_again)
    await listener.start()
    responder = Responder(configuration.triggers, KeylessAssistant(configuration.search))
    log, answers = LogActivities(ConversationLog(database)), ResponderActivities(responder)
    teams = TeamActivities(Duty(database, configuration, mail=False, command=False))
    client = connected(temporal_client)
    reader = Reader()
    ingestion = IngestionActivities(SourceReading(database, reader))
    async with (
        Worker(
            client,
            task_queue=TASK_QUEUE,
            activities=[log.record, log.recall, answers.consider, answers.think, teams.look],
        ),
        Worker(client, task_queue=INGESTION_QUEUE, activities=ingestion.every()),
        served(settings, database, client) as url,
    ):
        yield House(url, settings, database, seeded.admin, seeded.agents)
    await listener.stop()
    await configuration.stop()
    await reader.stop()
    await database.close()


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with house.http() as http:
        yield http


@pytest.fixture
async def visitor(http: httpx.AsyncClient) -> VisitorClient:
    return await visit(http)


@pytest.fixture
async def admin(house: House) -> AsyncIterator[AgentClient]:
    async with house.agent(house.admin_sign_in) as admin:
        yield admin


@pytest.fixture
async def ada(house: House) -> AsyncIterator[AgentClient]:
    async with house.agent(house.agent_sign_ins[0]) as ada:
        yield ada


@pytest.fixture
async def bo(house: House) -> AsyncIterator[AgentClient]:
    async with house.agent(house.agent_sign_ins[1]) as bo:
        yield bo
