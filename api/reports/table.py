"""A report as comma-separated values."""

import csv
import io
from collections.abc import Iterable
from operator import attrgetter

from api.reports.schemas import FiguresOut

_COLUMNS = (
    "handoffs",
    "unasked",
    "first_answer.count",
    "first_answer.median_seconds",
    "first_answer.p90_seconds",
    "first_answer_open.median_seconds",
    "first_answer_open.p90_seconds",
    *(f"{kind}.{column}" for kind in ("first", "further") for column in ("waits", "judged", "over")),
    "answered",
    "returned",
    "resolved",
    "running",
    "alerts.count",
    "alerts.failed",
    "alerts.nobody_there",
)


def as_csv(key: str, lines: Iterable[FiguresOut]) -> str:
    """RFC 4180: a line of names, then one for each of `lines`, which `key` names. What is not known is left empty."""
    columns = (key, *_COLUMNS)
    values = attrgetter(*columns)
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([column.replace(".", "_") for column in columns])
    table.writerows(values(line) for line in lines)
    return written.getvalue()
