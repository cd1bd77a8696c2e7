"""Confirmation and details: what the assistant asks, takes, asks again and gives up on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatref.conversation import collecting
from chatref.conversation.actions import ActionKind, CustomAction, DetailField, FieldType
from chatref.conversation.events import Detail, HandoffReason, Priority
from chatref.conversation.turns import Collecting, Exchange, Outcome, OutcomeKind, Stage, Turn, VisitorMessage

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACCOUNT = DetailField(
    name="account_id",
    label="Account ID",
    type=FieldType.PATTERN,
    pattern=r"[A-Z]{2}-\d{5}",
    prompt="What is your account ID?",
    invalid="It looks like FF-20417.",
)
REASON = DetailField(name="reason", label="Reason", prompt="Why?")
EMAIL = DetailField(name="email", label="E-mail", type=FieldType.EMAIL, prompt="Your e-mail address?")
CANCEL = CustomAction(
    id="cancel",
    version=3,
    name="Cancel",
    kind=ActionKind.CANCELLATION,
    confirmation="Shall I?",
    fields=(ACCOUNT, REASON),
    tags=("cancellation",),
    team="billing",
    priority=Priority.HIGH,
    reply="Passed on.",
)
REFUND = CANCEL.model_copy(update={"id": "refund", "kind": ActionKind.REFUND, "confirmation": ""})


def message(text: str = "", number: int = 0, **details: str) -> VisitorMessage:
    return VisitorMessage(f"m{number}", text, NOON, details=details)


@dataclass
class Talk:
    """A visitor and an action's questions; `taken` gathers the details as they are recorded."""

    action: CustomAction = CANCEL
    outcome: Outcome = field(default_factory=lambda: Outcome(OutcomeKind.THINK))
    taken: dict[str, str] = field(default_factory=dict)

    def starts(self, *texts: str) -> "Talk":
        return self.starts_in(Turn("c", 1, tuple(message(text, number) for number, text in enumerate(texts))))

    def starts_in(self, turn: Turn) -> "Talk":
        turn = replace(turn, messages=turn.messages or (message("cancel my plan"),))
        return self._took(collecting.begin(self.action, turn, "m0", turn.messages[0].text))

    def says(self, *texts: str, **details: str) -> "Talk":
        state = self.outcome.collecting
        assert state is not None, f"nothing is being asked: {self.outcome}"
        messages = [message(text, number) for number, text in enumerate(texts)] or [message("", 0, **details)]
        return self._took(collecting.proceed(state, messages))

    def _took(self, outcome: Outcome) -> "Talk":
        self.outcome = outcome
        self.taken |= {detail.name: detail.value for detail in outcome.details}
        return self

    @property
    def asked(self) -> str:
        assert self.outcome.collecting is not None
        return self.outcome.collecting.asked

    @property
    def ended(self) -> bool:
        return self.outcome.kind is OutcomeKind.ESCALATE


class TestConfirmation:
    def test_comes_before_any_question(self) -> None:
        talk = Talk().starts()
        assert talk.outcome.text == "Shall I?"
        assert talk.outcome.quick_replies
        assert talk.outcome.form == ()

    @pytest.mark.parametrize(
        "yes", ["yes", "Yes please!", "sure, go ahead", "ok", "yep", "please do", "Yes, cancel it", "of course"]
    )
    def test_a_yes_in_any_wording_leads_to_the_first_question(self, yes: str) -> None:
        assert Talk().starts().says(yes).asked == "account_id"

    @pytest.mark.parametrize(
        "no",
        ["no", "No thanks", "nope", "never mind", "I changed my mind", "don't", "wait, no", "I don't want to cancel"],
    )
    def test_a_no_in_any_wording_drops_the_action(self, no: str) -> None:
        outcome = Talk().starts().says(no).outcome
        assert outcome.kind is OutcomeKind.ANSWER
        assert outcome.collecting is None

    def test_a_yes_that_takes_itself_back_is_a_no(self) -> None:
        assert Talk().starts().says("yes... no wait, never mind").outcome.kind is OutcomeKind.ANSWER

    def test_asking_for_the_same_again_is_a_yes(self) -> None:
        state = Talk().starts().outcome.collecting
        assert state is not None
        outcome = collecting.proceed(state, [message("I said cancel my plan")], repeated=True)
        assert outcome.collecting is not None
        assert outcome.collecting.stage is Stage.ASKING

    def test_what_is_neither_is_asked_again_twice_and_then_goes_to_a_person(self) -> None:
        talk = Talk().starts().says("hm").says("purple")
        assert not talk.ended
        assert talk.says("hm").ended

    def test_a_yes_with_the_details_needs_no_further_question(self) -> None:
        talk = Talk().starts().says("Yes, my account ID is FF-20417 and it's too expensive")
        assert talk.ended
        assert talk.taken == {"account_id": "FF-20417", "reason": "it's too expensive"}


