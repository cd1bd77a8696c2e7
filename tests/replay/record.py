"""Play the cases that have no history yet on the servers of a running `chatref up`, and keep their histories.

python -m tests.replay.record .chatref

Start it with `CHATREF_PRIVATE_ADDRESSES=true`: its worker may take a notice before the one that is started here.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowHistory

from chatref.conversation.policy import ServicePolicy
from tests.ingestion.library import library_on
from tests.ingestion.web import web
from tests.replay.cases import CASES
from tests.replay.deliveries import DELIVERIES
from tests.replay.pulses import pulse
from tests.replay.readings import READINGS
from tests.workflows.crm import crm_of
from tests.workflows.desk import desk_on

HISTORIES = Path(__file__).parent / "histories"


async def record(directory: Path) -> None:
    run = json.loads((directory / "run.json").read_text())
    client = await Client.connect(run["temporal_address"])
    HISTORIES.mkdir(exist_ok=True)
    for case, policy in CASES.items():
        file = HISTORIES / f"{case.__name__}.json"
        if file.exists():
            continue
        async with desk_on(client, run["database_url"], policy) as desk:
            async with desk.worker(), desk.alerts_worker():
                await case(desk)
            _keep(await (await desk.first_run()).fetch_history(), file)
    for reading in READINGS:
        file = HISTORIES / f"{reading.__name__}.json"
        if file.exists():
            continue
        async with library_on(client, run["database_url"]) as library, web() as pages:
            async with library.worker(step_seconds=0.01):
                source_id = await reading(library, pages)
            _keep(await library.handle(UUID(source_id)).fetch_history(), file)
    for delivery in DELIVERIES:
        file = HISTORIES / f"{delivery.__name__}.json"
        if file.exists():
            continue
        async with desk_on(client, run["database_url"], ServicePolicy()) as desk, crm_of(desk) as crm:
            async with desk.worker(), crm.worker():
                delivery_id = await delivery(crm)
            _keep(await crm.handle(delivery_id).fetch_history(), file)
    file = HISTORIES / f"{pulse.__name__}.json"
    if not file.exists():
        async with desk_on(client, run["database_url"], ServicePolicy()) as desk, desk.worker():
            _keep(await pulse(desk), file)


def _keep(history: WorkflowHistory, file: Path) -> None:
    file.write_text(json.dumps(_without_machine(json.loads(history.to_json())), indent=1))
    print(f"recorded {file.name}")


def _without_machine(value: Any) -> Any:
    """The history without what only says where it was made: a replay looks at none of it."""
    if isinstance(value, dict):
        return {key: _without_machine(each) for key, each in value.items() if key not in ("identity", "stackTrace")}
    if isinstance(value, list):
        return [_without_machine(each) for each in value]
    return value


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1])))
