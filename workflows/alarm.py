"""One durable timer that follows a moving deadline."""

import asyncio
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from chatref.conversation.deadlines import Deadline


class Alarm:
    """Rings when the deadline it was set to has passed; `rang` stays true until it is set anew.

    A deadline of the same kind that only moved later keeps its running timer: when it fires, the alarm is set to the
    rest. So a conversation that goes on costs no timer event per message, and still has exactly one live timer.
    """

    def __init__(self) -> None:
        self.rang = False
        self._running: Deadline | None = None
        self._timer: asyncio.Task[None] | None = None

    def set(self, deadline: Deadline | None) -> None:
        running = self._running
        if deadline and running and not self.rang and running.kind is deadline.kind and running.at <= deadline.at:
            return
        self.rang = False
        self._running = deadline
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            self._timer = asyncio.create_task(self._ring_at(deadline))

    async def _ring_at(self, deadline: Deadline) -> None:
        await workflow.sleep(_until(deadline.at), summary=deadline.kind.value)
        self.rang = True


def _until(moment: datetime) -> float:
    # A passed deadline still takes the shortest timer: a timer of zero is none at all.
    return max(0.001, (moment - workflow.now()).total_seconds())
