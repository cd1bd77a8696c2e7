"""The conversation's workflow: it owns time and effects, and leaves every decision to `chatref.conversation`.

Messages and commands only enter a mailbox; one loop takes them out in the order of the history. So nothing awaits
between looking at the state and changing it, and no handler has to lock.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from chatref.conversation.conversation import Conversation
    from chatref.conversation.events import AuthorKind, Event, Person, State
    from chatref.conversation.policy import Audience
    from chatref.conversation.refused import Refused
    from chatref.conversation.standing import TeamQuestion, Telling, Told
    from chatref.conversation.state import Accepted, ConversationState
    from chatref.conversation.turns import Outcome, OutcomeKind, Turn, VisitorMessage
    from chatref.effects import Channels, ConversationRow, HandoffNotice, Log, Past, RecordBatch, Responder, Teams
    from workflows.alarm import Alarm
    from workflows.messages import (
        Claim,
        ConversationInput,
        Offer,
        OwnerLeft,
        Rating,
        Release,
        Resolve,
        Say,
        Tag,
        Transfer,
        WebhookInput,
    )
    from workflows.names import ALERT_QUEUE, OWNER, STATE, TEAM, WEBHOOK_QUEUE, delivery_workflow_id
    from workflows.webhook import WebhookWorkflow

EVENTS_PER_RUN_AT_MOST = 1_000_000
"""More than a run's history can hold, so that a later run's fence is above every earlier one's."""

DATABASE_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=50), backoff_coefficient=2, maximum_interval=timedelta(seconds=5)
)
DATABASE_TIME_LIMIT = timedelta(seconds=5)
LOOKS = "2026-11-24-look"
"""Steps of conversations that were decided before know one policy and the inbox alone."""
TOLD_HONESTLY = "2026-11-29-told-honestly"
"""Runs that began before promise and count what failed as they did then, to their end."""
ASSISTANT_MAILS = "2026-11-29-assistant-mails"
"""Before, only agents' answers were mailed to a visitor who had been promised that."""
SHORT_RUNS = "2026-11-29-short-runs"
"""Runs that had grown beyond `LONG_RUN` before go on until Temporal asks for another."""
LONG_RUN = 250
"""In events, some 25 exchanges. A worker that comes back replays every run that it is given: with a hundred open chats,
that takes as long as their histories are."""
QUIET = timedelta(seconds=1)
"""For so long nothing happens before a long run ends."""
LOOK_TIME_LIMIT = timedelta(seconds=2)
"""In which it is found out how a team stands. Nobody waits for that: without it, what is known counts."""
TELLING_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2), backoff_coefficient=2, maximum_interval=timedelta(seconds=15)
)
TELLING_ONCE = timedelta(seconds=40)
TELLING_HEARTBEAT = timedelta(seconds=10)
TELLING_TIME_LIMIT = timedelta(minutes=1)
"""After it the channel has failed, and the ladder moves on."""
MAILING_TIME_LIMIT = timedelta(days=1)
"""An answer is worth sending long after it was written."""
MAILING_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=10), backoff_coefficient=3, maximum_interval=timedelta(minutes=30)
)
CONSIDER_TIME_LIMIT = timedelta(seconds=3)
MODEL_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=5), maximum_attempts=4
)
MODEL_HEARTBEAT = timedelta(seconds=5)
BURST_PAUSES_AT_MOST = 4
"""Of a burst that does not end, so many pauses are waited; `_TURN_SHARE` of the turn's limit at most."""
_TURN_SHARE = 0.25


@dataclass
class _Command:
    """Something to do in its turn. `answered` is set once its outcome is recorded.

    `team` says whose the conversation will be, where it may move: how that team stands is looked up before. `agent` is
    who may be told of it in person.
    """

    run: Callable[[datetime], Accepted | None]
    team: Callable[[], str] | None = None
    agent: Person | None = None
    accepted: Accepted | None = None
    refused: Refused | None = None
    answered: bool = False


@dataclass
class _Pending:
    """A turn that is not answered at once: more may be about to come, or the model is asked. None if that failed."""

    turn: Turn
    outcome: Outcome | None
    task: asyncio.Task[None] | None = None
    done: bool = False


