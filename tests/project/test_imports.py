"""Dependencies point one way; `pyproject.toml` says which."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_dependencies_point_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