class TestQuestions:
    def test_come_one_after_the_other_and_end_in_the_escalation(self) -> None:
        talk = Talk().starts().says("yes").says("FF-20417")
        assert talk.asked == "reason"
        assert talk.says("I am moving abroad").ended
        assert talk.taken == {"account_id": "FF-20417", "reason": "I am moving abroad"}

    def test_the_escalation_says_what_fired_with_team_tags_priority_and_version(self) -> None:
        escalation = Talk().starts("please cancel").says("yes").says("FF-20417").says("moving").outcome.escalation
        assert escalation is not None
        assert (escalation.reason, escalation.evidence, escalation.message_id) == (
            HandoffReason.ACTION,
            "please cancel",
            "m0",
        )
        assert (escalation.action_id, escalation.action_version, escalation.team) == ("cancel", 3, "billing")
        assert (escalation.tags, escalation.priority) == (("cancellation",), Priority.HIGH)

    def test_offer_a_form_of_all_that_is_still_open(self) -> None:
        assert [each.name for each in Talk().starts().says("yes").outcome.form] == ["account_id", "reason"]

    def test_an_action_without_anything_to_ask_escalates_at_once(self) -> None:
        talk = Talk(CANCEL.model_copy(update={"confirmation": "", "fields": ()})).starts()
        assert talk.ended
        assert talk.outcome.text == "Passed on."

    def test_what_is_wrong_is_said_and_asked_again(self) -> None:
        talk = Talk().starts().says("yes").says("banana")
        assert talk.outcome.text == "It looks like FF-20417. What is your account ID?"
        assert talk.says("FF-20417").asked == "reason"

    def test_a_detail_is_asked_again_at_most_twice_and_then_left_out(self) -> None:
        talk = Talk().starts().says("yes").says("one").says("two")
        assert talk.asked == "account_id"
        assert talk.says("three").asked == "reason"
        assert talk.says("moving").ended
        assert talk.taken == {"reason": "moving"}

    @pytest.mark.parametrize("unknown", ["I don't know", "no idea", "skip", "I can't find it", "idk", "no"])
    def test_who_does_not_have_a_detail_is_not_asked_for_it_again(self, unknown: str) -> None:
        assert Talk().starts().says("yes").says(unknown).asked == "reason"

    @pytest.mark.parametrize("drop", ["never mind", "forget it", "actually, don't cancel", "I'll keep it"])
    def test_the_visitor_may_drop_it_at_any_time(self, drop: str) -> None:
        for talk in (Talk().starts().says("yes"), Talk().starts().says("yes").says("FF-20417")):
            assert talk.says(drop).outcome.kind is OutcomeKind.ANSWER

    def test_no_longer_needing_it_is_a_reason_and_not_a_change_of_mind(self) -> None:
        talk = Talk().starts().says("yes").says("FF-20417").says("I don't need it anymore")
        assert talk.ended
        assert talk.taken["reason"] == "I don't need it anymore"

    def test_a_changed_mind_is_a_reason_to_send_something_back(self) -> None:
        assert Talk(REFUND).starts().says("FF-20417").says("I changed my mind").ended


