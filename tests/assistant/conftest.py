"""A model's server, and an assistant that asks it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from chatref.assistant.openai import OpenAIAssistant
from tests.assistant.model_house import ModelHouse
from tests.openai_server import OpenAIServer, openai_server


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
async def house(server: OpenAIServer) -> AsyncIterator[ModelHouse]:
    house = ModelHouse(server)
    yield house
    await house.close()


@pytest.fixture
def assistant(house: ModelHouse) -> OpenAIAssistant:
    return house.assistant()
