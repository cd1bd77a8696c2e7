"""The ledger: what the log alone says about who waited, who was told, and why it ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from chatref.conversation.conversation import Conversation
from chatref.conversation.events import Event, EventType, HandoffReason, Person, State
from chatref.conversation.policy import Audience, LadderStep, ServicePolicy
from chatref.conversation.protection import WAIT_DEADLINES
from chatref.conversation.refused import Refused
from chatref.conversation.standing import Standing, Telling, Told
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, VisitorMessage
from chatref.conversation.waits import Ending, Ledger, StepKind, WaitRecord, ledger
from tests.conversation.test_conversation import ADA, BO, CANCEL, START, after, message

_WAITING = WAIT_DEADLINES


class Story:
    """A conversation and all that it has said so far."""

    def __init__(self) -> None:
        ids = count(1)
        self.conversation = Conversation(
            ConversationState("c", active_at=START), ServicePolicy(), "support", lambda: str(UUID(int=next(ids)))
        )
        self.log: list[Event] = []
        self.tellings: list[Telling] = []

    def stand(self, standing: Standing) -> None:
        """As it is with every team from now on."""
        for team in ("support", "billing"):
            self.conversation.learn(replace(standing, team=team))

    def deliver(self, outcome: Told, now: datetime) -> None:
        """The oldest telling that is under way comes to this."""
        if self.tellings:
            self.conversation.told(self.tellings.pop(0), outcome, now)

    def take(self) -> tuple[list[Event], list[Telling]]:
        """What is new since the last time."""
        events, tellings = list(self.conversation.take_events()), list(self.conversation.take_tellings())
        self.log += events
        self.tellings += tellings
        return events, tellings

    @property
    def ledger(self) -> Ledger:
        self.log += self.conversation.take_events()
        return ledger(self.log)

    def escalate(self, now: datetime = START) -> None:
        self.conversation.visitor_wrote(message("I want to cancel", now), now)
        escalation = Escalation(
            HandoffReason.ACTION,
            "I want to cancel",
            "message-1",
            action_id=CANCEL.id,
            action=CANCEL.name,
            action_version=3,
            team="billing",
        )
        self.conversation.commit(
            Outcome(OutcomeKind.ESCALATE, escalation=escalation), self.conversation.state.unanswered_seq, now
        )


def kinds(wait: WaitRecord) -> list[StepKind]:
    return [step.kind for step in wait.steps]


def test_a_wait_that_nobody_took_for_a_while() -> None:
    told = Story()
    told.escalate()
    for minutes in (1, 3):
        told.conversation.overdue(after(minutes=minutes))
    [wait] = told.ledger.waits
    assert (wait.since, wait.deadline, wait.ended_at) == (START, after(minutes=10), None)
    assert kinds(wait) == [StepKind.BEGAN, StepKind.ALERTED, StepKind.ALERTED, StepKind.ALERTED]
    assert [step.deadline for step in wait.steps] == [after(minutes=m) for m in (1, 1, 3, 10)]
    assert [(step.alert.audience, step.alert.channel, step.alert.outcome) for step in wait.steps if step.alert] == [
        ("team", "inbox", "delivered"),
        ("team", "inbox", "delivered"),
        ("everybody", "inbox", "delivered"),
    ]

    told.conversation.claim(ADA, after(minutes=4))
    told.conversation.reply(ADA, "reply-1", "Hello", after(minutes=5))
    [wait] = told.ledger.waits
    assert (wait.taken_by, wait.taken_at) == (ADA, after(minutes=4))
    assert (wait.ending, wait.ended_by, wait.ended_at) == (Ending.ANSWERED, ADA, after(minutes=5))
    assert wait.deadline is None


def test_the_handoff_names_the_rule_its_version_and_the_words() -> None:
    told = Story()
    told.escalate()
    [handoff] = told.ledger.handoffs
    assert (handoff.reason, handoff.action, handoff.action_version) == (HandoffReason.ACTION, CANCEL.name, 3)
    assert (handoff.evidence, handoff.message_id, handoff.team) == ("I want to cancel", "message-1", "billing")
    told.conversation.claim(ADA, after(minutes=1))
    told.conversation.resolve(ADA, after(minutes=2))
    [handoff] = told.ledger.handoffs
    assert (handoff.ending, handoff.ended_by, handoff.ended_at) == (Ending.RESOLVED, ADA, after(minutes=2))
    assert told.ledger.waits[0].ending is Ending.RESOLVED


def test_an_owner_who_does_not_answer_is_on_record() -> None:
    told = Story()
    told.escalate()
    told.conversation.claim(ADA, after(seconds=30))
    told.conversation.reply(ADA, "reply-1", "One moment", after(seconds=40))
    told.conversation.visitor_wrote(message("still there?", after(minutes=1)), after(minutes=1))
    told.conversation.overdue(after(minutes=3))
    told.conversation.overdue(after(minutes=6))
    first, second = told.ledger.waits
    assert first.ending is Ending.ANSWERED
    assert (second.since, second.handoff) == (after(minutes=1), 1)
    assert kinds(second) == [StepKind.BEGAN, StepKind.ALERTED, StepKind.OVERDUE, StepKind.ALERTED]
    began, reminded, overdue, alerted = second.steps
    assert (began.owner, began.deadline) == (ADA, after(minutes=3))
    assert (reminded.alert and reminded.alert.agent, reminded.deadline) == (ADA.id, after(minutes=6))
    assert (overdue.owner, overdue.team) == (None, "billing")
    assert alerted.deadline == after(minutes=7)


def test_an_agent_who_steps_in_unasked_begins_a_handoff_without_a_reason() -> None:
    told = Story()
    told.conversation.visitor_wrote(message(), START)
    told.conversation.claim(BO, after(seconds=5))
    [handoff] = told.ledger.handoffs
    assert (handoff.reason, handoff.by) == (None, BO)
    [wait] = told.ledger.waits
    assert kinds(wait) == [StepKind.BEGAN, StepKind.TAKEN]
    told.conversation.release_to_assistant(BO, after(seconds=9))
    assert told.ledger.waits[0].ending is Ending.RETURNED_TO_ASSISTANT


def test_closed_hours_are_counted_apart() -> None:
    told = Story()
    told.stand(replace(OPEN, opens_at=after(hours=15)))
    told.escalate()
    [wait] = told.ledger.waits
    assert (wait.target, wait.opens_at, wait.closed) == (after(hours=15, minutes=5), after(hours=15), timedelta())
    told.stand(OPEN)
    told.conversation.overdue(after(hours=15))
    told.conversation.reply(ADA, "reply-1", "Good morning", after(hours=15, minutes=2))
    [wait] = told.ledger.waits
    assert (wait.closed, wait.opens_at, wait.target) == (timedelta(hours=15), None, after(hours=15, minutes=5))


def test_whoever_answers_while_the_team_is_closed_ends_the_closed_hours() -> None:
    told = Story()
    told.stand(replace(OPEN, opens_at=after(hours=15)))
    told.escalate()
    told.conversation.claim(ADA, after(hours=1))
    told.conversation.reply(ADA, "reply-1", "Up late", after(hours=1, minutes=3))
    [wait] = told.ledger.waits
    assert (wait.closed, wait.target) == (timedelta(hours=1), after(hours=1, minutes=5))


def test_the_first_answer_and_all_alerts_are_the_handoffs() -> None:
    told = Story()
    told.stand(OPEN)
    told.escalate()
    told.take()
    told.conversation.assign(ADA, BO, after(seconds=10))
    told.conversation.reply(BO, "reply-1", "Hello", after(seconds=20))
    told.conversation.assign(BO, ADA, after(seconds=30))
    told.deliver(Told(False, 0, "down"), after(seconds=40))
    told.conversation.visitor_wrote(message("thanks", after(seconds=50)), after(seconds=50))
    [handoff] = told.ledger.handoffs
    assert handoff.answered_at == after(seconds=20)
    assert [(alert.audience, alert.channel) for alert in handoff.alerts] == [
        ("team", "inbox"),
        ("owner", "inbox"),
        ("owner", "inbox"),
        ("team", "push"),
    ]
    assert [wait.first for wait in told.ledger.waits] == [True, False]


def test_a_conversation_without_people_has_an_empty_ledger() -> None:
    told = Story()
    told.conversation.visitor_wrote(message(), START)
    told.conversation.commit(Outcome(OutcomeKind.ANSWER, text="Hi"), 1, START)
    assert told.ledger == Ledger()


OPEN = Standing("support", 0, there=dict.fromkeys(Audience, 1), channels=frozenset({"push", "email", "webhook:ops"}))
_QUICKER = ServicePolicy(
    ladder=(LadderStep(after=timedelta(seconds=30), audience=Audience.SUPERVISORS, channels=("webhook:ops",)),),
    owner_answers_within=timedelta(seconds=40),
)
_AGENTS = st.sampled_from([ADA, BO])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *["write", "person", "answer", "claim", "reply", "queue", "assistant", "team", "assign", "resolve"],
                *["late", "late", "closed", "empty", "open", "changed", "offer", "left", "fails", "arrives", "address"],
            ]
        ),
        _AGENTS,
        st.integers(1, 600),
    ),
    max_size=40,
)


def do(told: Story, what: str, agent: Person, now: datetime) -> None:
    conversation, state = told.conversation, told.conversation.state
    match what:
        case "write":
            conversation.visitor_wrote(VisitorMessage(f"m{now.timestamp()}", "hello", now), now)
        case "person":
            told.escalate(now)
        case "answer":
            conversation.commit(Outcome(OutcomeKind.ANSWER, text="Hi"), state.unanswered_seq, now)
        case "claim":
            conversation.claim(agent, now)
        case "reply":
            conversation.reply(agent, f"r{now.timestamp()}", "Hello", now)
        case "queue":
            conversation.release_to_queue(agent, now)
        case "assistant":
            conversation.release_to_assistant(agent, now)
        case "team":
            conversation.transfer_to_team(agent, "billing", now)
        case "assign":
            conversation.assign(agent, BO, now)
        case "resolve":
            conversation.resolve(agent, now)
        case "late":
            conversation.overdue(now)
        case "closed":
            told.stand(replace(OPEN, opens_at=now + timedelta(minutes=20), opens_words="soon"))
        case "empty":
            told.stand(replace(OPEN, there=dict.fromkeys(Audience, 0)))
        case "open":
            told.stand(replace(OPEN, closes_at=now + timedelta(minutes=15)))
        case "changed":
            told.stand(replace(OPEN, version=conversation.version + 1, policy=_QUICKER))
        case "offer":
            conversation.offer(agent, now)
        case "left":
            conversation.owner_left(agent.id, now)
        case "fails" | "arrives":
            told.deliver(Told(what == "arrives", 1, "" if what == "arrives" else "down"), now)
        case "address":
            conversation.visitor_wrote(VisitorMessage(f"e{now.timestamp()}", "ann@example.com", now), now)


def _nobody_is_called_who_need_not_be(told: Story) -> None:
    """No alert to any group once somebody has taken it, and none over any channel while the team is closed."""
    events, tellings = told.take()
    state = told.conversation.state
    # What is heard of a telling that went out before is written down whenever it is heard.
    alerts = [event for event in events if event.type is EventType.ALERT and event.data["channel"] == "inbox"]
    if state.state is not State.ESCALATED:
        assert not [event for event in alerts if event.data["audience"] not in ("owner", "visitor")]
        assert not [each for each in tellings if each.audience not in (Audience.OWNER, Audience.VISITOR)]
    elif state.wait is not None and state.wait.opens_at is not None:
        assert not tellings
    assert all(each.address for each in tellings if each.audience is Audience.VISITOR)


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_whatever_happens_the_log_tells_the_same_wait_as_the_workflow_has(steps: list[tuple[str, Person, int]]) -> None:
    told, now = Story(), START
    for what, agent, seconds in steps:
        now += timedelta(seconds=seconds)
        try:
            do(told, what, agent, now)
        except Refused:
            pass
        _nobody_is_called_who_need_not_be(told)
        wait, deadline = told.conversation.state.wait, told.conversation.deadline
        known = told.ledger.waits
        live = [each for each in known if each.ended_at is None]
        assert len(live) == (wait is not None)
        if wait is not None:
            # Exactly one wait, with exactly the deadline that the workflow's timer is set to.
            assert deadline is not None
            assert deadline.kind in _WAITING
            assert (live[0].since, live[0].deadline) == (wait.since, deadline.at)
            assert (live[0].target, live[0].opens_at) == (wait.target, wait.opens_at)
            assert live[0].first != told.conversation.state.answered
        else:
            assert deadline is None or deadline.kind not in _WAITING
    for each in told.ledger.waits:
        assert (each.ended_at is None) == (each.ending is None)
        assert each.steps[0].kind is StepKind.BEGAN
        assert each.since <= each.steps[0].at
        # After its end, a wait only hears what came of mailing the answer.
        ended = [step.kind is StepKind.ENDED for step in each.steps]
        assert ended.count(True) == (each.ended_at is not None)
        mailed = each.steps[ended.index(True) + 1 :] if any(ended) else ()
        assert all(step.alert and step.alert.audience == Audience.VISITOR for step in mailed)
    assert all(event.type is not EventType.ALERT or event.data["outcome"] for event in told.log)
