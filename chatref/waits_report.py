"""The live waits for programs, as JSON, and for people, as lines of text."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chatref.conversation.events import State
from chatref.conversation.protection import Flaw
from chatref.waits import Report, Wait


class FlawOut(BaseModel):
    """Why a wait is unprotected."""

    code: Flaw
    detail: str


class TimerOut(BaseModel):
    """A timer that runs for the wait, as the workflow's history in Temporal has it."""

    model_config = ConfigDict(from_attributes=True)

    purpose: str
    at: datetime


class LiveWait(BaseModel):
    """A visitor who waits for a person. Times, team and owner are the database's word, `timers` are the engine's."""

    conversation_id: str
    state: State | None = Field(description="null where only Temporal knows of the wait.")
    team: str
    owner: str = Field(description="The owner's name; empty while nobody has taken it.")
    waiting_since: datetime | None
    deadline: datetime | None
    timers: list[TimerOut]
    protected: bool
    flaws: list[FlawOut]


class LiveWaits(BaseModel):
    """Unprotected waits first, then the longest first."""

    items: list[LiveWait]
    unprotected: int
    at: datetime
    seconds: float = Field(description="How long it took to find out.")

    @classmethod
    def of(cls, report: Report) -> "LiveWaits":
        return cls(
            items=[_live(wait) for wait in report.waits],
            unprotected=len(report.unprotected),
            at=report.at,
            seconds=round(report.seconds, 3),
        )


def lines(waits: LiveWaits) -> Iterator[str]:
    """A table, and under it what is wrong."""
    if waits.items:
        rows = [("CONVERSATION", "WAITS", "RESPONSIBLE", "NEXT", "IN", "PROTECTED")]
        yield from _table([*rows, *(_row(each, waits.at) for each in waits.items)])
        yield ""
    for each in waits.items:
        for flaw in each.flaws:
            yield f"{each.conversation_id}: {flaw.detail}"
    number = len(waits.items)
    waiting = "nobody waits" if not number else "1 visitor waits" if number == 1 else f"{number} visitors wait"
    yield f"{waiting}, {waits.unprotected} unprotected (looked for {waits.seconds:.1f} s)"


def _live(wait: Wait) -> LiveWait:
    row, running = wait.row, wait.running
    return LiveWait(
        conversation_id=wait.conversation_id,
        state=row.state if row else None,
        team=row.team if row else "",
        owner=row.owner_name if row else "",
        waiting_since=row.waiting_since if row else None,
        deadline=row.deadline if row else None,
        timers=[TimerOut.model_validate(timer) for timer in running.deadlines] if running else [],
        protected=not wait.flaws,
        flaws=[FlawOut(code=flaw, detail=flaw.meaning) for flaw in wait.flaws],
    )


def _row(wait: LiveWait, now: datetime) -> tuple[str, ...]:
    timer = wait.timers[0] if wait.timers else None
    return (
        wait.conversation_id,
        _span(now, wait.waiting_since),
        wait.owner or wait.team or "?",
        timer.purpose.partition(":")[0] if timer else "?",
        _span(timer.at, now) if timer else "?",
        "yes" if wait.protected else "NO",
    )


def _span(later: datetime, earlier: datetime | None) -> str:
    """How long from one to the other, as people say it: `3 min`."""
    if earlier is None:
        return "?"
    seconds = max(0, round((later - earlier).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
