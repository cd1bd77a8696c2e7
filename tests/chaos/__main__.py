"""`make chaos`: prints what was done and found; ends with 1 where anything that must hold did not."""

import argparse
import asyncio
import sys

from tests.chaos.storm import Plan, storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--conversations", type=int, default=Plan.conversations)
    parser.add_argument("--kills", type=int, default=Plan.kills)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    given = parser.parse_args()
    plan = Plan(conversations=given.conversations, kills=given.kills, seed=given.seed)
    found = asyncio.run(storm(plan, lambda line: print(line, flush=True)))
    width = max(map(len, found.figures))
    for name, figure in found.figures.items():
        print(f"{name:<{width}}  {figure}")
    for violation, times in found.violations.items():
        print(f"BROKEN: {violation} ({times} times)")
    print("Something that must hold did not." if found.violations else "Everything that must hold did.")
    return 1 if found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