class TestWhatWasSaidBefore:
    """No repeated questions."""

    def test_a_named_value_of_an_earlier_exchange_is_taken(self) -> None:
        earlier = (Exchange("My account ID is FF-20417, how do I skip a box?", "Like this."),)
        assert Talk().starts_in(Turn("c", 1, (), earlier=earlier)).taken == {"account_id": "FF-20417"}

    def test_one_that_may_be_something_else_is_not(self) -> None:
        earlier = (Exchange("Where is FF-20417?", "On its way."),)
        assert Talk().starts_in(Turn("c", 1, (), earlier=earlier)).taken == {}

    def test_a_newer_one_counts(self) -> None:
        earlier = (Exchange("my account ID is FF-11111", "Hello."),)
        turn = Turn("c", 1, (message("cancel account FF-22222"),), earlier=earlier)
        assert Talk().starts_in(turn).taken == {"account_id": "FF-22222"}

    def test_a_detail_that_another_action_took_is_taken(self) -> None:
        details = (Detail("account_id", "Account ID", "FF-20417"), Detail("reason", "Reason", "it was late"))
        turn = Turn("c", 1, (), details=details, handed_over_by="refund")
        assert Talk().starts_in(turn).taken == {"account_id": "FF-20417"}
        again = Turn("c", 1, (), details=details, handed_over_by="cancel")
        assert Talk().starts_in(again).taken == {}

    def test_one_that_this_action_would_not_take_is_not(self) -> None:
        turn = Turn("c", 1, (), details=(Detail("account_id", "Account ID", "20417"),))
        assert Talk().starts_in(turn).taken == {}

    def test_the_address_that_the_owners_server_signed_is_taken(self) -> None:
        action = CANCEL.model_copy(update={"fields": (EMAIL,), "confirmation": ""})
        talk = Talk(action).starts_in(Turn("c", 1, (), vouched_email="mia@example.com"))
        assert talk.ended
        assert talk.taken == {"email": "mia@example.com"}


class TestSeveralValues:
    def test_in_the_message_that_started_it_are_not_asked_for_again(self) -> None:
        talk = Talk().starts("Cancel FF-20417 because I am moving to Spain.")
        assert talk.taken == {"account_id": "FF-20417", "reason": "I am moving to Spain"}
        assert talk.says("yes").ended

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("Cancel my plan. I don't use it anymore", "I don't use it anymore"),
            ("my pots arrived broken and I want my money back", "my pots arrived broken"),
            ("refund please, I never received my order", "I never received my order"),
            ("It hasn\u2019t arrived, so cancel it", "It hasn\u2019t arrived"),
            ("please cancel my subscription, it's too expensive, thanks", "it's too expensive"),
            (
                "you sent the wrong plant, and the pot was cracked. refund me",
                "you sent the wrong plant, and the pot was cracked",
            ),
        ],
    )
    def test_a_reason_that_was_given_is_not_asked_for(self, text: str, reason: str) -> None:
        assert Talk().starts(text).taken == {"reason": reason}

    @pytest.mark.parametrize(
        "text", ["I want to cancel my plan", "cancel it and use my account credit", "I want to get a refund", "stop it"]
    )
    def test_a_wish_is_no_reason(self, text: str) -> None:
        assert Talk().starts(text).taken == {}

    def test_in_the_other_messages_of_a_burst_are_taken_too(self) -> None:
        assert Talk().starts("cancel my plan", "my account id is FF-20417").taken == {"account_id": "FF-20417"}

    def test_a_burst_may_answer_one_question_a_message(self) -> None:
        assert Talk().starts().says("yes", "FF-20417", "too many boxes").taken == {
            "account_id": "FF-20417",
            "reason": "too many boxes",
        }

    @pytest.mark.parametrize(
        "text",
        [
            "Account ID: FF-20417\nReason: too many boxes",
            "reason: too many boxes\naccount id = FF-20417",
            "FF-20417, too many boxes",
            "it's FF-20417 - too many boxes",
            "my account is FF-20417 and the reason is too many boxes",
        ],
    )
    def test_in_one_answer_are_all_taken(self, text: str) -> None:
        talk = Talk().starts().says("yes").says(text)
        assert talk.ended
        assert talk.taken == {"account_id": "FF-20417", "reason": "too many boxes"}

    @pytest.mark.parametrize("text", ["FF-20417 thanks!", "My account ID is FF-20417.", "here you go: FF-20417"])
    def test_courtesy_beside_a_value_is_no_value(self, text: str) -> None:
        talk = Talk().starts().says("yes").says(text)
        assert talk.asked == "reason"
        assert talk.taken == {"account_id": "FF-20417"}

    def test_a_yes_does_not_answer_what_or_why(self) -> None:
        talk = Talk().starts().says("yes").says("FF-20417").says("yes please")
        assert (talk.asked, "reason" in talk.taken) == ("reason", False)
        assert talk.says("moving").taken["reason"] == "moving"
        contacted = REASON.model_copy(update={"prompt": "Have you written to us before?"})
        action = CANCEL.model_copy(update={"fields": (ACCOUNT, contacted)})
        assert Talk(action).starts().says("yes").says("FF-20417").says("yes").taken["reason"] == "yes"

    def test_a_number_that_is_not_the_asked_one_is_left_alone(self) -> None:
        loose = ACCOUNT.model_copy(update={"pattern": r"\d{3,8}"})
        talk = Talk(CANCEL.model_copy(update={"fields": (loose, REASON)})).starts("I joined in 2019, cancel my plan")
        assert talk.taken == {}

    def test_what_is_to_change_is_taken_from_the_request(self) -> None:
        change = DetailField(name="change", label="What to change", prompt="What?")
        talk = Talk(CANCEL.model_copy(update={"fields": (ACCOUNT, change), "confirmation": ""}))
        talk.starts("please change my address to 4 Elm Road")
        assert talk.taken == {"change": "change my address to 4 Elm Road"}


