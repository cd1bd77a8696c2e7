"""Desks: a conversation on the real server, and one where time is skipped."""

from collections.abc import AsyncIterator

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.policy import ServicePolicy
from tests.workflows.desk import Desk, desk_on
from workflows.names import SEARCH_ATTRIBUTES


@pytest.fixture
def policy() -> ServicePolicy:
    return ServicePolicy()


@pytest.fixture
async def idle_desk(temporal_client: Client, database_url: str, policy: ServicePolicy) -> AsyncIterator[Desk]:
    """On the real server, with no worker yet."""
    async with desk_on(temporal_client, database_url, policy) as desk:
        yield desk


@pytest.fixture
async def desk(idle_desk: Desk) -> AsyncIterator[Desk]:
    async with idle_desk.worker():
        yield idle_desk


@pytest.fixture(scope="session")
async def searchable_env(time_skipping_env: WorkflowEnvironment) -> WorkflowEnvironment:
    """The time-skipping server, knowing our search attributes."""
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    client = time_skipping_env.client
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace, search_attributes={key.name: keyword for key in SEARCH_ATTRIBUTES}
        )
    )
    return time_skipping_env


@pytest.fixture
async def quick_desk(
    searchable_env: WorkflowEnvironment, database_url: str, policy: ServicePolicy
) -> AsyncIterator[Desk]:
    """On the server where hours pass in milliseconds."""
    async with desk_on(searchable_env.client, database_url, policy) as desk, desk.worker():
        desk.now = searchable_env.get_current_time  # type: ignore[method-assign]
        yield desk
