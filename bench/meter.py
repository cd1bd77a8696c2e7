"""Processor time, by process: unlike the time on a clock, it hardly depends on what else the machine does."""

from collections.abc import Mapping
from os import getpid

import psutil

LOAD = "load"


class Meter:
    """Counts from its making on, for the given processes with their children, and for the load, which is this one."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = {**pids, LOAD: getpid()}
        self._before = self._spent()

    def seconds(self) -> dict[str, float]:
        return {name: spent - self._before[name] for name, spent in self._spent().items()}

    def _spent(self) -> dict[str, float]:
        return {name: _spent(psutil.Process(pid)) for name, pid in self._pids.items()}


def _spent(process: psutil.Process) -> float:
    times = [found.cpu_times() for found in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)
