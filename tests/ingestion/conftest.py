"""A small web, and a library that reads it."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.ingestion.library import Library, library_on
from tests.ingestion.web import Web, web


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with web() as site:
        yield site


@pytest.fixture
async def idle_library(temporal_client: Client, database_url: str) -> AsyncIterator[Library]:
    """With no worker yet."""
    async with library_on(temporal_client, database_url) as library:
        yield library


@pytest.fixture
async def library(idle_library: Library) -> AsyncIterator[Library]:
    async with idle_library.worker():
        yield idle_library
