"""A conversation: takes what happens to it, decides by the state chart, and says which events follow.

It knows no clock (every method is given `now`) and does nothing outside itself; the workflow owns time and effects.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Protocol

from statemachine.exceptions import TransitionNotAllowed

from chatref.conversation import exchanges, words
from chatref.conversation.chart import Control, ConversationChart
from chatref.conversation.deadlines import Deadline, DeadlineKind, next_deadline
from chatref.conversation.events import (
    ASSISTANT,
    SYSTEM,
    Author,
    AuthorKind,
    Detail,
    Event,
    EventType,
    Handoff,
    HandoffReason,
    Person,
    Priority,
    State,
    Summary,
)
from chatref.conversation.policy import Audience, ServicePolicy
from chatref.conversation.refused import Refused, refuse_unless_agent
from chatref.conversation.state import Accepted, ConversationState, Wait
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, Turn, VisitorMessage

REMEMBERED_IDS = 500
REMEMBERED_COMMANDS = 100
UNANSWERED_AT_MOST = 20
"""Messages of one turn that the assistant is given; of a longer burst, the latest."""


class NewId(Protocol):
    """Makes a UUID; in a workflow a deterministic one."""

    def __call__(self) -> str: ...


class Conversation:
    """One conversation. `state` is all it remembers; `take_events` hands over what happened since the last call."""

    def __init__(self, state: ConversationState, policy: ServicePolicy, default_team: str, new_id: NewId) -> None:
        self.state = state
        self._policy = policy
        self._default_team = default_team
        self._new_id = new_id
        self._events: list[Event] = []
        self.finished = False

    # What the outside reads

    @property
    def deadline(self) -> Deadline | None:
        return next_deadline(self.state, self._policy)

    def take_events(self) -> tuple[Event, ...]:
        events, self._events = tuple(self._events), []
        return events

    def pending_turn(self) -> Turn | None:
        """What the assistant has to answer now, if it is its turn."""
        state = self.state
        if not state.unanswered or state.state not in (State.AI_HANDLING, State.COLLECTING_DETAILS):
            return None
        return Turn(
            conversation_id=state.conversation_id,
            answers_seq=state.unanswered_seq,
            messages=tuple(state.unanswered),
            collecting=state.collecting,
            turns=state.turns,
            offered_person=state.offered_person,
            earlier=tuple(state.exchanges),
            details=state.details,
            handed_over_by=state.handoff.action_id if state.handoff else "",
            vouched_email=state.vouched_email,
        )

    # The visitor

    def visitor_wrote(self, message: VisitorMessage, now: datetime) -> None:
        """Take a message; one with an id seen before changes nothing."""
        state = self.state
        if message.id in state.seen_ids:
            return
        self._remember_id(message.id)
        author = Author(AuthorKind.VISITOR)
        data: dict[str, Any] = {"action": message.action} if message.action else {}
        at = min(message.at, now)
        if state.state is State.HUMAN_OWNED and state.wait is None:
            state.wait = Wait(since=at, clock=now)
            data |= self._waiting()
        self._emit(EventType.MESSAGE, author, at, event_id=message.id, text=message.text, public=True, data=data)
        state.unanswered = [*state.unanswered, message][-UNANSWERED_AT_MOST:]
        state.unanswered_seq = state.seq
        state.active_at = now
        came_from = self._send("visitor_wrote")
        if came_from is State.RESOLVED:
            self.finished = False
            state.episode += 1
            state.priority = Priority.NORMAL
            self._begin_anew()
            self._transition("visitor_wrote", came_from, now, public=True)

    def rated(self, score: int, comment: str, now: datetime) -> None:
        self._emit(EventType.RATING, Author(AuthorKind.VISITOR), now, text=comment, data={"score": score})

    # The assistant

    def commit(self, outcome: Outcome, answers_seq: int, now: datetime) -> bool:
        """Take the assistant's decision, unless a person has taken over or the visitor has written since.

        Returns whether it was taken. One for anything but the latest message is dropped: the turn is decided anew.
        """
        turn = self.pending_turn()
        if turn is None or turn.answers_seq != answers_seq:
            return False
        first = self.state.unanswered[0]
        self.state.unanswered = []
        self.state.active_at = now
        if outcome.usage is not None:
            self.state.tokens += outcome.usage.input_tokens + outcome.usage.output_tokens
        self._take_details(outcome.details, now)
        match outcome.kind:
            case OutcomeKind.ESCALATE:
                assert outcome.escalation is not None, "an outcome that escalates says how"
                self._escalate(outcome.escalation, outcome, first.at, now)
            case OutcomeKind.ASK:
                assert outcome.collecting is not None, "an outcome that asks says where the collection stands"
                self._ask(outcome, now)
            case OutcomeKind.ANSWER:
                self._answer(outcome, now)
                if (reason := self._cap_reached()) is not None:
                    self._escalate(Escalation(reason, "", first.id), Outcome(OutcomeKind.ESCALATE), first.at, now)
            case OutcomeKind.THINK:
                raise ValueError("a turn that is to be thought about is not decided yet")
        return True

    def assistant_failed(self, answers_seq: int, now: datetime) -> None:
        """The assistant could not decide in time or at all: a person is to."""
        turn = self.pending_turn()
        if turn is None:
            return
        message = turn.messages[-1]
        escalation = Escalation(HandoffReason.ASSISTANT_FAILED, message.text, message.id)
        self.commit(Outcome(OutcomeKind.ESCALATE, escalation=escalation, asked=self._unanswered), answers_seq, now)

    # The agents

    def once(self, key: str, command: Callable[[], Accepted]) -> Accepted:
        """Run a command, unless its key was accepted before: then answer as then. An empty key is never the same."""
        accepted = self.state.accepted
        if key in accepted:
            return accepted[key]
        answer = command()
        if key:
            while len(accepted) >= REMEMBERED_COMMANDS:
                del accepted[next(iter(accepted))]
            accepted[key] = answer
        return answer

    def claim(self, agent: Person, now: datetime) -> Accepted:
        """Make the agent the owner. The owner's own repetition is accepted; anybody else is told who owns it."""
        state = self.state
        self._refuse_if_resolved()
        refuse_unless_agent(agent)
        if state.owner is not None:
            if state.owner.id != agent.id:
                raise Refused("already_claimed", f"{state.owner.name} has this conversation", state.owner)
            return Accepted(state.seq, state.owner)
        self._own("claim", agent, _agent(agent), now)
        return Accepted(state.seq, state.owner)

    def reply(self, agent: Person, message_id: str, text: str, now: datetime) -> Accepted:
        """Say something to the visitor. A public reply is a claim."""
        state = self.state
        if message_id in state.seen_ids:
            return Accepted(state.seq, state.owner)
        self.claim(agent, now)
        self._send("reply")
        self._remember_id(message_id)
        waited = {"waited_seconds": _seconds(now, state.wait.since)} if state.wait else {}
        said = exchanges.agent_answered(self._matter, text, agent.name)
        state.exchanges = exchanges.with_latest(state.exchanges, said)
        state.wait = None
        state.unanswered = []
        state.active_at = now
        self._emit(EventType.MESSAGE, _agent(agent), now, event_id=message_id, text=text, public=True, data=waited)
        return Accepted(state.seq, state.owner)

    def note(self, agent: Person, message_id: str, text: str, now: datetime) -> Accepted:
        """A private message among agents, in any state."""
        if message_id not in self.state.seen_ids:
            self._remember_id(message_id)
            self._emit(EventType.NOTE, _agent(agent), now, event_id=message_id, text=text)
        return Accepted(self.state.seq, self.state.owner)

    def tag(self, agent: Person, add: tuple[str, ...], remove: tuple[str, ...], now: datetime) -> Accepted:
        self._tag(_agent(agent), add, remove, now)
        return Accepted(self.state.seq, self.state.owner)

    def release_to_assistant(self, agent: Person, now: datetime) -> Accepted:
        """Hand the conversation back to the assistant, which answers what the visitor wrote meanwhile."""
        state = self.state
        self._refuse_unless_owner_or_unowned(agent)
        came_from = self._send("release_to_assistant")
        state.owner = state.wait = state.collecting = None
        state.active_at = now
        self._begin_anew()
        self._transition("release_to_assistant", came_from, now, _agent(agent), public=True)
        return Accepted(state.seq, None)

    def release_to_queue(self, agent: Person, now: datetime) -> Accepted:
        self._refuse_unless_owner_or_unowned(agent)
        self._queue("release_to_queue", HandoffReason.RETURNED_TO_QUEUE, _agent(agent), now)
        return Accepted(self.state.seq, None)

    def transfer_to_team(self, agent: Person, team: str, now: datetime) -> Accepted:
        self._refuse_if_resolved()
        self.state.team = team
        self._queue("transfer_to_team", HandoffReason.TRANSFERRED, _agent(agent), now)
        return Accepted(self.state.seq, None)

    def assign(self, agent: Person, to: Person, now: datetime) -> Accepted:
        """Make `to` the owner, whoever it was; they are alerted."""
        state = self.state
        self._refuse_if_resolved()
        if state.owner == to:
            return Accepted(state.seq, to)
        self._own("assign", to, _agent(agent), now)
        if to.id != agent.id:
            self._alert(Audience.OWNER, 0, HandoffReason.TRANSFERRED, now)
        return Accepted(state.seq, to)

    def resolve(self, agent: Person, now: datetime) -> Accepted:
        state = self.state
        if state.state is State.RESOLVED:
            return Accepted(state.seq, None)
        self._refuse_unless_owner_or_unowned(agent)
        self._end("resolve", _agent(agent), now)
        return Accepted(state.seq, None)

    # Time

    def overdue(self, now: datetime) -> None:
        """Do what the deadline is there for, if it has passed."""
        deadline = self.deadline
        if deadline is None or deadline.at > now:
            return
        wait = self.state.wait
        match deadline.kind:
            case DeadlineKind.ALERT_AGAIN:
                assert wait is not None
                step = wait.step
                # After an outage several steps may have passed: one alert for the widest of them says it all.
                while wait.clock + self._policy.alert_due(step + 1) <= now:
                    step += 1
                self.state.wait = replace(wait, step=step + 1)
                self._alert(self._policy.alert_audience(step), step + 1, self._reason, now)
            case DeadlineKind.ALERT_OWNER:
                assert wait is not None
                # Counted from now, so that a late alert leaves the owner the whole grace.
                self.state.wait = replace(wait, step=1, clock=now - self._policy.owner_answers_within)
                self._alert(Audience.OWNER, 1, HandoffReason.OWNER_TOO_SLOW, now)
            case DeadlineKind.RETURN_TO_QUEUE:
                self._queue("return_overdue", HandoffReason.OWNER_TOO_SLOW, SYSTEM, now)
            case DeadlineKind.STOP_COLLECTING:
                self._stop_collecting(now)
            case DeadlineKind.LAPSE:
                self._end("lapse", SYSTEM, now)
            case DeadlineKind.END:
                self.finished = True

    # Inside

    def _begin_anew(self) -> None:
        """The assistant starts over: what led to a handoff before is not to lead to one again."""
        state = self.state
        state.handoff = None
        state.turns = state.tokens = 0
        state.exchanges = exchanges.of_agents(state.exchanges)

    @property
    def _unanswered(self) -> str:
        return " ".join(message.text for message in self.state.unanswered)

    @property
    def _matter(self) -> str:
        """What an agent who replies now replies to."""
        state = self.state
        last = state.exchanges[-1].asked if state.exchanges else ""
        before = state.handoff.summary.wants if state.handoff else (last,)
        return " ".join((*before, self._unanswered))

    def _cap_reached(self) -> HandoffReason | None:
        if self.state.turns >= self._policy.turns_at_most:
            return HandoffReason.TOO_MANY_TURNS
        return HandoffReason.TOO_COSTLY if self.state.tokens >= self._policy.tokens_at_most else None

    @property
    def _reason(self) -> HandoffReason:
        return self.state.handoff.reason if self.state.handoff else HandoffReason.RETURNED_TO_QUEUE

    def _send(self, event: str) -> State:
        """Let the chart take the event; returns the state that it came from."""
        came_from = self.state.state
        control = Control(came_from)
        try:
            ConversationChart(control).send(event)
        except TransitionNotAllowed as error:
            said = came_from.value.replace("_", " ")
            message = f"This cannot be done while the conversation is {said}."
            raise Refused("invalid", message, self.state.owner) from error
        self.state.state = control.state
        return came_from

    def _emit(
        self,
        kind: EventType,
        author: Author,
        at: datetime,
        *,
        event_id: str = "",
        text: str = "",
        public: bool = False,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.state.seq += 1
        # PostgreSQL's text has no NUL, and a workflow must never fail to write down what it took.
        text = text.replace("\0", "")
        event = Event(self.state.seq, event_id or self._new_id(), kind, at, author, text, public, dict(data or {}))
        self._events.append(event)

    def _transition(
        self,
        event: str,
        came_from: State,
        now: datetime,
        author: Author = SYSTEM,
        *,
        public: bool = False,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        what = {"from": came_from.value, "to": self.state.state.value, "event": event, **(data or {})}
        self._emit(EventType.TRANSITION, author, now, public=public, data=what | self._waiting())

    def _waiting(self) -> dict[str, str]:
        """For the log: since when the visitor waits for a person and what the deadline is, where they do."""
        wait, deadline = self.state.wait, self.deadline
        if wait is None or deadline is None:
            return {}
        return {"waiting_since": wait.since.isoformat(), "deadline": deadline.at.isoformat()}

    def _remember_id(self, message_id: str) -> None:
        self.state.seen_ids = [*self.state.seen_ids[-REMEMBERED_IDS + 1 :], message_id]

    def _refuse_if_resolved(self) -> None:
        if self.state.state is State.RESOLVED:
            raise Refused("conversation_resolved", "This conversation is resolved; it reopens when the visitor writes.")

    def _refuse_unless_owner_or_unowned(self, agent: Person) -> None:
        self._refuse_if_resolved()
        owner = self.state.owner
        if owner is not None and owner.id != agent.id:
            raise Refused("not_owner", f"{owner.name} has this conversation", owner)

    def _answer(self, outcome: Outcome, now: datetime) -> None:
        state = self.state
        if state.state is State.COLLECTING_DETAILS:
            if outcome.collecting is None:
                came_from = self._send("decline")
                self._transition("decline", came_from, now, data={"action": _action_name(state)})
            else:
                self._send("ask")
        else:
            self._send("answer")
            if outcome.asked:
                state.exchanges = exchanges.with_latest(state.exchanges, exchanges.answered(outcome))
        state.collecting = outcome.collecting
        state.turns += 1
        self._say(outcome, now)

    def _ask(self, outcome: Outcome, now: datetime) -> None:
        state = self.state
        collecting = outcome.collecting
        assert collecting is not None
        state.collecting = collecting
        if state.state is State.COLLECTING_DETAILS:
            self._send("ask")
        else:
            came_from = self._send("start_action")
            action = collecting.action
            data = {
                "action": action.name,
                "action_id": action.id,
                "action_version": action.version,
                "evidence": collecting.evidence,
                "message_id": collecting.message_id,
            }
            self._transition("start_action", came_from, now, data=data)
        self._say(outcome, now)

    def _escalate(self, escalation: Escalation, outcome: Outcome, since: datetime, now: datetime) -> None:
        state = self.state
        came_from = self._send("escalate")
        summary = self._summary(escalation.reason, escalation.evidence, outcome.asked)
        state.collecting = None
        state.unanswered = []
        state.team = escalation.team or self._default_team
        state.priority = escalation.priority
        state.handoff = Handoff(
            reason=escalation.reason,
            evidence=escalation.evidence,
            message_id=escalation.message_id,
            at=now,
            action_id=escalation.action_id,
            action=escalation.action,
            action_version=escalation.action_version,
            summary=summary,
        )
        state.wait = Wait(since=min(since, now), clock=now)
        data = {
            "reason": escalation.reason.value,
            "evidence": escalation.evidence,
            "message_id": escalation.message_id,
            "action": escalation.action,
            "action_id": escalation.action_id,
            "action_version": escalation.action_version,
            "team": state.team,
            "summary": asdict(summary),
        }
        if escalation.webhook:
            data["webhook"] = escalation.webhook
        self._transition("escalate", came_from, now, public=True, data=data)
        self._tag(SYSTEM, escalation.tags, (), now)
        self._say(replace(outcome, text=outcome.text or words.handoff_text(escalation.reason)), now)
        self._alert(Audience.TEAM, 0, escalation.reason, now)

    def _say(self, outcome: Outcome, now: datetime) -> None:
        self.state.offered_person = outcome.offers_person
        data: dict[str, Any] = {}
        if outcome.citations:
            data["citations"] = [vars(citation) for citation in outcome.citations]
        if outcome.quick_replies:
            data["quick_replies"] = list(outcome.quick_replies)
        if outcome.form:
            data["form"] = [{**vars(field), "choices": list(field.choices)} for field in outcome.form]
        if outcome.offers_person:
            data["offers_person"] = True
        if outcome.asks_back:
            data["asks_back"] = True
        self._emit(EventType.MESSAGE, ASSISTANT, now, text=outcome.text, public=True, data=data)

    def _take_details(self, details: tuple[Detail, ...], now: datetime) -> None:
        vouched = self.state.vouched_email.casefold()
        for taken in details:
            detail = replace(taken, verified=bool(vouched) and taken.value.casefold() == vouched)
            kept = tuple(known for known in self.state.details if known.name != detail.name)
            self.state.details = (*kept, detail)
            self._emit(EventType.DETAIL, Author(AuthorKind.VISITOR), now, data=vars(detail))

    def _tag(self, author: Author, add: tuple[str, ...], remove: tuple[str, ...], now: datetime) -> None:
        state = self.state
        added = [tag for tag in dict.fromkeys(add) if tag not in state.tags]
        removed = [tag for tag in dict.fromkeys(remove) if tag in state.tags]
        if added or removed:
            state.tags = (*(tag for tag in state.tags if tag not in removed), *added)
            data = {"tags": list(state.tags), "added": added, "removed": removed}
            self._emit(EventType.TAGS, author, now, data=data)

    def _alert(self, audience: Audience, step: int, reason: HandoffReason, now: datetime) -> None:
        data = {
            "step": step,
            "audience": audience.value,
            "team": self.state.team,
            "agent": self.state.owner.id if self.state.owner else "",
            "channel": "inbox",
            # Recording it is what shows it: the inbox reads the log, so in the log it is delivered.
            "outcome": "delivered",
            "reason": reason.value,
        }
        self._emit(EventType.ALERT, SYSTEM, now, data=data | self._waiting())

    def _own(self, event: str, owner: Person, author: Author, now: datetime) -> None:
        state = self.state
        came_from = self._send(event)
        if state.wait is None and state.unanswered:
            state.wait = Wait(since=state.unanswered[0].at, clock=now)
        elif state.wait is not None:
            state.wait = replace(state.wait, clock=now, step=0)
        state.owner = owner
        state.collecting = None
        state.active_at = now
        state.team = state.team or self._default_team
        data: dict[str, Any] = {"owner": vars(owner)}
        if state.wait is not None:
            data["waited_seconds"] = _seconds(now, state.wait.since)
        self._transition(event, came_from, now, author, public=True, data=data)

    def _queue(self, event: str, reason: HandoffReason, author: Author, now: datetime) -> None:
        state = self.state
        came_from = self._send(event)
        data: dict[str, Any] = {"reason": reason.value}
        if state.handoff is None:
            state.handoff = Handoff(reason, "", "", now, summary=self._summary(reason, "", self._unanswered))
            data["summary"] = asdict(state.handoff.summary)
        state.owner = None
        state.collecting = None
        data["team"] = state.team = state.team or self._default_team
        state.wait = Wait(since=state.wait.since if state.wait else now, clock=now)
        self._transition(event, came_from, now, author, public=True, data=data)
        self._alert(Audience.TEAM, 0, reason, now)

    def _summary(self, reason: HandoffReason, evidence: str, asked: str) -> Summary:
        state = self.state
        matter = state.collecting.evidence if state.collecting else ""
        return exchanges.summarize(state.exchanges, state.details, reason, evidence, asked, matter)

    def _stop_collecting(self, now: datetime) -> None:
        collecting = self.state.collecting
        assert collecting is not None, "details are collected for an action"
        reason = HandoffReason.DETAILS_TIMED_OUT
        escalation = Escalation.by(collecting.action, reason, collecting.evidence, collecting.message_id)
        self._escalate(escalation, Outcome(OutcomeKind.ESCALATE), now, now)

    def _end(self, event: str, author: Author, now: datetime) -> None:
        state = self.state
        came_from = self._send(event)
        state.owner = state.wait = state.collecting = None
        state.unanswered = []
        state.active_at = now
        self._transition(event, came_from, now, author, public=event == "resolve")


def _agent(person: Person) -> Author:
    return Author(AuthorKind.AGENT, person.name, person.id)


def _seconds(now: datetime, since: datetime) -> int:
    return max(0, round((now - since).total_seconds()))


def _action_name(state: ConversationState) -> str:
    return state.collecting.action.name if state.collecting else ""
