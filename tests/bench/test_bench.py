"""The benchmark, small, but with everything in it: what it measures has to be what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench import report, results
from bench.samples import What, percentile
from chatref.embedded.tools import find_temporal

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 400
"""It takes less than one minute of a quiet machine's time."""


@pytest.mark.timeout(PATIENCE_SECONDS + 20)
def test_a_quick_run_measures_everything_and_keeps_it(tmp_path: Path) -> None:
    if find_temporal() is None:
        pytest.skip("No Temporal server here: run `make setup`.")

    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert run.returncode == 0, run.stderr
    [kept] = tmp_path.glob("*.json")
    measured = results.load(kept)
    assert report.report(measured) in run.stdout
    for at_once in {figures.at_once for figures in measured.figures}:
        for what in What:
            figures = measured.one(what, at_once)
            assert figures.count > 0
            assert 0 < figures.p50 <= figures.p99
    # One workflow task with the message, three local activities and nothing else.
    assert measured.one(What.REPLIED, measured.most).events == pytest.approx(7, abs=1)
    assert measured.slow_model.p50 >= measured.slow_model.model_seconds
    assert measured.memory.opened["worker"] > 0


def test_the_document_shows_the_latest_whole_run() -> None:
    latest = results.load(ROOT / "bench" / "latest.json")

    assert report.report(latest) in (ROOT / "docs" / "performance.md").read_text()


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([5.0], 0.99, 5.0),
        ([float(n) for n in range(1, 201)], 0.99, 198.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected
