"""`python -m bench`: measure everything in one run."""

import asyncio
import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bench.apart import apart
from bench.conversations import load_conversations
from bench.engine import load_engine
from bench.installation import House, house
from bench.occasions import Memory, SlowModel, ask_slow_model, hold_open
from bench.plan import FULL, QUICK, Plan
from bench.report import report, write_into
from bench.results import Machine, Results, save
from bench.samples import Figures

HERE = Path(__file__).parent
OUT = HERE / "out"
LATEST = HERE / "latest.json"
DOCUMENT = HERE.parent / "docs" / "performance.md"


app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def main(
    quick: Annotated[
        bool, typer.Option("--quick", help="A small version of everything, in less than a minute.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the results are kept.", file_okay=False)] = OUT,
) -> None:
    """Measure the bare engine and Chatref on the same server, and compare them.

    A whole run becomes bench/latest.json and the tables in docs/performance.md; a quick one does not.
    """
    results = asyncio.run(_measured(QUICK if quick else FULL))
    typer.echo(f"\n{report(results)}\n")
    file = out / f"{results.at.replace(':', '-')}.json"
    save(results, file)
    typer.echo(f"Kept in {os.path.relpath(file)}")
    if not quick:
        save(results, LATEST)
        write_into(DOCUMENT, results)


async def _measured(plan: Plan) -> Results:
    began = time.monotonic()
    machine = Machine(os.cpu_count() or 1, platform.system(), platform.python_version(), os.getloadavg()[0])
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with tempfile.TemporaryDirectory(prefix="chatref-bench-") as directory:
        async with house(Path(directory)) as running:
            results = await _measure(plan, running)
    return Results(at, time.monotonic() - began, machine, *results)


async def _measure(plan: Plan, house: House) -> tuple[tuple[Figures, ...], SlowModel, Memory]:
    typer.echo("==> Starting Chatref")
    installation = await house.start()
    engine = await house.start_engine()
    figures: list[Figures] = []
    for at_once in plan.at_once:
        # Side by side in time, so that whatever else the machine does meets both.
        typer.echo(f"==> Measuring the bare engine, {at_once} at once")
        figures += await apart(load_engine, installation, engine, at_once, plan.seconds)
        typer.echo(f"==> Measuring Chatref, {at_once} at once")
        figures += await apart(load_conversations, installation, at_once, plan.seconds)
    typer.echo(f"==> Measuring the memory of {plan.open_conversations} open conversations")
    memory = await apart(hold_open, installation, plan.open_conversations, plan.seconds)
    typer.echo(f"==> Measuring {plan.asking} questions at once to a model that takes {plan.model_seconds:g} s")
    with_model = await house.start_with_model(plan.model_seconds)
    slow_model = await apart(ask_slow_model, with_model, plan.asking, plan.model_seconds, plan.rounds)
    return tuple(figures), slow_model, memory


if __name__ == "__main__":
    app()
