"""The installation that is measured: `chatref up --demo` in a temporary directory, and what is started beside it."""

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.embedded.service import Service
from chatref.embedded.state import Directory
from chatref.embedded.supervisor import Supervisor
from chatref.installation import prepare_temporal
from workflows.names import SEARCH_ATTRIBUTES

EMAIL = "bench@example.com"
PASSWORD = "correct-horse-battery"
MODEL_NAMESPACE = "with-a-model"
PROCESSES = ("api", "worker", "temporal", "postgres")
_ELSEWHERE = ("CHATREF_", "OPENAI_", "TEMPORAL_")


@dataclass(frozen=True)
class Installation:
    """Addresses and processes of what runs."""

    url: str
    temporal_address: str
    pids: dict[str, int]


@dataclass(frozen=True)
class Engine:
    """The bare engine's worker; `bell` is the port where its activities ring."""

    pid: int
    bell: int


@dataclass(frozen=True)
class House:
    """Starts what is measured."""

    directory: Path
    supervisor: Supervisor

    async def start(self) -> Installation:
        [port] = free_ports(1)
        directory = self.directory / "installation"
        run_file = Directory(directory).run_file

        async def announced(_: int) -> bool:
            return run_file.exists()

        await self.supervisor.start(
            Service(
                "chatref",
                _python("chatref", "up", "--demo", "--no-browser", "--port", str(port), "--data", str(directory)),
                announced,
                {"CHATREF_ADMIN_EMAIL": EMAIL, "CHATREF_ADMIN_PASSWORD": PASSWORD},
                stop_within=timedelta(seconds=60),
            )
        )
        run = self.run
        await _add_namespace(run["temporal_address"])
        return Installation(run["url"], run["temporal_address"], run["pids"])

    async def start_engine(self) -> Engine:
        """The bare engine's worker, on the same Temporal server."""
        [bell] = free_ports(1)
        command = _python("bench.bare", self.run["temporal_address"], str(bell))
        await self.supervisor.start(Service("bare", command, _at_once))
        return Engine(self.supervisor.pids["bare"], bell)

    async def start_with_model(self, seconds: float) -> Installation:
        """A second API and worker on the same servers, whose assistant is a model that takes `seconds` for a reply.

        They have a Temporal namespace of their own, so that no conversation gets to the keyless worker.
        """
        run = self.run
        port, model_port = free_ports(2)
        url, model_url = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{model_port}/v1"
        environment = {
            "DATABASE_URL": run["database_url"],
            "TEMPORAL_ADDRESS": run["temporal_address"],
            "TEMPORAL_NAMESPACE": MODEL_NAMESPACE,
            "CHATREF_SECRET": Directory(self.directory / "installation").secret("secret"),
            "CHATREF_PUBLIC_URL": url,
            "OPENAI_API_KEY": "bench",
            "OPENAI_BASE_URL": model_url,
        }
        model = _python("bench.model", str(model_port), str(seconds))
        await self.supervisor.start(Service("model", model, _answers(f"{model_url}/models")))
        await self.supervisor.start(Service("worker", _python("chatref", "worker"), _at_once, environment))
        api = _python("chatref", "api", "--host", LOOPBACK, "--port", str(port))
        await self.supervisor.start(Service("api", api, _answers(f"{url}/health/ready"), environment))
        return Installation(url, run["temporal_address"], self.supervisor.pids)

    @property
    def run(self) -> dict[str, Any]:
        run: dict[str, Any] = json.loads(Directory(self.directory / "installation").run_file.read_text())
        return run


@asynccontextmanager
async def house(directory: Path) -> AsyncIterator[House]:
    """What was started in it ends with the block."""
    for name in [name for name in os.environ if name.startswith(_ELSEWHERE) or name == "DATABASE_URL"]:
        del os.environ[name]
    # Whether a model can be fetched would decide what is measured.
    os.environ["CHATREF_EMBEDDING_MODEL"] = "none"
    supervisor = Supervisor(directory / "logs", lambda: None)
    try:
        yield House(directory, supervisor)
    finally:
        await supervisor.stop()


async def _add_namespace(temporal_address: str) -> None:
    client = await Client.connect(temporal_address)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=MODEL_NAMESPACE, workflow_execution_retention_period=Duration(seconds=24 * 3600)
        )
    )
    of_model = await Client.connect(temporal_address, namespace=MODEL_NAMESPACE)
    await prepare_temporal(of_model, [key.name for key in SEARCH_ATTRIBUTES])


async def _at_once(_: int) -> bool:
    """Whoever uses it waits for it."""
    return True


def _answers(url: str) -> Callable[[int], Awaitable[bool]]:
    async def ready(_: int) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False

    return ready


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