class TestForm:
    def test_values_are_taken_by_the_fields_names(self) -> None:
        talk = Talk().starts().says("yes").says(account_id="FF-20417", reason="moving")
        assert talk.ended
        assert talk.taken == {"account_id": "FF-20417", "reason": "moving"}

    def test_a_wrong_value_is_asked_again_and_the_right_ones_are_kept(self) -> None:
        talk = Talk().starts().says("yes").says(account_id="nonsense", reason="moving")
        assert talk.asked == "account_id"
        assert talk.taken == {"reason": "moving"}
        assert talk.outcome.text.startswith("It looks like FF-20417.")

    def test_fields_of_other_actions_are_ignored(self) -> None:
        assert Talk().starts().says("yes").says(order_number="1", account_id="FF-20417").taken == {
            "account_id": "FF-20417"
        }

    def test_a_value_that_reads_like_a_refusal_is_a_value(self) -> None:
        assert Talk().starts().says("yes").says(account_id="FF-20417", reason="never mind").taken["reason"]


class TestToAPerson:
    def test_takes_along_what_was_collected_for_which_action(self) -> None:
        state = Talk().starts().says("yes").says("FF-20417").outcome.collecting
        assert state is not None
        outcome = collecting.escalate(state, HandoffReason.ASKED_FOR_PERSON, "a human!", "m9", "Sure.")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.ASKED_FOR_PERSON
        assert (outcome.escalation.action_id, outcome.escalation.message_id) == ("cancel", "m9")


@given(st.lists(st.text(max_size=80), min_size=12, max_size=12))
def test_whatever_the_visitor_says_the_questions_come_to_an_end(texts: list[str]) -> None:
    """Three tries for each of confirmation, account ID and reason: nobody is asked more than nine times."""
    state: Collecting | None = collecting.begin(CANCEL, Turn("c", 1, (message("cancel"),)), "m0", "cancel").collecting
    asked = 1
    for text in texts:
        if state is None:
            break
        state = collecting.proceed(state, [message(text)]).collecting
        asked += 1
    assert state is None
    assert asked <= 10
