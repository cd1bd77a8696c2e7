"""The conversation itself: what each thing that happens leads to. No engine, no database, no clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatref.conversation.actions import CustomAction, DetailField
from chatref.conversation.conversation import REMEMBERED_COMMANDS, REMEMBERED_IDS, Conversation
from chatref.conversation.deadlines import DeadlineKind
from chatref.conversation.events import Detail, Event, EventType, HandoffReason, Person, Priority, State
from chatref.conversation.policy import LadderStep, ServicePolicy
from chatref.conversation.refused import Refused
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import (
    Collecting,
    Escalation,
    Outcome,
    OutcomeKind,
    Stage,
    VisitorMessage,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ADA = Person("00000000-0000-4000-8000-00000000000a", "Ada")
BO = Person("00000000-0000-4000-8000-00000000000b", "Bo")
CANCEL = CustomAction(
    id="cancel",
    name="Cancel subscription",
    confirmation="Shall I?",
    fields=(DetailField(name="account_id", label="Account ID", prompt="Which account?"),),
    tags=("cancellation",),
    team="billing",
    priority=Priority.HIGH,
)


def after(**duration: float) -> datetime:
    return START + timedelta(**duration)


def message(text: str = "Hello", at: datetime = START, message_id: str = "") -> VisitorMessage:
    return VisitorMessage(message_id or f"message-{text}-{at.timestamp()}", text, at)


@pytest.fixture
def conversation() -> Conversation:
    ids = count(1)

    def new_id() -> str:
        return str(UUID(int=next(ids)))

    return Conversation(ConversationState("c", active_at=START), ServicePolicy(), "support", new_id)


def answer(text: str = "An answer") -> Outcome:
    return Outcome(OutcomeKind.ANSWER, text=text)


def ask(text: str = "Shall I?", stage: Stage = Stage.CONFIRMING) -> Outcome:
    return Outcome(OutcomeKind.ASK, text=text, collecting=Collecting(CANCEL, stage, "cancel it", "m1"))


def escalation(reason: HandoffReason = HandoffReason.ASKED_FOR_PERSON, **more: object) -> Outcome:
    return Outcome(OutcomeKind.ESCALATE, escalation=Escalation(reason, "a person please", "m1", **more))  # type: ignore[arg-type]


def escalate(conversation: Conversation, at: datetime = START) -> None:
    conversation.visitor_wrote(message("a person please", at), at)
    assert conversation.commit(escalation(), conversation.state.unanswered_seq, at)


def types(events: tuple[Event, ...]) -> list[EventType]:
    return [event.type for event in events]


def alerts(events: tuple[Event, ...]) -> list[tuple[int, str]]:
    return [(event.data["step"], event.data["audience"]) for event in events if event.type is EventType.ALERT]


class TestVisitorMessages:
    def test_are_numbered_from_one_without_a_gap(self, conversation: Conversation) -> None:
        for text in "abc":
            conversation.visitor_wrote(message(text), START)
        assert [event.seq for event in conversation.take_events()] == [1, 2, 3]
        assert conversation.take_events() == ()

    def test_with_an_id_seen_before_change_nothing(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(message_id="m1"), START)
        conversation.visitor_wrote(message("other words", message_id="m1"), START)
        assert [event.text for event in conversation.take_events()] == ["Hello"]

    def test_are_remembered_within_a_bound(self, conversation: Conversation) -> None:
        for number in range(REMEMBERED_IDS + 5):
            conversation.visitor_wrote(message(message_id=f"m{number}"), START)
        assert len(conversation.state.seen_ids) == REMEMBERED_IDS
        assert conversation.state.seen_ids[-1] == f"m{REMEMBERED_IDS + 4}"

    def test_from_a_clock_ahead_of_ours_are_not_in_the_future(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(at=after(hours=1)), START)
        assert conversation.take_events()[0].at == START

    def test_that_came_together_are_one_turn(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message("one"), START)
        conversation.visitor_wrote(message("two"), START)
        turn = conversation.pending_turn()
        assert turn is not None
        assert ([m.text for m in turn.messages], turn.answers_seq) == (["one", "two"], 2)


class TestTheAssistantsReply:
    def test_commits_for_the_message_that_it_answers(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        assert conversation.commit(answer(), 1, START)
        assert types(conversation.take_events()) == [EventType.MESSAGE, EventType.MESSAGE]
        assert conversation.pending_turn() is None

    def test_is_dropped_when_the_visitor_has_written_since(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message("one"), START)
        conversation.visitor_wrote(message("two"), START)
        assert not conversation.commit(answer(), 1, START)
        assert [event.text for event in conversation.take_events()] == ["one", "two"]

    def test_is_dropped_when_a_person_has_taken_over(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        conversation.claim(ADA, START)
        assert not conversation.commit(answer("too late"), 1, START)
        assert "too late" not in [event.text for event in conversation.take_events()]

    def test_is_not_committed_twice(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        assert conversation.commit(answer(), 1, START)
        assert not conversation.commit(answer(), 1, START)

    def test_that_never_came_becomes_a_handoff(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        conversation.assistant_failed(1, START)
        assert conversation.state.state is State.ESCALATED
        assert conversation.state.handoff is not None
        assert conversation.state.handoff.reason is HandoffReason.ASSISTANT_FAILED
        said = [event for event in conversation.take_events() if event.type is EventType.MESSAGE]
        assert len(said) == 2, "the visitor is told"

    def test_after_too_many_turns_is_followed_by_a_handoff(self) -> None:
        policy = ServicePolicy(turns_at_most=2)
        conversation = Conversation(ConversationState("c", active_at=START), policy, "support", lambda: "id")
        for number in range(2):
            conversation.visitor_wrote(message(message_id=f"m{number}"), START)
            conversation.commit(answer(), conversation.state.unanswered_seq, START)
        assert conversation.state.handoff is not None
        assert conversation.state.handoff.reason is HandoffReason.TOO_MANY_TURNS


class TestAnAction:
    def test_is_confirmed_first_and_then_escalates_with_its_details(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message("cancel it"), START)
        conversation.commit(ask(), 1, START)
        assert conversation.state.collecting is not None
        conversation.visitor_wrote(message("yes, account 7"), START)
        outcome = escalation(HandoffReason.ACTION, action="Cancel subscription", team="billing", tags=("cancellation",))
        outcome = Outcome(
            OutcomeKind.ESCALATE,
            text="Passed on.",
            escalation=outcome.escalation,
            details=(Detail("account_id", "Account ID", "7"),),
        )
        conversation.take_events()
        conversation.commit(outcome, conversation.state.unanswered_seq, START)
        assert conversation.state.state is State.ESCALATED
        assert conversation.state.team == "billing"
        assert conversation.state.tags == ("cancellation",)
        assert conversation.state.details == (Detail("account_id", "Account ID", "7"),)
        assert types(conversation.take_events()) == [
            EventType.DETAIL,
            EventType.TRANSITION,
            EventType.TAGS,
            EventType.MESSAGE,
            EventType.ALERT,
        ]

    def test_that_the_visitor_declines_leads_back_to_the_assistant(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message("cancel it"), START)
        conversation.commit(ask(), 1, START)
        conversation.visitor_wrote(message("no"), START)
        conversation.commit(answer("All right."), conversation.state.unanswered_seq, START)
        assert conversation.state.state is State.AI_HANDLING
        assert conversation.state.collecting is None

    def test_goes_on_after_a_question_in_between(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message("cancel it"), START)
        conversation.commit(ask(), 1, START)
        conversation.visitor_wrote(message("what does that cost?"), START)
        between = Outcome(OutcomeKind.ANSWER, text="Nothing.", collecting=ask().collecting)
        conversation.commit(between, conversation.state.unanswered_seq, START)
        assert conversation.state.state is State.COLLECTING_DETAILS

    def test_whose_details_never_come_escalates_with_what_there_is(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message("cancel it"), START)
        conversation.commit(ask(), 1, START)
        deadline = conversation.deadline
        assert deadline is not None
        assert (deadline.kind, deadline.at) == (DeadlineKind.STOP_COLLECTING, after(minutes=5))
        conversation.overdue(deadline.at)
        assert conversation.state.handoff is not None
        assert conversation.state.team == "billing"
        assert conversation.state.handoff is not None
        assert conversation.state.handoff.reason is HandoffReason.DETAILS_TIMED_OUT


class TestEscalation:
    def test_tells_the_visitor_and_alerts_the_team_at_once(self, conversation: Conversation) -> None:
        escalate(conversation)
        events = conversation.take_events()
        assert types(events)[1:] == [EventType.TRANSITION, EventType.MESSAGE, EventType.ALERT]
        assert alerts(events) == [(0, "team")]

    def test_climbs_the_ladder_and_then_repeats_with_growing_pauses(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.take_events()
        minutes = []
        for _ in range(6):
            deadline = conversation.deadline
            assert deadline is not None
            minutes.append((deadline.at - START) / timedelta(minutes=1))
            conversation.overdue(deadline.at)
        assert minutes == [1, 3, 10, 20, 40, 80]
        assert [audience for _, audience in alerts(conversation.take_events())] == ["team", *["everybody"] * 5]

    def test_that_was_overslept_alerts_once_at_the_widest_step(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.take_events()
        conversation.overdue(after(minutes=15))
        assert alerts(conversation.take_events()) == [(3, "everybody")]
        assert conversation.deadline is not None
        assert conversation.deadline.at == after(minutes=20)

    def test_is_not_ended_by_anything_automatic(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.overdue(after(minutes=1))
        conversation.visitor_wrote(message("hello?"), after(minutes=2))
        assert conversation.state.wait is not None
        assert conversation.state.wait.since == START
        assert conversation.pending_turn() is None, "the assistant keeps quiet while a person is awaited"

    def test_is_not_overdue_before_its_time(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.take_events()
        conversation.overdue(after(seconds=59))
        assert conversation.take_events() == ()


class TestClaim:
    def test_makes_the_agent_the_owner_and_keeps_the_wait_until_they_answer(self, conversation: Conversation) -> None:
        escalate(conversation)
        accepted = conversation.claim(ADA, after(seconds=42))
        assert accepted.owner == ADA
        assert conversation.state.wait is not None
        assert conversation.take_events()[-1].data["waited_seconds"] == 42
        assert conversation.deadline is not None
        assert conversation.deadline.at == after(seconds=42, minutes=2)

    def test_by_a_second_agent_is_refused_with_the_winners_name(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.claim(ADA, START)
        with pytest.raises(Refused) as refused:
            conversation.claim(BO, START)
        assert (refused.value.code, refused.value.owner) == ("already_claimed", ADA)

    def test_again_by_the_owner_changes_nothing(self, conversation: Conversation) -> None:
        escalate(conversation)
        first = conversation.claim(ADA, START)
        conversation.take_events()
        assert conversation.claim(ADA, START) == first
        assert conversation.take_events() == ()

    def test_of_a_chat_that_the_assistant_has_answered_starts_no_wait(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        conversation.commit(answer(), 1, START)
        conversation.claim(ADA, START)
        assert conversation.state.wait is None
        assert conversation.deadline is None

    def test_of_a_chat_with_an_unanswered_message_starts_a_wait(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        conversation.claim(ADA, after(seconds=5))
        assert conversation.state.wait is not None
        assert conversation.state.wait.since == START

    def test_by_somebody_who_is_no_agent_is_refused(self, conversation: Conversation) -> None:
        with pytest.raises(Refused):
            conversation.claim(Person("ada", "Ada"), START)

    def test_of_a_resolved_conversation_is_refused(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        conversation.resolve(ADA, START)
        with pytest.raises(Refused) as refused:
            conversation.claim(BO, START)
        assert refused.value.code == "conversation_resolved"


class TestReply:
    def test_is_a_claim(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.take_events()
        conversation.reply(ADA, "r1", "Hi, Ada here", after(seconds=30))
        assert conversation.state.owner == ADA
        assert types(conversation.take_events()) == [EventType.TRANSITION, EventType.MESSAGE]

    def test_ends_the_wait(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.reply(ADA, "r1", "Hi", after(seconds=30))
        assert conversation.state.wait is None
        assert conversation.deadline is None
        assert conversation.take_events()[-1].data == {"waited_seconds": 30}

    def test_with_the_same_id_is_said_once(self, conversation: Conversation) -> None:
        conversation.reply(ADA, "r1", "Hi", START)
        conversation.take_events()
        conversation.reply(ADA, "r1", "Hi", START)
        assert conversation.take_events() == ()

    def test_to_a_colleagues_conversation_is_refused(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        with pytest.raises(Refused) as refused:
            conversation.reply(BO, "r1", "Hi", START)
        assert refused.value.owner == ADA


class TestTheOwnersClock:
    @pytest.fixture
    def waiting(self, conversation: Conversation) -> Conversation:
        conversation.reply(ADA, "r1", "Hi", START)
        conversation.visitor_wrote(message("and now?"), START)
        conversation.take_events()
        return conversation

    def test_alerts_the_owner_first(self, waiting: Conversation) -> None:
        waiting.overdue(after(minutes=2))
        assert alerts(waiting.take_events()) == [(1, "owner")]
        assert waiting.state.owner == ADA

    def test_then_returns_the_conversation_to_the_queue_and_alerts_the_team(self, waiting: Conversation) -> None:
        waiting.overdue(after(minutes=2))
        waiting.overdue(after(minutes=5))
        assert waiting.state.state is State.ESCALATED
        assert waiting.state.owner is None
        assert waiting.state.wait is not None
        assert waiting.state.wait.since == START, "the visitor has waited since they wrote"
        assert alerts(waiting.take_events()) == [(1, "owner"), (0, "team")]

    def test_is_stopped_by_an_answer(self, waiting: Conversation) -> None:
        waiting.overdue(after(minutes=2))
        waiting.reply(ADA, "r2", "Now this", after(minutes=3))
        assert waiting.deadline is None

    def test_leaves_the_whole_grace_after_a_late_alert(self, waiting: Conversation) -> None:
        waiting.overdue(after(minutes=30))
        assert waiting.deadline is not None
        assert waiting.deadline.at == after(minutes=33)


class TestHandingOn:
    def test_back_to_the_assistant_it_answers_what_came_meanwhile_but_not_what_escalated(
        self, conversation: Conversation
    ) -> None:
        escalate(conversation)
        conversation.claim(ADA, START)
        conversation.visitor_wrote(message("what are your opening hours?"), START)
        conversation.release_to_assistant(ADA, START)
        turn = conversation.pending_turn()
        assert turn is not None
        assert [m.text for m in turn.messages] == ["what are your opening hours?"]
        assert conversation.state.handoff is None

    def test_to_the_queue_alerts_the_team(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        conversation.take_events()
        conversation.release_to_queue(ADA, START)
        assert alerts(conversation.take_events()) == [(0, "team")]
        assert conversation.deadline is not None

    def test_to_another_team_names_it(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        conversation.transfer_to_team(ADA, "billing", START)
        assert (conversation.state.state, conversation.state.team) == (State.ESCALATED, "billing")

    def test_to_a_colleague_makes_them_the_owner_and_alerts_them(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        conversation.take_events()
        conversation.assign(ADA, BO, START)
        assert conversation.state.owner == BO
        assert alerts(conversation.take_events()) == [(0, "owner")]

    def test_by_somebody_who_does_not_own_it_is_refused(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        commands: list[Callable[[], object]] = [
            lambda: conversation.release_to_queue(BO, START),
            lambda: conversation.release_to_assistant(BO, START),
            lambda: conversation.resolve(BO, START),
        ]
        for command in commands:
            with pytest.raises(Refused) as refused:
                command()
            assert refused.value.code == "not_owner"


class TestResolve:
    def test_ends_after_the_reopen_window(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        conversation.resolve(ADA, START)
        conversation.overdue(after(days=2.9))
        assert not conversation.finished
        conversation.overdue(after(days=3))
        assert conversation.finished

    def test_goes_on_when_the_visitor_writes_at_the_last_moment(self, conversation: Conversation) -> None:
        escalate(conversation)
        conversation.claim(ADA, START)
        conversation.resolve(ADA, START)
        conversation.overdue(after(days=4))
        assert conversation.finished
        conversation.visitor_wrote(message(), after(days=4))
        assert not conversation.finished

    def test_reopens_with_the_assistant_as_a_new_episode_when_the_visitor_writes(
        self, conversation: Conversation
    ) -> None:
        escalate(conversation)
        conversation.claim(ADA, START)
        conversation.resolve(ADA, START)
        conversation.visitor_wrote(message("one more thing"), after(hours=1))
        assert (conversation.state.state, conversation.state.episode) == (State.AI_HANDLING, 2)
        assert conversation.state.handoff is None
        turn = conversation.pending_turn()
        assert turn is not None
        assert [m.text for m in turn.messages] == ["one more thing"]
        assert conversation.commit(answer(), turn.answers_seq, after(hours=1))

    def test_is_quiet_when_the_visitor_just_left(self, conversation: Conversation) -> None:
        conversation.visitor_wrote(message(), START)
        conversation.commit(answer(), 1, START)
        conversation.take_events()
        conversation.overdue(after(hours=24))
        assert conversation.state.state is State.RESOLVED
        assert [event.public for event in conversation.take_events()] == [False]

    def test_is_refused_over_what_the_agent_has_not_seen(self, conversation: Conversation) -> None:
        conversation.reply(ADA, "r1", "Done.", START)
        seen = conversation.state.seq
        conversation.visitor_wrote(message("And my other box?"), after(seconds=1))
        with pytest.raises(Refused) as refused:
            conversation.resolve(ADA, after(seconds=1), seen)
        assert refused.value.code == "unread"
        assert conversation.state.wait is not None
        conversation.resolve(ADA, after(seconds=2), conversation.state.seq)
        assert conversation.state.state is State.RESOLVED

    def test_is_refused_over_a_message_that_a_reply_has_crossed(self, conversation: Conversation) -> None:
        conversation.claim(ADA, START)
        seen = conversation.state.seq
        conversation.visitor_wrote(message("And my other box?"), after(seconds=1))
        written = conversation.state.seq
        conversation.reply(ADA, "r1", "Done.", after(seconds=1))
        with pytest.raises(Refused) as refused:
            conversation.resolve(ADA, after(seconds=2), seen)
        assert refused.value.code == "unread"
        conversation.resolve(ADA, after(seconds=3), written)
        assert conversation.state.state is State.RESOLVED

    def test_of_an_unowned_chat_that_waits_asks_to_take_over_first(self, conversation: Conversation) -> None:
        escalate(conversation)
        with pytest.raises(Refused) as refused:
            conversation.resolve(ADA, START)
        assert refused.value.code == "invalid"


class TestCommandKeys:
    def test_the_same_key_again_answers_the_same_and_changes_nothing(self, conversation: Conversation) -> None:
        first = conversation.once("k", lambda: conversation.tag(ADA, ("vip",), (), START))
        conversation.take_events()
        again = conversation.once("k", lambda: conversation.tag(ADA, ("other",), (), START))
        assert again == first
        assert conversation.take_events() == ()

    def test_an_empty_key_is_never_the_same(self, conversation: Conversation) -> None:
        conversation.once("", lambda: conversation.tag(ADA, ("one",), (), START))
        conversation.once("", lambda: conversation.tag(ADA, ("two",), (), START))
        assert conversation.state.tags == ("one", "two")

    def test_are_remembered_within_a_bound(self, conversation: Conversation) -> None:
        for number in range(REMEMBERED_COMMANDS + 5):
            conversation.once(f"k{number}", lambda: conversation.tag(ADA, (), (), START))
        assert len(conversation.state.accepted) == REMEMBERED_COMMANDS
        assert "k0" not in conversation.state.accepted


def test_a_note_is_private_and_possible_in_any_state(conversation: Conversation) -> None:
    conversation.claim(ADA, START)
    conversation.resolve(ADA, START)
    conversation.take_events()
    conversation.note(BO, "n1", "Was kind.", START)
    (note,) = conversation.take_events()
    assert (note.type, note.public) == (EventType.NOTE, False)


def test_tags_are_added_and_removed_once(conversation: Conversation) -> None:
    conversation.tag(ADA, ("vip", "vip"), (), START)
    conversation.tag(ADA, ("vip",), ("nothing",), START)
    conversation.tag(ADA, (), ("vip",), START)
    assert [event.data["tags"] for event in conversation.take_events()] == [["vip"], []]


def test_repeats_are_as_far_apart_after_thousands_of_them() -> None:
    policy = ServicePolicy()
    assert policy.alert_due(3) == timedelta(minutes=20)
    assert policy.alert_due(6) == timedelta(minutes=20 + 20 + 40 + 60)
    began = time.thread_time()
    assert policy.alert_due(1_000_000) - policy.alert_due(999_999) == timedelta(hours=1)
    assert time.thread_time() - began < 0.1


@given(
    st.integers(min_value=0, max_value=12),
    st.integers(min_value=0, max_value=10_000),
    st.integers(min_value=1, max_value=300),
    st.integers(min_value=1, max_value=600),
)
def test_what_is_due_after_an_outage_is_the_latest_step_that_is(step: int, more: int, every: int, most: int) -> None:
    policy = ServicePolicy(repeat_every=timedelta(seconds=every), repeat_at_most=timedelta(seconds=most))
    waited = policy.alert_due(step) + timedelta(seconds=more)
    due = policy.step_due(step, waited)
    assert due >= step
    assert policy.alert_due(due) <= waited < policy.alert_due(due + 1)


def test_a_long_outage_takes_no_longer_to_catch_up_with() -> None:
    policy = ServicePolicy(repeat_every=timedelta(seconds=1), repeat_at_most=timedelta(seconds=1))
    began = time.thread_time()
    policy.step_due(0, timedelta(days=365))
    assert time.thread_time() - began < 0.1


def test_a_ladder_must_climb() -> None:
    with pytest.raises(ValueError, match="later"):
        ServicePolicy(ladder=(LadderStep(after=timedelta(1), audience="team"),) * 2)
