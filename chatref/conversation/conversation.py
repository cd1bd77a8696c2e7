"""A conversation: takes what happens to it, decides by the state chart, and says which events follow.

It knows no clock (every method is given `now`) and does nothing outside itself; the workflow owns time and effects.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Protocol

from statemachine.exceptions import TransitionNotAllowed

from chatref.conversation import contact, exchanges, words
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
from chatref.conversation.policy import EMAIL, INBOX, ON_A_LADDER, Audience, Channels, ServicePolicy
from chatref.conversation.refused import Refused, refuse_unless_agent
from chatref.conversation.standing import Standing, Telling, Told
from chatref.conversation.state import Accepted, ConversationState, Wait
from chatref.conversation.turns import Escalation, FormField, Outcome, OutcomeKind, Turn, VisitorMessage

REMEMBERED_IDS = 500
REMEMBERED_COMMANDS = 100
UNANSWERED_AT_MOST = 20
"""Messages of one turn that the assistant is given; of a longer burst, the latest."""


class NewId(Protocol):
    """Makes a UUID; in a workflow a deterministic one."""

    def __call__(self) -> str: ...


class Conversation:
    """One conversation. `state`, `policy` and its `version` are all it remembers.

    `take_events` hands over what happened since the last call, `take_tellings` who is to be told of it outside the
    inbox. What is `learn`ed of a team counts from the next transition on.

    `older` is a run that began before 2026-11-29: where other rules lead to other commands of its workflow, it keeps to
    those that it began with, so that it replays.
    """

    def __init__(
        self,
        state: ConversationState,
        policy: ServicePolicy,
        default_team: str,
        new_id: NewId,
        version: int = 0,
        *,
        older: bool = False,
    ) -> None:
        self._older = older
        self._chart = ConversationChart(Control(state.state))
        self.state = state
        self.policy = policy
        self.version = version
        self._default_team = default_team
        self._new_id = new_id
        self._events: list[Event] = []
        self._tellings: list[Telling] = []
        self._standings: dict[str, Standing] = {}
        self.finished = False

    # What the outside reads

    @property
    def deadline(self) -> Deadline | None:
        return next_deadline(self.state, self.policy)

    def take_events(self) -> tuple[Event, ...]:
        events, self._events = tuple(self._events), []
        return events

    def take_tellings(self) -> tuple[Telling, ...]:
        tellings, self._tellings = tuple(self._tellings), []
        return tellings

    @property
    def team(self) -> str:
        """The team that is responsible, or would be."""
        return self.state.team or self._default_team

    def hands_over_to(self, outcome: Outcome | None) -> str | None:
        """The team that gets the conversation if this is committed; None where it stays with the assistant."""
        if outcome is None:
            return self._default_team
        if outcome.kind is OutcomeKind.ESCALATE:
            assert outcome.escalation is not None, "an outcome that escalates says how"
            return outcome.escalation.team or self._default_team
        answers = outcome.kind is OutcomeKind.ANSWER
        return self._default_team if answers and self._cap_reached(1, _cost(outcome)) is not None else None

    @property
    def overdue_team(self) -> str | None:
        """The team that has to act when the deadline passes; None where that is nobody's."""
        match self.state.state:
            case State.COLLECTING_DETAILS:
                assert self.state.collecting is not None, "details are collected for an action"
                return self.state.collecting.action.team or self._default_team
            case State.ESCALATED | State.HUMAN_OWNED:
                return self.team
            case _:
                return None

    def learn(self, standing: Standing) -> None:
        """Take note of how a team stands."""
        self._standings[standing.team] = standing

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
        if state.state in (State.AI_HANDLING, State.COLLECTING_DETAILS):
            state.by_email = False
        if state.state is State.HUMAN_OWNED and state.wait is None:
            # Whoever writes again after an answer is here: the next one need not be mailed.
            state.by_email = False
            state.wait = self._new_wait(at, now)
            data |= self._waiting()
        self._emit(EventType.MESSAGE, author, at, event_id=message.id, text=message.text, public=True, data=data)
        state.unanswered = [*state.unanswered, message][-UNANSWERED_AT_MOST:]
        state.unanswered_seq = state.seq
        state.active_at = now
        came_from = self._send("visitor_wrote")
        if self._older:
            expected = came_from is State.ESCALATED and state.email_asked and not state.email
        else:
            expected = state.by_email and not state.answered and came_from in (State.ESCALATED, State.HUMAN_OWNED)
        if expected:
            self._take_email(message, now)
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
        self.state.tokens += _cost(outcome)
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
        state.answered = True
        self._emit(EventType.MESSAGE, _agent(agent), now, event_id=message_id, text=text, public=True, data=waited)
        if state.by_email and state.email:
            self._tellings.append(Telling(message_id, 0, Audience.VISITOR, EMAIL, self.team, address=state.email))
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
        promised = state.by_email and not self._older
        self._begin_anew()
        # Who was told that the answer will be mailed may have left.
        state.by_email = promised
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
            self._alert(Audience.OWNER, 0, HandoffReason.TRANSFERRED, now, self.policy.at_once)
        return Accepted(state.seq, to)

    def resolve(self, agent: Person, now: datetime, seen_seq: int | None = None) -> Accepted:
        """Settle the matter. With `seen_seq`, how far the agent has read: not over what the visitor wrote after it."""
        state = self.state
        if state.state is State.RESOLVED:
            return Accepted(state.seq, None)
        self._refuse_unless_owner_or_unowned(agent)
        if seen_seq is not None and state.unanswered and state.unanswered_seq > seen_seq:
            raise Refused("unread", "The visitor has written meanwhile. Read it, then resolve.")
        self._end("resolve", _agent(agent), now)
        return Accepted(state.seq, None)

    def offer(self, to: Person, now: datetime) -> None:
        """Tell an agent who is free that this one is theirs to take. Anybody else may still take it."""
        if self.state.state is State.ESCALATED:
            wait = self.state.wait
            assert wait is not None, "an escalated conversation always has a wait"
            self._alert(Audience.AGENT, wait.step, self._reason, now, self.policy.at_once, to)

    def owner_left(self, agent_id: str, now: datetime) -> None:
        """The agent has gone away: a visitor who waits for them goes back to the queue."""
        state = self.state
        if state.state is State.HUMAN_OWNED and state.wait is not None and state.owner and state.owner.id == agent_id:
            self._queue("owner_left", HandoffReason.OWNER_AWAY, SYSTEM, now)

    def told(self, telling: Telling, told: Told, now: datetime) -> None:
        """Take note of what came of a telling. One that failed moves the ladder on at once: it told nobody."""
        if told.outcome == "failed" and self._moves_on(telling):
            assert self.state.wait is not None, "only a wait moves on"
            self.state.wait = replace(self.state.wait, due_at=now)
        data = {
            "step": telling.step,
            "audience": telling.audience.value,
            "team": telling.team,
            "agent": telling.agent,
            "agent_name": telling.agent_name,
            "channel": telling.channel,
            "outcome": told.outcome,
            "reason": self._reason.value,
            "recipients": told.recipients,
            "why": told.why,
            "about": telling.event_id,
        }
        self._emit(EventType.ALERT, SYSTEM, now, data=data | self._waiting())

    def _moves_on(self, telling: Telling) -> bool:
        """Whether the ladder does if this telling failed: if it was the ladder's, and of the step that it is at."""
        wait = self.state.wait
        if self.state.state is not State.ESCALATED or wait is None or wait.opens_at is not None:
            return False
        if self._older:
            its = telling.team == self.team and telling.audience is not Audience.VISITOR
        else:
            its = telling.clock == wait.clock and telling.audience in ON_A_LADDER
        # Beyond the ladder the pauses between repeats hold, or a channel that stays broken would never let go.
        return its and wait.step == telling.step and wait.step < len(self.policy.ladder)

    # Time

    def overdue(self, now: datetime) -> None:
        """Do what the deadline is there for, if it has passed."""
        deadline = self.deadline
        if deadline is None or deadline.at > now:
            return
        self._adopt()
        wait = self.state.wait
        match deadline.kind:
            case DeadlineKind.ALERT_AGAIN | DeadlineKind.CLOSING:
                assert wait is not None
                self._climb(wait, now)
            case DeadlineKind.OPENING:
                assert wait is not None
                self._open(wait, now)
            case DeadlineKind.ALERT_OWNER:
                assert wait is not None
                # Counted from now, so that a late alert leaves the owner the whole grace.
                self.state.wait = replace(wait, step=1, clock=now - self.policy.owner_answers_within)
                self._alert(Audience.OWNER, 1, HandoffReason.OWNER_TOO_SLOW, now, self.policy.at_once)
            case DeadlineKind.RETURN_TO_QUEUE:
                self._queue("return_overdue", HandoffReason.OWNER_TOO_SLOW, SYSTEM, now)
            case DeadlineKind.STOP_COLLECTING:
                self._stop_collecting(now)
            case DeadlineKind.LAPSE:
                self._end("lapse", SYSTEM, now)
            case DeadlineKind.END:
                self.finished = True

    # The wait for a person

    @property
    def _standing(self) -> Standing | None:
        return self._standings.get(self.team)

    def _adopt(self) -> None:
        """From here on the newest policy of the team counts."""
        standing = self._standing
        if standing is not None and standing.policy is not None:
            self.policy, self.version = standing.policy, standing.version

    def _new_wait(self, since: datetime, now: datetime) -> Wait:
        policy = self.policy
        return Wait(since, now, target=since + (policy.next_response if self.state.answered else policy.first_response))

    def _in_queue(self, wait: Wait, now: datetime) -> Wait:
        """The wait as it is for the team: while that is closed, nothing is due and nothing gets late."""
        standing = self._standing
        return wait.handed_on(now, standing.opens_at, standing.closes_at) if standing else wait.handed_on(now)

    def _climb(self, wait: Wait, now: datetime) -> None:
        """The next step of the ladder; or, where the team has closed meanwhile, the truth about it."""
        standing = self._standing
        if standing is not None and standing.opens_at is not None:
            self.state.wait = wait.closed_until(standing.opens_at, now)
            self._tell_absence(now)
            return
        # After an outage several steps may have passed: one alert for the widest of them says it all.
        step = self.policy.step_due(wait.step, now - wait.clock)
        closes_at = standing.closes_at if standing else None
        self.state.wait = replace(wait, step=step + 1, closes_at=closes_at, due_at=None)
        rung = self.policy.rung(step)
        self._alert(rung.audience, step + 1, self._reason, now, rung.channels)
        if rung.say and step < len(self.policy.ladder):
            self._tell_visitor(rung.say, now)
        self._tell_absence(now)

    def _open(self, wait: Wait, now: datetime) -> None:
        """The team is back: its clock starts. Where it is not, after all, the visitor is told when it will be."""
        standing = self._standing
        opens_at = standing.opens_at if standing is not None else None
        if opens_at is not None and (self._older or opens_at > now):
            self.state.wait = wait.closed_until(opens_at, now)
        else:
            # Where it could not be found out how the team stands now, what is known says that it opens.
            closes_at = standing.closes_at if standing else None
            self.state.wait = replace(wait, clock=now, step=0, opens_at=None, closes_at=closes_at, told=False)
            self._alert(Audience.TEAM, 0, self._reason, now, self.policy.at_once)
        self._tell_absence(now)

    def _absence(self) -> str:
        """What the visitor has to be told because nobody is there; empty where somebody is, or they have been."""
        wait, standing = self.state.wait, self._standing
        if wait is None or wait.knows or standing is None:
            return ""
        if wait.opens_at is not None:
            return words.absence(self.policy.closed_text, standing.opens_words, self.state.email, self._mails)
        if standing.nobody_of(Audience.TEAM):
            return words.absence(self.policy.nobody_text, "", self.state.email, self._mails)
        return ""

    @property
    def _mails(self) -> bool:
        """Whether an answer can be mailed: nothing is promised that cannot be kept."""
        return self._older or (self._standing is not None and EMAIL in self._standing.channels)

    def _tell_absence(self, now: datetime) -> None:
        if text := self._absence():
            self._tell_visitor(text, now, self._promise(), away=True)

    def _promise(self) -> tuple[FormField, ...]:
        """The visitor is being told that nobody is there, and that the answer will be mailed, where it can be.

        Returns how to ask where to.
        """
        state = self.state
        assert state.wait is not None, "who does not wait is not told"
        state.wait = replace(state.wait, told=True, told_until=state.wait.opens_at)
        state.by_email = state.by_email or self._mails
        # Each promise asks anew, and again as often as that may be.
        state.email_asked = state.email_asked + 1 if self._older else 1
        return () if state.email or not self._mails else contact.FORM

    def _take_email(self, message: VisitorMessage, now: datetime) -> None:
        state = self.state
        if (detail := contact.email_in(message, whosever=self._older)) is not None:
            if detail.value != state.email:
                state.email = detail.value
                self._take_details((detail,), now)
            self._say_of_email(words.EMAIL_TAKEN.format(email=state.email), now)
            return
        somebodys = contact.email_in(message, whosever=True)
        if somebodys is not None and somebodys.value != state.email:
            self._ask_for_email(words.EMAIL_MEANT, now)
        elif contact.means_email(message) and not state.email:
            self._ask_for_email(words.EMAIL_WRONG, now)

    def _ask_for_email(self, text: str, now: datetime) -> None:
        if self.state.email_asked < contact.ASKED_AT_MOST:
            self.state.email_asked += 1
            self._say_of_email(text, now, contact.FORM)

    def _say_of_email(self, text: str, now: datetime, form: tuple[FormField, ...] = ()) -> None:
        """The assistant, but not over a person who has the conversation."""
        if self.state.state is State.ESCALATED:
            self._tell_visitor(text, now, form)

    @property
    def _away(self) -> dict[str, Any]:
        """For the widget: that nobody is there, and until when, where that is known."""
        wait = self.state.wait
        opens_at = wait.opens_at if wait else None
        return {"away": {"until": opens_at.isoformat() if opens_at else None}}

    def _tell_visitor(self, text: str, now: datetime, form: tuple[FormField, ...] = (), *, away: bool = False) -> None:
        """Say something while the visitor waits. It never ends the wait. `away` says that nobody is there."""
        data: dict[str, Any] = {"form": _form(form)} if form else {}
        if away:
            data |= self._away
        self._emit(EventType.MESSAGE, ASSISTANT, now, text=text, public=True, data=data | self._waiting())

    # Inside

    def _begin_anew(self) -> None:
        """The assistant starts over: what led to a handoff before is not to lead to one again."""
        state = self.state
        state.handoff = None
        state.answered = state.by_email = False
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

    def _cap_reached(self, turns: int = 0, tokens: int = 0) -> HandoffReason | None:
        """Whether the assistant has had its share, with so many more turns and tokens."""
        if self.state.turns + turns >= self.policy.turns_at_most:
            return HandoffReason.TOO_MANY_TURNS
        return HandoffReason.TOO_COSTLY if self.state.tokens + tokens >= self.policy.tokens_at_most else None

    @property
    def _reason(self) -> HandoffReason:
        return self.state.handoff.reason if self.state.handoff else HandoffReason.RETURNED_TO_QUEUE

    def _send(self, event: str) -> State:
        """Let the chart take the event; returns the state that it came from."""
        came_from = self.state.state
        # To make one costs as much as to send, and a conversation that is replayed sends hundreds of times.
        if self._chart.model.state is not came_from:
            self._chart = ConversationChart(Control(came_from))
        try:
            self._chart.send(event)
        except TransitionNotAllowed as error:
            said = came_from.value.replace("_", " ")
            message = f"This cannot be done while the conversation is {said}."
            raise Refused("invalid", message, self.state.owner) from error
        self.state.state = self._chart.model.state
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
        if self.state.wait is not None:
            what["policy_version"] = self.version
        self._emit(EventType.TRANSITION, author, now, public=public, data=what | self._waiting())

    def _waiting(self) -> dict[str, str]:
        """For the log: since when the visitor waits for a person and what the deadline is, where they do.

        While the team is closed, also when it opens.
        """
        wait, deadline = self.state.wait, self.deadline
        if wait is None or deadline is None:
            return {}
        known = {
            "waiting_since": wait.since,
            "deadline": deadline.at,
            "target": wait.target,
            "opens_at": wait.opens_at,
        }
        return {name: moment.isoformat() for name, moment in known.items() if moment is not None}

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
        self._adopt()
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
        state.wait = self._in_queue(self._new_wait(min(since, now), now), now)
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
        text = outcome.text or words.handoff_text(escalation.reason)
        waiting: dict[str, Any] = {}
        if absence := self._absence():
            # In one message with what else is said: who is told twice at once reads neither.
            outcome = replace(outcome, form=outcome.form or self._promise())
            text = f"{text}\n\n{absence}"
            waiting = self._away | self._waiting()
        self._say(replace(outcome, text=text), now, waiting)
        self._alert(Audience.TEAM, 0, escalation.reason, now, self.policy.at_once)

    def _say(self, outcome: Outcome, now: datetime, waiting: Mapping[str, Any] | None = None) -> None:
        """`waiting` goes along where it says how things stand: the ledger has it from there."""
        self.state.offered_person = outcome.offers_person
        data: dict[str, Any] = dict(waiting or {})
        if outcome.citations:
            data["citations"] = [vars(citation) for citation in outcome.citations]
        if outcome.quick_replies:
            data["quick_replies"] = list(outcome.quick_replies)
        if outcome.form:
            data["form"] = _form(outcome.form)
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

    def _alert(
        self,
        audience: Audience,
        step: int,
        reason: HandoffReason,
        now: datetime,
        channels: Channels = (INBOX,),
        agent: Person | None = None,
    ) -> None:
        """Tell somebody in the inbox, and have them told over the other channels that are set up."""
        wait, standing = self.state.wait, self._standing
        agent = agent or self.state.owner or Person("", "")
        data = {
            "step": step,
            "audience": audience.value,
            "team": self.state.team,
            "agent": agent.id,
            "agent_name": agent.name,
            "channel": INBOX,
            # Recording it is what shows it: the inbox reads the log. But a screen that nobody has open tells nobody.
            "outcome": "nobody_there" if standing and standing.nobody_of(audience, agent.id) else "delivered",
            "reason": reason.value,
        }
        self._emit(EventType.ALERT, SYSTEM, now, data=data | self._waiting())
        if standing is None or wait is None or wait.opens_at is not None:
            # Whoever is not at work is not called at home.
            return
        event_id = self._events[-1].id
        for channel in channels:
            if channel in standing.channels:
                telling = Telling(
                    event_id, step, audience, channel, self.team, agent.id, clock=wait.clock, agent_name=agent.name
                )
                self._tellings.append(telling)

    def _own(self, event: str, owner: Person, author: Author, now: datetime) -> None:
        state = self.state
        came_from = self._send(event)
        self._adopt()
        if state.wait is None and state.unanswered:
            state.wait = self._new_wait(state.unanswered[0].at, now)
        elif state.wait is not None:
            state.wait = state.wait.handed_on(now)
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
        data["team"] = state.team = self.team
        self._adopt()
        state.wait = self._in_queue(state.wait or self._new_wait(now, now), now)
        self._transition(event, came_from, now, author, public=True, data=data)
        self._alert(Audience.TEAM, 0, reason, now, self.policy.at_once)
        self._tell_absence(now)

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
        state.by_email = False
        state.unanswered = []
        state.active_at = now
        self._transition(event, came_from, now, author, public=event == "resolve")


def _agent(person: Person) -> Author:
    return Author(AuthorKind.AGENT, person.name, person.id)


def _cost(outcome: Outcome) -> int:
    """In tokens."""
    usage = outcome.usage
    return usage.input_tokens + usage.output_tokens if usage else 0


def _form(fields: tuple[FormField, ...]) -> list[dict[str, Any]]:
    return [{**vars(field), "choices": list(field.choices)} for field in fields]


def _seconds(now: datetime, since: datetime) -> int:
    return max(0, round((now - since).total_seconds()))


def _action_name(state: ConversationState) -> str:
    return state.collecting.action.name if state.collecting else ""
