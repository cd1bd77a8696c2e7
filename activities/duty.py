"""How teams stand, and telling people, as activities."""

from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.heartbeats import heartbeats
from chatref import effects
from chatref.alerting.alerting import Alerting
from chatref.alerting.channels import TryAgain
from chatref.conversation.standing import Standing, TeamQuestion, Telling, Told
from chatref.duty import Duty


class TeamActivities(effects.Teams):
    def __init__(self, duty: Duty) -> None:
        self._duty = duty

    @activity.defn(name="look")
    async def look(self, question: TeamQuestion) -> Standing:
        return await self._duty.look(question)


class ChannelActivities(effects.Channels):
    """Errors of the database are retried, as what a receiver may do better another time is."""

    def __init__(self, alerting: Alerting) -> None:
        self._alerting = alerting

    @activity.defn(name="tell")
    async def tell(self, conversation_id: str, telling: Telling) -> Told:
        try:
            async with heartbeats():
                return await self._alerting.tell(UUID(conversation_id), telling)
        except TryAgain as error:
            raise ApplicationError(error.why, type="not_told", next_retry_delay=error.after) from None
