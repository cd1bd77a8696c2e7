"""What is remembered of a conversation, and how it is summed up for the agent who takes over."""

from datetime import UTC, datetime, timedelta

import pytest

from chatref.conversation.actions import CustomAction, DetailField
from chatref.conversation.conversation import Conversation
from chatref.conversation.events import (
    Citation,
    Detail,
    EventType,
    HandoffReason,
    Person,
    Reference,
    State,
    Summary,
    Tried,
)
from chatref.conversation.exchanges import REMEMBERED
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import (
    Collecting,
    Escalation,
    Exchange,
    Outcome,
    OutcomeKind,
    Stage,
    Usage,
    VisitorMessage,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ADA = Person("00000000-0000-4000-8000-00000000000a", "Ada")
DELIVERY = Citation("p1", "Shipping: How long does delivery take?", "https://shop.example/shipping", "Two days.")
CANCEL = CustomAction(
    id="cancel",
    name="Cancel subscription",
    fields=(DetailField(name="account_id", label="Account ID", prompt="Which account?"),),
)


class Chat:
    """A visitor, and an assistant who decides what it is told to."""

    def __init__(self, policy: ServicePolicy | None = None, vouched_email: str = "") -> None:
        state = ConversationState("c", active_at=NOW, vouched_email=vouched_email)
        self._number = 0
        self.conversation = Conversation(state, policy or ServicePolicy(), "support", self._new_id)

    def _new_id(self) -> str:
        self._number += 1
        return f"id-{self._number}"

    @property
    def state(self) -> ConversationState:
        return self.conversation.state

    @property
    def summary(self) -> Summary:
        assert self.state.handoff is not None
        return self.state.handoff.summary

    def writes(self, text: str) -> None:
        self.conversation.visitor_wrote(VisitorMessage(self._new_id(), text, NOW), NOW)

    def hears(self, outcome: Outcome) -> None:
        assert self.conversation.commit(outcome, self.state.unanswered_seq, NOW)

    def asks(self, text: str, answer: str = "Two days.", **more: object) -> None:
        self.writes(text)
        outcome = Outcome(OutcomeKind.ANSWER, answer, asked=text, **more)  # type: ignore[arg-type]
        self.hears(outcome)

    def is_handed_off(self, text: str, reason: HandoffReason, evidence: str = "", **more: object) -> None:
        self.writes(text)
        escalation = Escalation(reason, evidence or text, "m1")
        self.hears(Outcome(OutcomeKind.ESCALATE, escalation=escalation, **more))  # type: ignore[arg-type]

    def is_asked_for_details(self, evidence: str) -> None:
        self.writes(evidence)
        collecting = Collecting(CANCEL, Stage.ASKING, evidence, "m1", asked="account_id")
        self.hears(Outcome(OutcomeKind.ASK, "Which account?", collecting=collecting, asked=evidence))

    def hears_from(self, agent: Person, text: str) -> None:
        self.conversation.reply(agent, self._new_id(), text, NOW)


class TestTheSummary:
    def test_says_what_the_visitor_wants_and_what_was_tried(self) -> None:
        chat = Chat()
        chat.asks("how long does delivery take?", citations=(DELIVERY, DELIVERY))
        chat.asks("my box has not come", unknown=True)
        chat.is_handed_off("a person please", HandoffReason.ASKED_FOR_PERSON, asked="a person please")
        assert chat.summary == Summary(
            wants=("how long does delivery take?", "my box has not come"),
            tried=(
                Tried("how long does delivery take?", "Two days.", (Reference(DELIVERY.title, DELIVERY.url),)),
                Tried("my box has not come"),
            ),
        )

    def test_is_in_the_log_as_well(self) -> None:
        chat = Chat()
        chat.asks("how long does delivery take?", citations=(DELIVERY,))
        chat.is_handed_off("a person please", HandoffReason.ASKED_FOR_PERSON)
        events = chat.conversation.take_events()
        escalated = next(event for event in events if event.data.get("event") == "escalate")
        assert escalated.data["summary"]["wants"] == ("how long does delivery take?",)
        assert escalated.data["summary"]["tried"][0]["sources"][0]["title"] == DELIVERY.title

    def test_quotes_what_came_with_the_wish_for_a_person_but_not_the_wish(self) -> None:
        chat = Chat()
        words = "My lamp came broken. Let me talk to a human."
        chat.is_handed_off(words, HandoffReason.ASKED_FOR_PERSON, "Let me talk to a human.", asked=words)
        assert chat.summary.wants == ("My lamp came broken.",)

    def test_quotes_the_wish_where_there_is_nothing_else(self) -> None:
        chat = Chat()
        chat.is_handed_off("a person!", HandoffReason.ASKED_FOR_PERSON, asked="a person!")
        assert chat.summary.wants == ("a person!",)

    def test_of_an_action_quotes_the_sentence_that_fired_it_and_holds_the_details(self) -> None:
        chat = Chat()
        chat.asks("how long does delivery take?", citations=(DELIVERY,))
        chat.is_asked_for_details("I want to cancel my plan")
        detail = Detail("account_id", "Account ID", "FF-1")
        chat.is_handed_off("FF-1", HandoffReason.ACTION, "I want to cancel my plan", asked="FF-1", details=(detail,))
        assert chat.summary.wants == ("I want to cancel my plan",)
        assert chat.summary.details == (detail,)
        assert [tried.question for tried in chat.summary.tried] == ["how long does delivery take?"]

    def test_of_an_action_holds_a_question_that_came_with_the_last_detail(self) -> None:
        chat = Chat()
        chat.is_asked_for_details("I want to cancel my plan")
        words = "FF-1. When do you deliver?"
        chat.is_handed_off(words, HandoffReason.ACTION, "I want to cancel my plan", asked=words)
        assert chat.summary.wants == ("I want to cancel my plan", "When do you deliver?")

    def test_of_who_was_returned_and_asks_for_a_person_again_says_what_the_agent_was_asked(self) -> None:
        chat = Chat()
        chat.is_handed_off("a person!", HandoffReason.ASKED_FOR_PERSON, asked="a person!")
        chat.conversation.claim(ADA, NOW)
        chat.writes("where is my lamp")
        chat.hears_from(ADA, "It left today.")
        chat.conversation.release_to_assistant(ADA, NOW)
        chat.is_handed_off("a person again", HandoffReason.ASKED_FOR_PERSON, asked="a person again")
        assert chat.summary.wants == ("a person! where is my lamp",)

    def test_of_an_action_that_a_wish_for_a_person_cut_short_says_what_it_was_about(self) -> None:
        chat = Chat()
        chat.is_asked_for_details("I want to cancel my plan")
        chat.is_handed_off("let me talk to a human", HandoffReason.ASKED_FOR_PERSON, asked="let me talk to a human")
        assert chat.summary.wants == ("I want to cancel my plan",)

    def test_of_details_that_never_came_says_what_they_were_for(self) -> None:
        chat = Chat()
        chat.is_asked_for_details("I want to cancel my plan")
        chat.conversation.overdue(NOW + ServicePolicy().collecting_at_most)
        assert chat.summary.wants == ("I want to cancel my plan",)

    def test_of_a_question_that_the_assistant_failed_at_quotes_it(self) -> None:
        chat = Chat()
        chat.writes("why is it late?")
        chat.conversation.assistant_failed(chat.state.unanswered_seq, NOW)
        assert chat.summary.wants == ("why is it late?",)

    def test_is_made_for_a_chat_that_an_agent_passes_on_as_well(self) -> None:
        chat = Chat()
        chat.asks("my box has not come", unknown=True)
        chat.writes("where is it?")
        chat.conversation.transfer_to_team(ADA, "billing", NOW)
        assert chat.summary.wants == ("my box has not come", "where is it?")

    def test_is_short_however_much_was_said(self) -> None:
        chat = Chat()
        for number in range(40):
            chat.asks(f"{number} " + "why? " * 500, answer="because " * 900, citations=(DELIVERY,))
        chat.is_handed_off("x" * 8000, HandoffReason.FRUSTRATION, asked="x" * 8000)
        assert len(chat.summary.wants) <= 3
        assert len(chat.summary.tried) <= 5
        assert max(len(text) for text in chat.summary.wants) <= 300
        assert max(len(tried.answer) for tried in chat.summary.tried) <= 200
        assert len(chat.state.exchanges) == REMEMBERED


class TestDetails:
    def test_are_claimed_where_only_the_visitor_says_so(self) -> None:
        chat = Chat()
        detail = Detail("email", "E-mail", "mia@example.com")
        chat.is_handed_off("cancel", HandoffReason.ACTION, details=(detail,))
        assert chat.summary.details == (detail,)
        assert not chat.summary.details[0].verified

    def test_are_verified_where_the_owners_server_said_the_same(self) -> None:
        chat = Chat(vouched_email="Mia@example.com")
        details = (Detail("email", "E-mail", "mia@example.com"), Detail("account_id", "Account ID", "FF-1"))
        chat.is_handed_off("cancel", HandoffReason.ACTION, details=details)
        assert [detail.verified for detail in chat.summary.details] == [True, False]
        taken = [event.data for event in chat.conversation.take_events() if event.type is EventType.DETAIL]
        assert [data["verified"] for data in taken] == [True, False]


class TestWhatIsRemembered:
    def test_is_the_assistants_own_to_judge_by(self) -> None:
        chat = Chat()
        chat.asks("how long?", citations=(DELIVERY,), repeats=True)
        chat.asks("")
        chat.writes("and now?")
        turn = chat.conversation.pending_turn()
        assert turn is not None
        known = Exchange("how long?", "Two days.", (Reference(DELIVERY.title, DELIVERY.url),), repeats=True)
        assert turn.earlier == (known,)

    def test_of_an_agent_outlives_the_handoff_while_the_rest_begins_anew(self) -> None:
        chat = Chat()
        chat.asks("how long does delivery take?", citations=(DELIVERY,))
        chat.is_handed_off("that is wrong", HandoffReason.FRUSTRATION, asked="that is wrong")
        chat.writes("it took ten days")
        chat.hears_from(ADA, "Right now it takes ten days.")
        chat.conversation.release_to_assistant(ADA, NOW)
        assert chat.state.exchanges == [
            Exchange("how long does delivery take? it took ten days", "Right now it takes ten days.", agent="Ada")
        ]

    def test_of_an_agent_who_steps_in_is_about_what_the_assistant_answered_last(self) -> None:
        chat = Chat()
        chat.asks("how long does delivery take?", citations=(DELIVERY,))
        chat.hears_from(ADA, "No: ten days.")
        chat.hears_from(ADA, "Sorry about that.")
        agents = [(each.asked.strip(), each.said) for each in chat.state.exchanges if each.agent]
        assert agents == [
            ("how long does delivery take?", "No: ten days."),
            ("how long does delivery take?", "Sorry about that."),
        ]

    def test_of_an_agent_is_known_when_the_visitor_comes_back(self) -> None:
        chat = Chat()
        chat.asks("how long?", citations=(DELIVERY,))
        chat.hears_from(ADA, "Ten days.")
        chat.conversation.resolve(ADA, NOW)
        chat.writes("me again")
        assert [each.said for each in chat.state.exchanges] == ["Ten days."]


class TestTheCostCap:
    POLICY = ServicePolicy(tokens_at_most=1000)
    USAGE = Usage("test-model", 500, 100)

    def test_ends_in_a_handoff_after_the_answer(self) -> None:
        chat = Chat(self.POLICY)
        chat.asks("one", usage=self.USAGE)
        assert chat.state.state is State.AI_HANDLING
        chat.asks("two", answer="The answer.", usage=self.USAGE)
        assert chat.state.handoff is not None
        assert chat.state.handoff.reason is HandoffReason.TOO_COSTLY
        said = [event.text for event in chat.conversation.take_events() if event.type is EventType.MESSAGE]
        assert said[3] == "The answer.", "what was paid for is said"
        assert len(said) == 5, "and the visitor is told that a person comes"

    @pytest.mark.parametrize("ends", ["release", "resolve"])
    def test_begins_anew_with_each_episode(self, ends: str) -> None:
        chat = Chat(self.POLICY)
        chat.asks("one", usage=self.USAGE)
        chat.conversation.claim(ADA, NOW)
        if ends == "release":
            chat.conversation.release_to_assistant(ADA, NOW)
        else:
            chat.conversation.resolve(ADA, NOW)
        chat.asks("two", usage=self.USAGE)
        assert chat.state.state is State.AI_HANDLING
        assert chat.state.tokens == 600


def test_a_burst_pause_may_be_none_but_not_long() -> None:
    assert ServicePolicy(burst_pause=timedelta(0)).burst_pause == timedelta(0)
    for wrong in (timedelta(seconds=-1), timedelta(minutes=1)):
        with pytest.raises(ValueError, match="burst_pause"):
            ServicePolicy(burst_pause=wrong)
