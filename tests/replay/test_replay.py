"""Histories recorded from real runs replay with today's code: conversations under way survive an upgrade."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.replay.cases import CASES
from tests.replay.deliveries import DELIVERIES
from tests.replay.pulses import pulse
from tests.replay.readings import READINGS
from tests.replay.record import HISTORIES
from workflows.plugin import chatref_plugin

RECORDED = sorted(HISTORIES.glob("*.json"))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    history = WorkflowHistory.from_json(file.stem, file.read_text())
    await Replayer(workflows=[], plugins=[chatref_plugin()]).replay_workflow(history)


def test_every_case_has_its_history() -> None:
    assert {case.__name__ for case in (*CASES, *READINGS, *DELIVERIES, pulse)} <= {file.stem for file in RECORDED}
