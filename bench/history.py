"""How much a workflow's history grows: what Temporal has to keep and, after a crash, to read again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from temporalio.client import Client

from bench.samples import Growth


@dataclass(frozen=True)
class Size:
    run_id: str
    events: int
    size: int


async def sizes(client: Client, workflow_ids: Iterable[str]) -> dict[str, Size]:
    found = {}
    for workflow_id in workflow_ids:
        described = await client.get_workflow_handle(workflow_id).describe()
        info = described.raw_description.workflow_execution_info
        found[workflow_id] = Size(described.run_id, info.history_length, info.history_size_bytes)
    return found


def growth(before: Mapping[str, Size], after: Mapping[str, Size]) -> Growth | None:
    """Who is only in `after` began meanwhile. None where a run continued as new: then a difference says nothing."""
    if any(after[workflow_id].run_id != size.run_id for workflow_id, size in before.items()):
        return None
    return Growth(
        sum(size.events for size in after.values()) - sum(size.events for size in before.values()),
        sum(size.size for size in after.values()) - sum(size.size for size in before.values()),
    )