@workflow.defn(name="Conversation")
class ConversationWorkflow:
    """One conversation, from its first message until its reopen window has passed."""

    @workflow.init
    def __init__(self, begin: ConversationInput) -> None:
        self._begin = begin
        self._mailbox: deque[_Command] = deque()
        self._alarm = Alarm()
        self._pending: _Pending | None = None
        self._recorded: ConversationRow | None = None
        self._turn_began: datetime | None = None
        self._burst_began: datetime | None = None
        self._tellings: dict[asyncio.Task[None], Telling] = {}
        self._older = False
        # Until the past is recalled, commands wait in the mailbox.
        self._conversation: Conversation | None = None

    @workflow.run
    async def run(self, begin: ConversationInput) -> None:
        self._older = not workflow.patched(TOLD_HONESTLY)
        conversation = self._conversation = self._open(begin.state or await self._recall())
        if begin.state is not None:
            # Search attributes go along into a new run by themselves; what operators read does not.
            self._recorded = _row(conversation)
            workflow.set_current_details(_details(conversation, self._recorded))
        # What came in while the last step was written down is answered, and may keep the conversation going.
        while not conversation.finished or self._mailbox or self._tellings:
            self._alarm.set(None if conversation.finished else conversation.deadline)
            if await self._is_long_and_quiet():
                await self._go_on_in_a_new_run(conversation)
            await workflow.wait_condition(self._something_to_do)
            # What comes or rings while the teams are looked up has its turn after this.
            rang, pending = self._alarm.rang, self._finished_turn()
            await self._look_ahead(conversation, rang, pending)
            commands = self._take_commands()
            if pending is not None and pending is self._pending:
                self._pending = None
                self._commit(conversation, pending.turn, pending.outcome)
            if rang:
                conversation.overdue(workflow.now())
            await self._record(conversation)
            for command in commands:
                command.answered = True
            await self._let_the_assistant_answer(conversation)
            self._withdraw_tellings(conversation)
            if workflow.info().is_continue_as_new_suggested() and not self._mailbox and not self._tellings:
                await self._go_on_in_a_new_run(conversation)
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _is_long_and_quiet(self) -> bool:
        """Only with nothing under way: the next run would ask the model again. And only in a task that has nothing else
        to do: where a message comes in at that moment, Temporal has the task done anew, and what it had recorded would
        change under the visitor's eyes."""
        if self._pending is not None or self._tellings or self._something_to_do():
            return False
        if workflow.info().get_current_history_length() <= LONG_RUN or not workflow.patched(SHORT_RUNS):
            return False
        try:
            await workflow.wait_condition(
                self._something_to_do, timeout=QUIET, timeout_summary="a new run, if all is quiet"
            )
        except TimeoutError:
            return True
        return False

    async def _go_on_in_a_new_run(self, conversation: Conversation) -> None:
        """Does not return, unless a command comes in first."""
        # Whoever waits for an answer to it would never finish.
        if self._mailbox:
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._mailbox:
            return
        # What is pending is unanswered, and the next run considers it anew.
        self._stop_pending()
        begin, state = self._begin, conversation.state
        state.generation += 1
        workflow.continue_as_new(
            ConversationInput(
                begin.conversation_id,
                conversation.policy,
                begin.default_team,
                state,
                conversation.version,
                conversation.standing,
            )
        )

    # Messages. A signal must never fail the workflow: what is illegal is refused and logged.

    @workflow.signal
    def visitor_message(self, message: VisitorMessage) -> None:
        self._mailbox.append(_Command(lambda now: self._here.visitor_wrote(message, now)))

    @workflow.signal
    def rate(self, rating: Rating) -> None:
        self._mailbox.append(_Command(lambda now: self._here.rated(rating.score, rating.comment, now)))

    @workflow.signal(name="claim")
    def claim_by_signal(self, claim: Claim) -> None:
        """For operators and integrations; the inbox uses the update of the same name, which answers."""
        self._mailbox.append(self._claiming(claim))

    @workflow.signal
    def offer(self, offer: Offer) -> None:
        """From the roster: it means nothing where somebody was faster."""

        def run(now: datetime) -> None:
            self._here.offer(offer.to, now)

        self._mailbox.append(_Command(run, self._team_it_has, offer.to))

    @workflow.signal
    def owner_left(self, left: OwnerLeft) -> None:
        """From the roster, too."""

        def run(now: datetime) -> None:
            self._here.owner_left(left.agent_id, now)

        self._mailbox.append(_Command(run, self._team_it_has))

    @workflow.update
    async def claim(self, claim: Claim) -> Accepted:
        return await self._answer_to(self._claiming(claim))

    @claim.validator
    def _claim_is_open(self, claim: Claim) -> None:
        # Refused here, a lost race leaves nothing in the history.
        if self._conversation is not None:
            state = self._conversation.state
            owner, repeated = state.owner, _scoped("claim", claim.agent, claim.key) in state.accepted
            if owner is not None and owner.id != claim.agent.id and not repeated:
                raise _problem(Refused("already_claimed", f"{owner.name} has this conversation", owner))

    @workflow.update
    async def reply(self, say: Say) -> Accepted:
        return await self._answer_to(
            _Command(lambda now: self._here.reply(say.agent, say.id, say.text, now), self._team_of_a_reply)
        )

    @workflow.update
    async def note(self, say: Say) -> Accepted:
        return await self._answer_to(_Command(lambda now: self._here.note(say.agent, say.id, say.text, now)))

    @workflow.update
    async def tag(self, tag: Tag) -> Accepted:
        return await self._answer_to(
            self._once("tag", tag.agent, tag.key, lambda now: self._here.tag(tag.agent, tag.add, tag.remove, now))
        )

    @workflow.update
    async def release(self, release: Release) -> Accepted:
        def run(now: datetime) -> Accepted:
            if release.to_assistant:
                return self._here.release_to_assistant(release.agent, now)
            return self._here.release_to_queue(release.agent, now)

        return await self._answer_to(self._once("release", release.agent, release.key, run, self._team_it_has))

    @workflow.update
    async def transfer(self, transfer: Transfer) -> Accepted:
        def run(now: datetime) -> Accepted:
            if transfer.to is not None:
                return self._here.assign(transfer.agent, transfer.to, now)
            return self._here.transfer_to_team(transfer.agent, transfer.team, now)

        def team() -> str:
            return transfer.team or self._here.team

        command = self._once("transfer", transfer.agent, transfer.key, run, team)
        command.agent = transfer.to
        return await self._answer_to(command)

    @workflow.update
    async def resolve(self, resolve: Resolve) -> Accepted:
        def run(now: datetime) -> Accepted:
            return self._here.resolve(resolve.agent, now, resolve.seen_seq)

        return await self._answer_to(self._once("resolve", resolve.agent, resolve.key, run))

    # The mailbox

    @property
    def _here(self) -> Conversation:
        assert self._conversation is not None, "the mailbox is only emptied once the conversation is open"
        return self._conversation

    def _claiming(self, claim: Claim) -> _Command:
        return self._once(
            "claim", claim.agent, claim.key, lambda now: self._here.claim(claim.agent, now), self._team_it_has
        )

    def _team_it_has(self) -> str:
        return self._here.team

    def _team_of_a_reply(self) -> str:
        # Only a reply that is a claim moves the conversation: all the others need not wait for anything.
        return "" if self._here.state.owner is not None else self._here.team

    def _once(
        self,
        what: str,
        agent: Person,
        key: str,
        run: Callable[[datetime], Accepted],
        team: Callable[[], str] | None = None,
    ) -> _Command:
        return _Command(lambda now: self._here.once(_scoped(what, agent, key), lambda: run(now)), team)

    async def _answer_to(self, command: _Command) -> Accepted:
        self._mailbox.append(command)
        await workflow.wait_condition(lambda: command.answered)
        if command.refused is not None:
            raise _problem(command.refused)
        assert command.accepted is not None, "an agent's command is accepted or refused"
        return command.accepted

    def _something_to_do(self) -> bool:
        if self._mailbox or self._alarm.rang or (self._here.finished and not self._tellings):
            return True
        # A turn that nobody is at is one that an earlier run left.
        return self._pending.done if self._pending is not None else self._here.pending_turn() is not None

    def _take_commands(self) -> list[_Command]:
        commands = list(self._mailbox)
        self._mailbox.clear()
        for command in commands:
            try:
                # An e-mail address is checked by a library that loads parts of itself when they are first needed.
                with workflow.unsafe.imports_passed_through():
                    command.accepted = command.run(workflow.now())
            except Refused as refused:
                command.refused = refused
                workflow.logger.info("a command was refused: %s", refused.code)
        return commands

    # The teams

    async def _look_ahead(self, conversation: Conversation, rang: bool, pending: _Pending | None) -> None:
        """Find out how the teams stand that what is next may lead to: what then happens goes by that."""
        teams = [command.team() for command in self._mailbox if command.team is not None]
        if pending is not None:
            teams.append(conversation.hands_over_to(pending.outcome) or "")
        deadline = conversation.deadline
        if rang and deadline is not None and deadline.at <= workflow.now():
            teams.append(conversation.overdue_team or "")
        agents = [command.agent.id for command in self._mailbox if command.agent is not None]
        for team in dict.fromkeys(filter(None, teams)):
            await self._look(conversation, team, agents)

    async def _look(self, conversation: Conversation, team: str, agents: Sequence[str] = ()) -> None:
        if not workflow.patched(LOOKS):
            return
        owner = conversation.state.owner
        question = TeamQuestion(
            team,
            conversation.version,
            conversation.state.time_zone,
            tuple(dict.fromkeys((*([owner.id] if owner else []), *agents))),
            workflow.now(),
        )
        try:
            conversation.learn(
                await workflow.execute_local_activity_method(
                    Teams.look,
                    question,
                    schedule_to_close_timeout=LOOK_TIME_LIMIT,
                    retry_policy=RetryPolicy(maximum_attempts=2),
                    summary=f"how {team} stands",
                )
            )
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("how %s stands could not be found out", team)

    def _start_tellings(self, conversation: Conversation, events: Sequence[Event]) -> None:
        assistants = {event.id for event in events if event.author.kind is AuthorKind.ASSISTANT}
        for telling in conversation.take_tellings():
            for_visitor = telling.audience is Audience.VISITOR
            if for_visitor and telling.event_id in assistants and not workflow.patched(ASSISTANT_MAILS):
                continue
            task = asyncio.create_task(self._tell(conversation.state.conversation_id, telling))
            self._tellings[task] = telling
            task.add_done_callback(self._done_telling)

    def _done_telling(self, task: asyncio.Task[None]) -> None:
        telling = self._tellings.pop(task)
        if task.cancelled() and not self._older:
            self._take_note(telling, Told(False, called_off=True))

    def _take_note(self, telling: Telling, told: Told) -> None:
        self._mailbox.append(_Command(lambda now: self._here.told(telling, told, now)))

    async def _tell(self, conversation_id: str, telling: Telling) -> None:
        for_visitor = telling.audience is Audience.VISITOR
        try:
            told = await workflow.execute_activity_method(
                Channels.tell,
                args=[conversation_id, telling],
                task_queue=ALERT_QUEUE,
                start_to_close_timeout=TELLING_ONCE,
                heartbeat_timeout=TELLING_HEARTBEAT,
                schedule_to_close_timeout=MAILING_TIME_LIMIT if for_visitor else TELLING_TIME_LIMIT,
                retry_policy=MAILING_RETRY if for_visitor else TELLING_RETRY,
                # Whether it went out is known even where it was called off.
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                summary=f"tell {telling.audience.value}: {telling.channel}",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error
            told = Told(False, why=_reason_of(error))
        self._take_note(telling, told)

    def _withdraw_tellings(self, conversation: Conversation) -> None:
        """Who has been answered or taken over needs nobody more: what has not gone out yet stays."""
        if conversation.state.state is not State.ESCALATED:
            for task, telling in self._tellings.items():
                if telling.audience not in (Audience.VISITOR, Audience.OWNER) and not task.cancelling():
                    task.cancel()

    # The assistant

    async def _let_the_assistant_answer(self, conversation: Conversation) -> None:
        """Answer what is unanswered, if it is the assistant's turn, as long as nothing new has come in."""
        while (turn := conversation.pending_turn()) is not None and not self._mailbox:
            if self._pending is not None and self._pending.turn.answers_seq == turn.answers_seq:
                return
            self._stop_pending()
            self._turn_began = self._turn_began or workflow.now()
            self._burst_began = self._burst_began or workflow.now()
            outcome = await self._consider(turn) if self._time_left() else None
            if self._mailbox:
                return
            if outcome is not None and (outcome.kind is OutcomeKind.THINK or not outcome.settled):
                self._start_pending(turn, outcome)
                return
            if (team := conversation.hands_over_to(outcome)) is not None:
                await self._look(conversation, team)
                if self._mailbox:
                    return
            self._commit(conversation, turn, outcome)
            await self._record(conversation)
        if conversation.pending_turn() is None:
            self._stop_pending()
            self._turn_began = self._burst_began = None

    async def _consider(self, turn: Turn) -> Outcome | None:
        try:
            return await workflow.execute_local_activity_method(
                Responder.consider,
                turn,
                start_to_close_timeout=CONSIDER_TIME_LIMIT,
                retry_policy=RetryPolicy(maximum_attempts=2),
                summary="triggers, details, answer",
            )
        except FailureError as error:
            # A local activity's failure arrives as it is, not wrapped in an ActivityError.
            if is_cancelled_exception(error):
                raise
            return None

    def _time_left(self) -> timedelta:
        """Of the turn's limit, which counts from the first message that is unanswered: nobody can write it away."""
        began = self._turn_began or workflow.now()
        return max(timedelta(0), self._here.policy.turn_limit - (workflow.now() - began))

    def _pause_left(self) -> timedelta:
        """Of the quiet that ends a burst. Whoever never pauses is answered all the same, within the turn's limit."""
        policy = self._here.policy
        quiet = self._here.state.active_at + policy.burst_pause
        longest = min(policy.burst_pause * BURST_PAUSES_AT_MOST, policy.turn_limit * _TURN_SHARE)
        end = min(quiet, (self._burst_began or workflow.now()) + longest)
        return min(end - workflow.now(), self._time_left())

    def _start_pending(self, turn: Turn, outcome: Outcome) -> None:
        pending = self._pending = _Pending(turn, outcome)
        pending.task = asyncio.create_task(self._settle(pending))

    def _stop_pending(self) -> None:
        if self._pending is not None:
            if self._pending.task is not None:
                self._pending.task.cancel()
            self._pending = None

    async def _settle(self, pending: _Pending) -> None:
        try:
            if (pause := self._pause_left()) > timedelta(0):
                await workflow.sleep(pause, summary="let a burst of messages end")
            # Who overtakes the answer from here on begins a new burst: the model is asked once for each.
            self._burst_began = None
            if pending.outcome is not None and pending.outcome.kind is OutcomeKind.THINK:
                pending.outcome = None
                pending.outcome = await self._think(pending.turn)
        finally:
            # Whatever went wrong, a turn that is never done would leave the visitor waiting.
            pending.done = True

    async def _think(self, turn: Turn) -> Outcome | None:
        try:
            return await workflow.execute_activity_method(
                Responder.think,
                turn,
                schedule_to_close_timeout=max(self._time_left(), timedelta(milliseconds=1)),
                heartbeat_timeout=MODEL_HEARTBEAT,
                retry_policy=MODEL_RETRY,
                summary="ask the model",
            )
        except ActivityError as error:
            # Cancelled, the turn is no longer wanted and nobody looks at it; failed, it has no outcome.
            workflow.logger.info("the model's turn ended without an outcome: %s", error.retry_state)
            return None

    def _finished_turn(self) -> _Pending | None:
        return self._pending if self._pending is not None and self._pending.done else None

    def _commit(self, conversation: Conversation, turn: Turn, outcome: Outcome | None) -> None:
        if outcome is None:
            conversation.assistant_failed(turn.answers_seq, workflow.now())
        else:
            conversation.commit(outcome, turn.answers_seq, workflow.now())

    # The log

    def _open(self, state: ConversationState) -> Conversation:
        begin = self._begin
        version, older = begin.policy_version, self._older
        conversation = Conversation(state, begin.policy, begin.default_team, _new_id, version, older=older)
        if begin.standing is not None:
            conversation.learn(begin.standing)
        return conversation

    async def _recall(self) -> ConversationState:
        past: Past = await workflow.execute_local_activity_method(
            Log.recall,
            self._begin.conversation_id,
            start_to_close_timeout=DATABASE_TIME_LIMIT,
            retry_policy=DATABASE_RETRY,
            summary="what earlier runs left",
        )
        return past.resume(self._begin.conversation_id, workflow.now(), past.fence // EVENTS_PER_RUN_AT_MOST + 1)

    async def _record(self, conversation: Conversation) -> None:
        """Write down what happened since the last time, if anything did."""
        events = conversation.take_events()
        if not events:
            return
        state = conversation.state
        row = _row(conversation)
        fence = state.generation * EVENTS_PER_RUN_AT_MOST + workflow.info().get_current_history_length()
        await workflow.execute_local_activity_method(
            Log.record,
            RecordBatch(state.conversation_id, fence, events, row),
            start_to_close_timeout=DATABASE_TIME_LIMIT,
            retry_policy=DATABASE_RETRY,
            summary=f"events {events[0].seq} to {events[-1].seq}",
        )
        self._tell_operators(conversation, row)
        self._start_tellings(conversation, events)
        for event in events:
            if webhook := event.data.get("webhook"):
                await self._tell_webhook(webhook, state.conversation_id, event)

    async def _tell_webhook(self, webhook: str, conversation_id: str, event: Event) -> None:
        """Have the business's own systems told, by a workflow that goes on whatever becomes of this one."""
        try:
            await workflow.start_child_workflow(
                WebhookWorkflow.run,
                WebhookInput(event.id, HandoffNotice(webhook, conversation_id, event.id)),
                id=delivery_workflow_id(event.id),
                task_queue=WEBHOOK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary=f"Webhook {webhook}",
            )
        except WorkflowAlreadyStartedError:
            # An operator has reset the conversation to before this: who has heard of it need not hear of it again.
            workflow.logger.info("the webhook %s has been told already", webhook)

    def _tell_operators(self, conversation: Conversation, row: ConversationRow) -> None:
        before = self._recorded
        self._recorded = row
        if before is None or (before.state, before.team, before.owner) != (row.state, row.team, row.owner):
            workflow.upsert_search_attributes(
                [
                    STATE.value_set(row.state.value),
                    TEAM.value_set(row.team) if row.team else TEAM.value_unset(),
                    OWNER.value_set(row.owner.id) if row.owner else OWNER.value_unset(),
                ]
            )
        workflow.set_current_details(_details(conversation, row))


def _new_id() -> str:
    return str(workflow.uuid4())


def _row(conversation: Conversation) -> ConversationRow:
    state, wait = conversation.state, conversation.state.wait
    deadline = conversation.deadline
    return ConversationRow(
        state=state.state,
        owner=state.owner,
        team=state.team,
        tags=state.tags,
        priority=state.priority,
        waiting_since=wait.since if wait else None,
        deadline=deadline.at if deadline and wait else None,
        handoff=state.handoff,
        details=state.details,
        episode=state.episode,
        target=wait.target if wait else None,
        opens_at=wait.opens_at if wait else None,
    )


def _reason_of(error: ActivityError) -> str:
    """In words for people: what the activity said, or that nothing was heard of it."""
    cause = error.cause
    return cause.message if isinstance(cause, ApplicationError) else "nothing was heard of it in time"


def _scoped(what: str, agent: Person, key: str) -> str:
    """A key is its caller's, for one kind of command: it must never answer anything else."""
    return f"{agent.id} {what} {key}" if key else ""


def _problem(refused: Refused) -> ApplicationError:
    owner = refused.owner
    details = {"owner": {"id": owner.id, "name": owner.name} if owner else None}
    return ApplicationError(str(refused), details, type=refused.code, non_retryable=True)


_CONTROL = {
    State.AI_HANDLING: "The assistant answers",
    State.COLLECTING_DETAILS: "The assistant asks for details",
    State.ESCALATED: "Waiting for a person",
    State.HUMAN_OWNED: "With an agent",
    State.RESOLVED: "Resolved",
}


def _details(conversation: Conversation, row: ConversationRow) -> str:
    """What an operator reads in the Temporal UI: who controls it, why, and what is next. Nothing the visitor wrote."""
    lines = [f"**{_CONTROL[row.state]}**"]
    if row.owner is not None:
        lines.append(f"Owner: agent {row.owner.id}")
    if row.team:
        lines.append(f"Team: {row.team}")
    if row.handoff is not None:
        lines.append(f"Reason: {row.handoff.action or row.handoff.reason.value}")
    if row.waiting_since is not None:
        lines.append(f"The visitor waits since {row.waiting_since:%Y-%m-%d %H:%M:%S} UTC")
    if (deadline := conversation.deadline) is not None:
        lines.append(f"Next, at {deadline.at:%Y-%m-%d %H:%M:%S} UTC: {deadline.kind.value}")
    return "\n\n".join(lines)
