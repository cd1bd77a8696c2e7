"""Reading the owner's content, as activities."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.heartbeats import heartbeats
from chatref import effects
from chatref.effects import Progress, Reading
from chatref.ingestion.ingestion import SourceReading
from chatref.store.readings import ReadingEnded


class IngestionActivities(effects.Ingestion):
    """Errors of the database are retried until it is back; a source that was removed meanwhile never will be."""

    def __init__(self, reading: SourceReading) -> None:
        self._reading = reading

    def every(self) -> list[Callable[..., Any]]:
        """For the worker."""
        return [self.begin_reading, self.find_pages, self.read_pages, self.publish_reading, self.abandon_reading]

    @activity.defn(name="begin_reading")
    async def begin_reading(self, source_id: str, failed_only: bool) -> Reading | None:
        try:
            return await self._reading.begin(UUID(source_id), failed_only=failed_only)
        except ReadingEnded:
            return None

    @activity.defn(name="find_pages")
    async def find_pages(self, reading: Reading) -> Progress:
        async with heartbeats():
            try:
                return await self._reading.find(reading)
            except ReadingEnded as error:
                raise _ended() from error

    @activity.defn(name="read_pages")
    async def read_pages(self, reading: Reading) -> Progress:
        async with heartbeats():
            try:
                return await self._reading.read(reading)
            except* ReadingEnded as error:
                raise _ended() from error

    @activity.defn(name="publish_reading")
    async def publish_reading(self, reading: Reading) -> bool:
        try:
            return await self._reading.publish(reading)
        except ReadingEnded as error:
            raise _ended() from error

    @activity.defn(name="abandon_reading")
    async def abandon_reading(self, source_id: str, reason: str) -> None:
        await self._reading.abandon(UUID(source_id), reason)


def _ended() -> ApplicationError:
    return ApplicationError("the reading is over", type="reading_ended", non_retryable=True)
