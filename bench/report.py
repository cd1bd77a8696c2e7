"""Results as tables: for the terminal, and for `docs/performance.md`. Both are the same Markdown."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.installation import PROCESSES
from bench.meter import LOAD
from bench.results import Results
from bench.samples import Figures, What

BEGIN = "<!-- measured: written by `make bench` -->"
END = "<!-- end of what was measured -->"

_NAMES = {
    What.ENGINE_SIGNAL: "bare engine: signal → taken",
    What.ENGINE: "bare engine: signal → local activity",
    What.ACCEPTED: "visitor's POST → 202, the next at once",
    What.SEEN: "visitor's POST → agent's live stream",
    What.REPLIED: "question → keyless reply on the visitor's live stream",
    What.CLAIMED: "claim → answer",
    What.ANSWERED: "agent's reply → visitor's live stream",
}


def report(results: Results) -> str:
    """Everything that a run measured."""
    return "\n\n".join((_where(results), _exchanges(results), _processor(results), _aims(results), _occasions(results)))


def write_into(file: Path, results: Results) -> None:
    """Put the report between the two marks of a document."""
    text = file.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    file.write_text(f"{head}{BEGIN}\n\n{report(results)}\n\n{END}{tail}")


def _where(results: Results) -> str:
    machine = results.machine
    return (
        f"Measured on {results.at[:10]} in one run of {results.seconds / 60:.1f} minutes: {machine.system}, "
        f"{machine.cores} cores for everything, the load included, Python {machine.python}; "
        f"load of the machine before: {machine.load_before:.1f}."
    )


def _exchanges(results: Results) -> str:
    ordered = sorted(results.figures, key=lambda figures: (figures.at_once, list(What).index(figures.what)))
    heads = ("exchange", "at once", "n", "per second", "p50 ms", "p99 ms", "times engine", "events", "bytes")
    return _table(heads, (_row(results, figures) for figures in ordered))


def _row(results: Results, figures: Figures) -> tuple[str, ...]:
    return (
        _NAMES[figures.what],
        str(figures.at_once),
        str(figures.count),
        f"{figures.per_second:.0f}",
        f"{figures.p50:.1f}",
        f"{figures.p99:.1f}",
        f"{results.ratio(figures):.1f}",
        "" if figures.events is None else f"{figures.events:.1f}",
        "" if figures.size is None else f"{figures.size:,.0f}",
    )


def _processor(results: Results) -> str:
    """Where the time goes: what one exchange takes of each process, with as many at once as were measured."""
    names = (*PROCESSES, LOAD)
    rows = []
    for figures in (results.one(what, results.most) for what in What if what is not What.ENGINE_SIGNAL):
        spent = [figures.processor.get(name) for name in names]
        total = sum(figures.processor.values())
        rows.append((_NAMES[figures.what], *("" if one is None else f"{one:.1f}" for one in spent), f"{total:.1f}"))
    return (
        f"Processor time of one exchange in milliseconds, {results.most} at once (two cores have 2,000 a second):\n\n"
        + _table(("exchange", *names, "together"), rows)
    )


def _aims(results: Results) -> str:
    most = results.most
    seen, replied = results.one(What.SEEN, 1), results.one(What.REPLIED, 1)
    accepted, engine = results.one(What.ACCEPTED, most), results.one(What.ENGINE, most)
    asked = results.one(What.REPLIED, most)
    rows = [
        (
            "POST → agent's live stream, one conversation",
            "≤ 2.5 times the engine, or 20 ms",
            f"{results.ratio(seen):.1f} times, {seen.p50:.1f} ms",
            seen.p50 <= 20 or results.ratio(seen) <= 2.5,
        ),
        (
            "question → keyless reply, one conversation",
            "≤ 5 times the engine, or 40 ms",
            f"{results.ratio(replied):.1f} times, {replied.p50:.1f} ms",
            replied.p50 <= 40 or results.ratio(replied) <= 5,
        ),
        (
            f"messages from {most} writers",
            f"> the engine one by one ({engine.per_second:.0f} a second)",
            f"{accepted.per_second:.0f} a second",
            accepted.per_second > engine.per_second,
        ),
        (
            f"keyless questions and answers, {most} at once",
            "≥ 80 a second",
            f"{asked.per_second:.0f} a second",
            asked.per_second >= 80,
        ),
    ]
    return _table(("aim", "at", "measured", ""), ((*row[:3], "reached" if row[3] else "missed") for row in rows))


def _occasions(results: Results) -> str:
    model, memory = results.slow_model, results.memory
    paragraphs = [
        f"{model.asking} visitors ask in the same moment and the model takes {model.model_seconds:g} s for each: "
        f"the reply is there after {model.p50:.2f} s at the median, {model.p99:.2f} s at p99, "
        f"{model.longest:.2f} s at the latest ({model.count} questions).",
        f"{memory.conversations:,} conversations open, each with a live stream, opened and answered once in "
        f"{memory.opened_in:.0f} s:",
        _table(
            ("resident memory", "before", "then", "per conversation"),
            (
                (
                    name,
                    f"{memory.before[name]:.0f} MiB",
                    f"{opened:.0f} MiB",
                    f"{max(0.0, opened - memory.before[name]) * 1024 / memory.conversations:.0f} KiB",
                )
                for name, opened in memory.opened.items()
            ),
        ),
        f"Then a question is answered in {memory.reply.p50:.1f} ms at the median ({memory.reply.p99:.1f} ms at p99).",
    ]
    return "\n\n".join(paragraphs)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As Markdown, padded so that it reads as well in a terminal. Numbers stand at the right."""
    listed = [tuple(row) for row in rows]
    widths = [max(len(line[column]) for line in [heads, *listed]) for column in range(len(heads))]
    right = [_is_number(column) for column in zip(*listed, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, right, strict=True)
        )
        return f"| {' | '.join(padded)} |"

    rule = " | ".join("-" * (width - 1) + (":" if number else "-") for width, number in zip(widths, right, strict=True))
    return "\n".join((line(heads), f"| {rule} |", *(line(row) for row in listed)))


def _is_number(column: Sequence[str]) -> bool:
    return all(cell[:1].isdigit() for cell in column if cell) and any(column)
