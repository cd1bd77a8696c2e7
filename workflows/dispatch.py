"""What the roster says to conversations, as signals: they are durable, and nobody waits for what comes of them."""

from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from chatref.conversation.events import Person
from chatref.engine import Dispatch
from workflows.conversation import ConversationWorkflow
from workflows.inspection import answering
from workflows.messages import Offer, OwnerLeft
from workflows.names import workflow_id

SIGNAL_SECONDS = 3.0


class Signals(Dispatch):
    def __init__(self, client: Client) -> None:
        self._client = client

    async def offer(self, conversation_id: str, to: Person) -> None:
        await self._signal(conversation_id, ConversationWorkflow.offer, Offer(to))

    async def owner_left(self, conversation_id: str, agent_id: str) -> None:
        await self._signal(conversation_id, ConversationWorkflow.owner_left, OwnerLeft(agent_id))

    async def _signal(self, conversation_id: str, signal: Any, argument: Any) -> None:
        async with answering(SIGNAL_SECONDS):
            try:
                await self._client.get_workflow_handle(workflow_id(conversation_id)).signal(signal, argument)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
