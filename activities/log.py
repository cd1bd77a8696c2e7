"""The conversation's log, as activities."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from chatref.effects import Log, Past, RecordBatch
from chatref.store.record import ConversationLog, UnknownConversation


class LogActivities(Log):
    """Errors of the database are retried until it is back; a conversation that does not exist never will be."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log

    @activity.defn(name="record")
    async def record(self, batch: RecordBatch) -> None:
        try:
            await self._log.record(batch)
        except UnknownConversation as error:
            raise _unknown() from error

    @activity.defn(name="recall")
    async def recall(self, conversation_id: str) -> Past:
        try:
            return await self._log.recall(conversation_id)
        except UnknownConversation as error:
            raise _unknown() from error


def _unknown() -> ApplicationError:
    return ApplicationError("no such conversation", type="unknown_conversation", non_retryable=True)
