"""A conversation: takes what happens to it, decides by the state chart, and says which events follow.

It knows no clock (every method is given `now`) and does nothing outside itself; the workflow owns time and effects.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from statemachine.exceptions import TransitionNotAllowed

from chatref.conversation import absence, entries, episode, ladder, words
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
)
from chatref.conversation.log import Log, NewId
from chatref.conversation.policy import EMAIL, INBOX, Audience, Channels, ServicePolicy
from chatref.conversation.refused import (
    Refused,
    refuse_if_resolved,
    refuse_unless_agent,
    refuse_unless_owner_or_unowned,
)
from chatref.conversation.standing import Standing, Telling, Told
from chatref.conversation.state import Accepted, ConversationState, Wait
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, Turn, VisitorMessage

REMEMBERED_IDS = 500
REMEMBERED_COMMANDS = 100
UNANSWERED_AT_MOST = 20
"""Messages of one turn that the assistant is given; of a longer burst, the latest."""


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
        self._log = Log(state, new_id)
        self._tellings: list[Telling] = []
        self._standings: dict[str, Standing] = {}
        self.finished = False

    # What the outside reads

    @property
    def deadline(self) -> Deadline | None:
        return next_deadline(self.state, self.policy)

    def take_events(self) -> tuple[Event, ...]:
        return self._log.take()

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
        if outcome.kind is not OutcomeKind.ANSWER:
            return None
        capped = episode.cap_reached(self.state, self.policy, turns=1, tokens=outcome.tokens)
        return self._default_team if capped is not None else None

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
        return episode.pending_turn(self.state)

    # The visitor

    def visitor_wrote(self, message: VisitorMessage, now: datetime) -> None:
        """Take a message; one with an id seen before changes nothing."""
        state = self.state
        if message.id in state.seen_ids:
            return
        self._remember_id(message.id)
        author = Author(AuthorKind.VISITOR)
        data: entries.Data = {"action": message.action} if message.action else {}
        at = min(message.at, now)
        if state.state in (State.AI_HANDLING, State.COLLECTING_DETAILS):
            state.by_email = False
        if state.state is State.HUMAN_OWNED and state.wait is None:
            # Whoever writes again after an answer is here: the next one need not be mailed.
            state.by_email = False
            state.wait = self._new_wait(at, now)
            data |= self._waiting()
        self._log.write(EventType.MESSAGE, author, at, event_id=message.id, text=message.text, public=True, data=data)
        state.unanswered = [*state.unanswered, message][-UNANSWERED_AT_MOST:]
        state.unanswered_seq = state.seq
        state.active_at = now
        came_from = self._send("visitor_wrote")
        heard = absence.hear(state, message, older=self._older)
        self._take_details(heard.details, now)
        self._tell_visitor(heard.notice, now)
        if came_from is State.RESOLVED:
            self.finished = False
            state.episode += 1
            state.priority = Priority.NORMAL
            episode.began_anew(state)
            self._transition("visitor_wrote", came_from, now, public=True)

    def rated(self, score: int, comment: str, now: datetime) -> None:
        self._log.write(EventType.RATING, Author(AuthorKind.VISITOR), now, text=comment, data={"score": score})

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
        self.state.tokens += outcome.tokens
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
                if (reason := episode.cap_reached(self.state, self.policy)) is not None:
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
        outcome = Outcome(OutcomeKind.ESCALATE, escalation=escalation, asked=episode.unanswered(self.state))
        self.commit(outcome, answers_seq, now)

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
        refuse_if_resolved(self.state)
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
        waited = entries.waited(state.wait.since, now) if state.wait else {}
        episode.agent_answered(state, text, agent.name)
        state.wait = None
        state.unanswered = []
        state.active_at = now
        state.answered = True
        self._log.write(EventType.MESSAGE, _agent(agent), now, event_id=message_id, text=text, public=True, data=waited)
        self._mail_if_promised(message_id)
        return Accepted(state.seq, state.owner)

    def note(self, agent: Person, message_id: str, text: str, now: datetime) -> Accepted:
        """A private message among agents, in any state."""
        if message_id not in self.state.seen_ids:
            self._remember_id(message_id)
            self._log.write(EventType.NOTE, _agent(agent), now, event_id=message_id, text=text)
        return Accepted(self.state.seq, self.state.owner)

    def tag(self, agent: Person, add: tuple[str, ...], remove: tuple[str, ...], now: datetime) -> Accepted:
        self._tag(_agent(agent), add, remove, now)
        return Accepted(self.state.seq, self.state.owner)

    def release_to_assistant(self, agent: Person, now: datetime) -> Accepted:
        """Hand the conversation back to the assistant, which answers what the visitor wrote meanwhile."""
        state = self.state
        refuse_unless_owner_or_unowned(self.state, agent)
        came_from = self._send("release_to_assistant")
        state.owner = state.wait = state.collecting = None
        state.active_at = now
        promised = state.by_email and not self._older
        episode.began_anew(state)
        # Who was told that the answer will be mailed may have left.
        state.by_email = promised
        self._transition("release_to_assistant", came_from, now, _agent(agent), public=True)
        return Accepted(state.seq, None)

    def release_to_queue(self, agent: Person, now: datetime) -> Accepted:
        refuse_unless_owner_or_unowned(self.state, agent)
        self._queue("release_to_queue", HandoffReason.RETURNED_TO_QUEUE, _agent(agent), now)
        return Accepted(self.state.seq, None)

    def transfer_to_team(self, agent: Person, team: str, now: datetime) -> Accepted:
        refuse_if_resolved(self.state)
        self.state.team = team
        self._queue("transfer_to_team", HandoffReason.TRANSFERRED, _agent(agent), now)
        return Accepted(self.state.seq, None)

    def assign(self, agent: Person, to: Person, now: datetime) -> Accepted:
        """Make `to` the owner, whoever it was; they are alerted."""
        state = self.state
        refuse_if_resolved(self.state)
        if state.owner == to:
            return Accepted(state.seq, to)
        self._own("assign", to, _agent(agent), now)
        if to.id != agent.id:
            self._alert(Audience.OWNER, HandoffReason.TRANSFERRED, now, self.policy.at_once)
        return Accepted(state.seq, to)

    def resolve(self, agent: Person, now: datetime, seen_seq: int | None = None) -> Accepted:
        """Settle the matter. With `seen_seq`, how far the agent has read: not over what the visitor wrote after it.

        A reply that crossed it does not answer it.
        """
        state = self.state
        if state.state is State.RESOLVED:
            return Accepted(state.seq, None)
        refuse_unless_owner_or_unowned(self.state, agent)
        if seen_seq is not None and state.unanswered_seq > seen_seq:
            raise Refused("unread", "The visitor has written meanwhile. Read it, then resolve.")
        self._end("resolve", _agent(agent), now)
        return Accepted(state.seq, None)

    def offer(self, to: Person, now: datetime) -> None:
        """Tell an agent who is free that this one is theirs to take. Anybody else may still take it."""
        if self.state.state is State.ESCALATED:
            wait = self.state.wait
            assert wait is not None, "an escalated conversation always has a wait"
            self._alert(Audience.AGENT, self._reason, now, self.policy.at_once, to)

    def owner_left(self, agent_id: str, now: datetime) -> None:
        """The agent has gone away: a visitor who waits for them goes back to the queue."""
        state = self.state
        if state.state is State.HUMAN_OWNED and state.wait is not None and state.owner and state.owner.id == agent_id:
            self._queue("owner_left", HandoffReason.OWNER_AWAY, SYSTEM, now)

    def told(self, telling: Telling, told: Told, now: datetime) -> None:
        """Take note of what came of a telling. One that failed moves the ladder on at once: it told nobody."""
        state = self.state
        wait = state.wait if state.state is State.ESCALATED else None
        failed = told.outcome == "failed"
        if failed and wait and ladder.needs(telling, wait, self.policy, self.team, older=self._older):
            state.wait = replace(wait, due_at=now)
        data = entries.told(telling, told, self._reason)
        self._log.write(EventType.ALERT, SYSTEM, now, data=data | self._waiting())

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
                self._move(ladder.climbed(wait, self.policy, self.standing, now), now)
            case DeadlineKind.OPENING:
                assert wait is not None
                self._move(ladder.opened(wait, self.policy, self.standing, now, older=self._older), now)
            case DeadlineKind.ALERT_OWNER:
                assert wait is not None
                # Counted from now, so that a late alert leaves the owner the whole grace.
                self.state.wait = replace(wait, step=1, clock=now - self.policy.owner_answers_within)
                self._alert(Audience.OWNER, HandoffReason.OWNER_TOO_SLOW, now, self.policy.at_once)
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
    def standing(self) -> Standing | None:
        """How the team stands that has the conversation, as far as that is known."""
        return self._standings.get(self.team)

    def _adopt(self) -> None:
        """From here on the newest policy of the team counts."""
        standing = self.standing
        if standing is not None and standing.policy is not None:
            self.policy, self.version = standing.policy, standing.version

    def _new_wait(self, since: datetime, now: datetime) -> Wait:
        policy = self.policy
        return Wait(since, now, target=since + (policy.next_response if self.state.answered else policy.first_response))

    def _move(self, move: ladder.Move, now: datetime) -> None:
        self.state.wait = move.wait
        if (call := move.call) is not None:
            self._alert(call.audience, self._reason, now, call.channels)
            self._tell_visitor(absence.Notice(call.say) if call.say else None, now)
        self._tell_visitor(self._absence(), now)

    def _absence(self) -> absence.Notice | None:
        return absence.tell(self.state, self.policy, self.standing, older=self._older)

    def _tell_visitor(self, notice: absence.Notice | None, now: datetime) -> None:
        """Say something while the visitor waits. It never ends the wait."""
        if notice is None:
            return
        data = entries.form(notice.form)
        if notice.away:
            data |= entries.away(self.state.wait)
        self._log.write(EventType.MESSAGE, ASSISTANT, now, text=notice.text, public=True, data=data | self._waiting())

    # Inside

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

    def _transition(
        self,
        event: str,
        came_from: State,
        now: datetime,
        author: Author = SYSTEM,
        *,
        public: bool = False,
        data: entries.Data | None = None,
    ) -> None:
        what: entries.Data = {"from": came_from.value, "to": self.state.state.value, "event": event} | (data or {})
        if self.state.wait is not None:
            what["policy_version"] = self.version
        self._log.write(EventType.TRANSITION, author, now, public=public, data=what | self._waiting())

    def _waiting(self) -> entries.Data:
        return entries.waiting(self.state.wait, self.deadline)

    def _remember_id(self, message_id: str) -> None:
        self.state.seen_ids = [*self.state.seen_ids[-REMEMBERED_IDS + 1 :], message_id]

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
            episode.answered(state, outcome)
        state.collecting = outcome.collecting
        state.turns += 1
        # An agent may have given back a chat whose visitor was promised the answer by mail.
        self._mail_if_promised(self._say(outcome, now).id)

    def _ask(self, outcome: Outcome, now: datetime) -> None:
        state = self.state
        collecting = outcome.collecting
        assert collecting is not None
        state.collecting = collecting
        if state.state is State.COLLECTING_DETAILS:
            self._send("ask")
        else:
            came_from = self._send("start_action")
            self._transition("start_action", came_from, now, data=entries.started(collecting))
        self._mail_if_promised(self._say(outcome, now).id)

    def _escalate(self, escalation: Escalation, outcome: Outcome, since: datetime, now: datetime) -> None:
        state = self.state
        came_from = self._send("escalate")
        summary = episode.summary(state, escalation.reason, escalation.evidence, outcome.asked)
        state.collecting = None
        state.unanswered = []
        state.team = escalation.team or self._default_team
        self._adopt()
        state.priority = escalation.priority
        state.handoff = escalation.handoff(now, summary)
        state.wait = ladder.entered(self._new_wait(min(since, now), now), self.standing, now)
        data = entries.escalated(escalation, state.team, summary)
        self._transition("escalate", came_from, now, public=True, data=data)
        self._tag(SYSTEM, escalation.tags, (), now)
        text = outcome.text or words.handoff_text(escalation.reason)
        waiting: entries.Data = {}
        if (notice := self._absence()) is not None:
            # In one message with what else is said: who is told twice at once reads neither.
            outcome = replace(outcome, form=outcome.form or notice.form)
            text = f"{text}\n\n{notice.text}"
            waiting = entries.away(state.wait) | self._waiting()
        self._say(replace(outcome, text=text), now, waiting)
        self._alert(Audience.TEAM, escalation.reason, now, self.policy.at_once)

    def _say(self, outcome: Outcome, now: datetime, waiting: entries.Data | None = None) -> Event:
        """`waiting` goes along where it says how things stand: the ledger has it from there."""
        self.state.offered_person = outcome.offers_person
        data = (waiting or {}) | entries.said(outcome)
        return self._log.write(EventType.MESSAGE, ASSISTANT, now, text=outcome.text, public=True, data=data)

    def _mail_if_promised(self, message_id: str) -> None:
        state = self.state
        if state.by_email and state.email:
            self._tellings.append(Telling(message_id, 0, Audience.VISITOR, EMAIL, self.team, address=state.email))

    def _take_details(self, details: tuple[Detail, ...], now: datetime) -> None:
        vouched = self.state.vouched_email.casefold()
        for taken in details:
            detail = replace(taken, verified=bool(vouched) and taken.value.casefold() == vouched)
            kept = tuple(known for known in self.state.details if known.name != detail.name)
            self.state.details = (*kept, detail)
            self._log.write(EventType.DETAIL, Author(AuthorKind.VISITOR), now, data=vars(detail))

    def _tag(self, author: Author, add: tuple[str, ...], remove: tuple[str, ...], now: datetime) -> None:
        state = self.state
        added = [tag for tag in dict.fromkeys(add) if tag not in state.tags]
        removed = [tag for tag in dict.fromkeys(remove) if tag in state.tags]
        if added or removed:
            state.tags = (*(tag for tag in state.tags if tag not in removed), *added)
            data = {"tags": list(state.tags), "added": added, "removed": removed}
            self._log.write(EventType.TAGS, author, now, data=data)

    def _alert(
        self,
        audience: Audience,
        reason: HandoffReason,
        now: datetime,
        channels: Channels,
        agent: Person | None = None,
    ) -> None:
        """Tell somebody in the inbox, and have them told over the other channels that are set up.

        It counts as the step that the wait is at. Without an `agent` the owner is meant, where there is one.
        """
        state, wait, standing = self.state, self.state.wait, self.standing
        step = wait.step if wait else 0
        agent = agent or state.owner or Person("", "")
        # Recording it is what shows it: the inbox reads the log. But a screen that nobody has open tells nobody.
        outcome = "nobody_there" if standing and standing.nobody_of(audience, agent.id) else "delivered"
        data = entries.alerted(step, audience, state.team, agent, INBOX, outcome, reason)
        event = self._log.write(EventType.ALERT, SYSTEM, now, data=data | self._waiting())
        if standing is None or wait is None or wait.opens_at is not None:
            # Whoever is not at work is not called at home.
            return
        self._tellings += [
            Telling(event.id, step, audience, channel, self.team, agent.id, clock=wait.clock, agent_name=agent.name)
            for channel in channels
            if channel in standing.channels
        ]

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
        data: entries.Data = {"owner": vars(owner)}
        if state.wait is not None:
            data |= entries.waited(state.wait.since, now)
        self._transition(event, came_from, now, author, public=True, data=data)

    def _queue(self, event: str, reason: HandoffReason, author: Author, now: datetime) -> None:
        state = self.state
        came_from = self._send(event)
        data: entries.Data = {"reason": reason.value}
        if state.handoff is None:
            state.handoff = Handoff(
                reason, "", "", now, summary=episode.summary(state, reason, "", episode.unanswered(state))
            )
            data["summary"] = asdict(state.handoff.summary)
        state.owner = None
        state.collecting = None
        data["team"] = state.team = self.team
        self._adopt()
        state.wait = ladder.entered(state.wait or self._new_wait(now, now), self.standing, now)
        self._transition(event, came_from, now, author, public=True, data=data)
        self._alert(Audience.TEAM, reason, now, self.policy.at_once)
        self._tell_visitor(self._absence(), now)

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


def _action_name(state: ConversationState) -> str:
    return state.collecting.action.name if state.collecting else ""
