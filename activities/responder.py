"""The assistant, as activities."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.heartbeats import heartbeats
from chatref import effects
from chatref.assistant.interface import AssistantUnavailable, AssistantUnusable
from chatref.assistant.responder import Responder
from chatref.conversation.turns import Outcome, Turn


class ResponderActivities(effects.Responder):
    """What may pass is left to Temporal's retries; what will not is said at once."""

    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    @activity.defn(name="consider")
    async def consider(self, turn: Turn) -> Outcome:
        return await self._responder.consider(turn)

    @activity.defn(name="think")
    async def think(self, turn: Turn) -> Outcome:
        async with heartbeats():
            try:
                return await self._responder.think(turn)
            except AssistantUnavailable as error:
                raise ApplicationError(
                    "the model is unavailable", type="assistant_unavailable", next_retry_delay=error.retry_after
                ) from error
            except AssistantUnusable as error:
                raise ApplicationError(
                    "the model is unusable", type="assistant_unusable", non_retryable=True
                ) from error
