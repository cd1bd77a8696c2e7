"""A run's results: all that was measured, where, and how it compares."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from bench.occasions import Memory, SlowModel
from bench.samples import Figures, What


@dataclass(frozen=True)
class Machine:
    """Where it ran. `load_before` is how many processes wanted a core in the minute before: 0 on a quiet machine."""

    cores: int
    system: str
    python: str
    load_before: float


@dataclass(frozen=True)
class Results:
    at: str
    seconds: float
    machine: Machine
    figures: tuple[Figures, ...]
    slow_model: SlowModel
    memory: Memory

    def one(self, what: What, at_once: int) -> Figures:
        return next(found for found in self.figures if (found.what, found.at_once) == (what, at_once))

    def ratio(self, figures: Figures) -> float:
        """How many times as long as the bare engine, at the median with as many at once."""
        baseline = What.ENGINE_SIGNAL if figures.what in (What.ACCEPTED, What.ENGINE_SIGNAL) else What.ENGINE
        return figures.p50 / self.one(baseline, figures.at_once).p50

    @property
    def most(self) -> int:
        return max(figures.at_once for figures in self.figures)


_RESULTS = TypeAdapter(Results)


def save(results: Results, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(results), indent=2, ensure_ascii=False) + "\n")


def load(file: Path) -> Results:
    return _RESULTS.validate_json(file.read_bytes())
