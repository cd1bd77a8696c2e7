"""How much is measured: everything, or a small version of everything that proves that it works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """`seconds` for each kind of exchange at each number of conversations at once.

    `asking` visitors ask a model that takes `model_seconds`, `rounds` times; `open_conversations` are held open while
    the memory is looked at.
    """

    at_once: tuple[int, ...]
    seconds: float
    asking: int
    model_seconds: float
    rounds: int
    open_conversations: int


FULL = Plan(at_once=(1, 16, 64), seconds=7.0, asking=64, model_seconds=2.0, rounds=3, open_conversations=1000)
QUICK = Plan(at_once=(1, 8), seconds=0.3, asking=8, model_seconds=0.5, rounds=1, open_conversations=40)
