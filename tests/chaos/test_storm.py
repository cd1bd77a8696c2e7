"""The short form of `make chaos`: each process is killed once."""

from tests.chaos.storm import SERVICES, Plan, storm


async def test_all_promises_are_kept_while_each_process_is_killed_once() -> None:
    found = await storm(Plan(conversations=20, agents=3, kills=len(SERVICES), pause=(2, 5)))
    assert not found.violations, found
    assert int(found.figures["kills"]) == len(SERVICES)
