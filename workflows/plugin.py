"""What client, worker and replayer must agree on, in one value, so that they cannot drift."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.plugin import SimplePlugin

from workflows.conversation import ConversationWorkflow
from workflows.ingestion import IngestionWorkflow
from workflows.payloads import DATA_CONVERTER
from workflows.pulse import PulseWorkflow
from workflows.webhook import WebhookWorkflow

WORKFLOWS: list[type] = [ConversationWorkflow, IngestionWorkflow, PulseWorkflow, WebhookWorkflow]


def chatref_plugin(activities: Sequence[Callable[..., Any]] = ()) -> SimplePlugin:
    """For `Client.connect(plugins=…)`, from which workers take it over, and for `Replayer(plugins=…)`."""
    return SimplePlugin("chatref", data_converter=DATA_CONVERTER, workflows=WORKFLOWS, activities=list(activities))
