"""How much a workflow's history grows: what Temporal has to keep and, after a crash, to read again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from temporalio.client import Client

from bench.samples import Growth


@dataclass(frozen=True)
class Size:
    events: int
    size: int


async def sizes(client: Client, workflow_ids: Iterable[str]) -> dict[str, Size]:
    """Of each workflow, with all its runs: a long one continues as new."""
    found = {}
    for workflow_id in workflow_ids:
        runs = [run.run_id async for run in client.list_workflows(f"WorkflowId = '{workflow_id}'")]
        described = [await client.get_workflow_handle(workflow_id, run_id=run_id).describe() for run_id in runs]
        infos = [each.raw_description.workflow_execution_info for each in described]
        found[workflow_id] = Size(
            sum(info.history_length for info in infos), sum(info.history_size_bytes for info in infos)
        )
    return found


def growth(before: Mapping[str, Size], after: Mapping[str, Size]) -> Growth:
    """Who is only in `after` began meanwhile."""
    return Growth(
        sum(size.events for size in after.values()) - sum(size.events for size in before.values()),
        sum(size.size for size in after.values()) - sum(size.size for size in before.values()),
    )
