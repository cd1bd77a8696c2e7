"""The Temporal client's side of conversations: visitors' messages by signal, agents' decisions by update."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from api.problems import Problem, unavailable
from chatref.conversation.state import Accepted
from chatref.conversation.turns import VisitorMessage
from chatref.store.policies import Versioned
from workflows.conversation import ConversationWorkflow
from workflows.messages import Claim, ConversationInput, Rating, Release, Resolve, Say, Tag, Transfer
from workflows.names import TASK_QUEUE, workflow_id

SIGNAL_SECONDS = 3.0
UPDATE_SECONDS = 5.0
HEALTH_SECONDS = 2.0
UPDATES_AT_ONCE = 8
"""Per conversation. Temporal takes ten; it refuses the eleventh only after 14 s."""

_STATUS_OF = {"already_claimed": 409, "not_owner": 409, "conversation_resolved": 409, "unread": 409, "invalid": 409}
_ENDED_MEANWHILE = "AcceptedUpdateCompletedWorkflow"


@dataclass(frozen=True)
class Start:
    """What a conversation's run begins with, if none is running. `summary` is for operators: nothing personal in it."""

    policy: Versioned
    default_team: str
    summary: str


class Conversations:
    """Every call ends within seconds, with an answer or a `Problem`.

    Without a `start` only a conversation that runs is reached; one that would have to begin is a `Problem`.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._in_flight: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    async def visitor_wrote(self, conversation_id: UUID, message: VisitorMessage, start: Start | None) -> None:
        """Once this returns, the message cannot be lost. The same id again changes nothing."""
        await self._signal_with_start(conversation_id, ConversationWorkflow.visitor_message, message, start)

    async def rated(self, conversation_id: UUID, rating: Rating, start: Start | None) -> None:
        await self._signal_with_start(conversation_id, ConversationWorkflow.rate, rating, start)

    async def claim(self, conversation_id: UUID, claim: Claim, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.claim, claim, start)

    async def reply(self, conversation_id: UUID, say: Say, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.reply, say, start)

    async def note(self, conversation_id: UUID, say: Say, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.note, say, start)

    async def tag(self, conversation_id: UUID, tag: Tag, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.tag, tag, start)

    async def release(self, conversation_id: UUID, release: Release, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.release, release, start)

    async def transfer(self, conversation_id: UUID, transfer: Transfer, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.transfer, transfer, start)

    async def resolve(self, conversation_id: UUID, resolve: Resolve, start: Start | None) -> Accepted:
        return await self._update(conversation_id, ConversationWorkflow.resolve, resolve, start)

    async def healthy(self) -> bool:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                return await self._client.service_client.check_health()
        except (RPCError, TimeoutError, RuntimeError):
            return False

    async def _signal_with_start(
        self, conversation_id: UUID, signal: Callable[..., Any], argument: Any, start: Start | None
    ) -> None:
        async with time_limit(SIGNAL_SECONDS):
            if start is None:
                await self._signal_running(conversation_id, signal, argument)
                return
            await self._client.start_workflow(
                ConversationWorkflow.run,
                _input(conversation_id, start),
                id=workflow_id(conversation_id),
                task_queue=TASK_QUEUE,
                static_summary=start.summary,
                start_signal=_name(signal),
                start_signal_args=[argument],
            )

    async def _signal_running(self, conversation_id: UUID, signal: Callable[..., Any], argument: Any) -> None:
        try:
            await self._client.get_workflow_handle(workflow_id(conversation_id)).signal(signal, argument)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise _not_read() from error
            raise

    async def _update(self, conversation_id: UUID, update: Any, argument: Any, start: Start | None) -> Accepted:
        # Keyed by conversation, and gone with its last user.
        in_flight = self._in_flight.setdefault(conversation_id, asyncio.Semaphore(UPDATES_AT_ONCE))
        async with time_limit(2 * UPDATE_SECONDS), in_flight, time_limit(UPDATE_SECONDS):
            try:
                return await self._update_running(conversation_id, update, argument)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            except WorkflowUpdateFailedError as error:
                if not (isinstance(error.cause, ApplicationError) and error.cause.type == _ENDED_MEANWHILE):
                    raise _refusal(error) from error
            if start is None:
                raise _not_read()
            return await self._update_with_start(conversation_id, update, argument, start)

    async def _update_running(self, conversation_id: UUID, update: Any, argument: Any) -> Accepted:
        handle: WorkflowHandle[ConversationWorkflow, None] = self._client.get_workflow_handle_for(
            ConversationWorkflow.run, workflow_id(conversation_id)
        )
        accepted: Accepted = await handle.execute_update(update, argument)
        return accepted

    async def _update_with_start(self, conversation_id: UUID, update: Any, argument: Any, start: Start) -> Accepted:
        """The run ended with its reopen window: a new one recalls what it has to know."""
        try:
            accepted: Accepted = await self._client.execute_update_with_start_workflow(
                update,
                argument,
                start_workflow_operation=WithStartWorkflowOperation(
                    ConversationWorkflow.run,
                    _input(conversation_id, start),
                    id=workflow_id(conversation_id),
                    task_queue=TASK_QUEUE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    static_summary=start.summary,
                ),
            )
        except WorkflowUpdateFailedError as error:
            raise _refusal(error) from error
        return accepted


def _input(conversation_id: UUID, start: Start) -> ConversationInput:
    policy = start.policy
    return ConversationInput(str(conversation_id), policy.policy, start.default_team, policy_version=policy.version)


def _name(signal: Callable[..., Any]) -> str:
    return str(signal.__name__)


@asynccontextmanager
async def time_limit(seconds: float) -> AsyncIterator[None]:
    """Our own: the client retries for longer than anybody waits, whatever time limit a call is given."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RPCError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise _unavailable() from error
    except RuntimeError as error:
        # What a client that has never been connected says; there is no narrower type for it.
        if not str(error).startswith("Failed client connect"):
            raise
        raise _unavailable() from error


def _unavailable() -> Problem:
    return unavailable("engine_unavailable", "The engine did not answer in time. It is safe to try again.")


def _not_read() -> Problem:
    detail = "The service policy could not be read since the start. It is safe to try again."
    return unavailable("database_unavailable", detail)


def _refusal(error: WorkflowUpdateFailedError) -> Problem:
    """What the conversation refused, as a problem; whatever else failed, as itself."""
    cause = error.cause
    if not isinstance(cause, ApplicationError) or cause.type not in _STATUS_OF:
        return unavailable("engine_unavailable", "The conversation could not take it.")
    owner = cause.details[0].get("owner") if cause.details else None
    return Problem(_STATUS_OF[cause.type], cause.type, cause.message, extra={"owner": owner} if owner else None)
