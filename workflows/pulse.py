"""Proof that Temporal takes what it is given: a beat is written down just as a visitor's message is."""

from datetime import timedelta

from temporalio import workflow

LASTS = timedelta(hours=1)


@workflow.defn(name="Pulse")
class PulseWorkflow:
    """Lasts for an hour, so that no history grows long; the next beat begins another. Nothing depends on it."""

    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(LASTS, summary="end: the next beat begins anew")

    @workflow.signal
    def beat(self) -> None:
        """That it could be sent is all that it is for."""
