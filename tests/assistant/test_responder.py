"""In which order a turn is decided, and the ways out that a visitor always has."""

import time

import pytest

from chatref.assistant.interface import Assistant
from chatref.conversation.actions import CustomAction, DetailField, FieldType
from chatref.conversation.events import HandoffReason
from chatref.conversation.turns import Collecting, Outcome, OutcomeKind, Stage, Turn
from tests.assistant.house import Chat, responder, turn


class Model(Assistant):
    """A model that has one thing to say."""

    async def answer(self, turn: Turn) -> Outcome:
        return Outcome(OutcomeKind.ANSWER, "thought")


async def test_a_cancellation_is_confirmed_its_details_are_collected_and_it_escalates() -> None:
    chat = Chat()
    outcome = await chat.says("Hi, I want to cancel my subscription")
    assert outcome.kind is OutcomeKind.ASK
    assert outcome.collecting is not None
    assert outcome.collecting.stage is Stage.CONFIRMING
    await chat.says("yes please")
    await chat.says("my account id is FF-20417")
    outcome = await chat.says("it is too expensive")
    assert outcome.kind is OutcomeKind.ESCALATE
    assert outcome.escalation is not None
    assert outcome.escalation.evidence == "Hi, I want to cancel my subscription"
    assert (outcome.escalation.reason, outcome.escalation.tags) == (HandoffReason.ACTION, ("cancellation",))
    assert chat.taken == {"account_id": "FF-20417", "reason": "it is too expensive"}


@pytest.mark.parametrize("account", ["FF-20417", "ff-20417", "12345", "#A-1234", "acct_99", "AB12CD34"])
async def test_account_ids_of_many_forms_are_understood(account: str) -> None:
    chat = Chat()
    for text in ["cancel my subscription", "yes", f"it is {account}."]:
        await chat.says(text)
    assert chat.taken == {"account_id": account}


async def test_other_numbers_in_a_request_are_no_account_id() -> None:
    chat = Chat()
    await chat.says("please cancel my subscription, the 2nd box came at 10pm and I joined in 2019")
    assert chat.taken == {}


async def test_a_question_about_the_rules_is_answered_and_starts_nothing() -> None:
    outcome = await Chat().says("what is your refund policy?")
    assert outcome.kind is OutcomeKind.ANSWER
    assert outcome.citations


async def test_the_button_starts_its_action_whatever_the_text_says() -> None:
    outcome = await Chat().says("Talk to a person", action="talk-to-person")
    assert outcome.kind is OutcomeKind.ESCALATE
    assert outcome.escalation is not None
    assert outcome.escalation.reason is HandoffReason.ASKED_FOR_PERSON


async def test_a_button_of_an_action_that_is_gone_is_taken_as_text() -> None:
    assert (await Chat().says("hello", action="no-longer-there")).kind is OutcomeKind.ANSWER


async def test_frustration_goes_to_a_person_with_the_sentence_that_showed_it() -> None:
    outcome = await Chat().says("I asked about my box. This is ridiculous!")
    assert outcome.escalation is not None
    assert (outcome.escalation.reason, outcome.escalation.evidence) == (
        HandoffReason.FRUSTRATION,
        "This is ridiculous!",
    )


class TestWhileDetailsAreCollected:
    @pytest.mark.parametrize(
        "wording", ["let me talk to a human", "just get me a person", "I want to speak to someone"]
    )
    async def test_a_person_can_be_had_at_any_time_with_what_was_collected_so_far(self, wording: str) -> None:
        for before in ([], ["yes"], ["yes", "FF-20417"]):
            chat = Chat()
            for text in ["cancel my subscription", *before]:
                await chat.says(text)
            outcome = await chat.says(wording)
            assert outcome.escalation is not None
            assert outcome.escalation.reason is HandoffReason.ASKED_FOR_PERSON
            assert outcome.escalation.action_id == "cancel-subscription"
            assert outcome.escalation.evidence == wording

    async def test_the_button_for_a_person_works_too(self) -> None:
        chat = Chat()
        await chat.says("I want a refund")
        outcome = await chat.says("Talk to a person", action="talk-to-person")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.ASKED_FOR_PERSON

    async def test_wanting_something_else_starts_that_instead(self) -> None:
        chat = Chat()
        await chat.says("I want a refund")
        outcome = await chat.says("no wait, please cancel my subscription instead")
        assert outcome.collecting is not None
        assert outcome.collecting.action.id == "cancel-subscription"

    async def test_a_question_in_between_is_answered_and_ours_asked_again(self) -> None:
        chat = Chat()
        await chat.says("I want a refund")
        outcome = await chat.says("how long does a refund take?")
        assert outcome.kind is OutcomeKind.ASK
        assert "one working day" in outcome.text
        assert outcome.text.endswith("It is at the top of your order confirmation.")
        assert outcome.collecting is not None
        assert outcome.collecting.asked == "order_number"

    async def test_strong_words_in_a_reason_are_the_reason(self) -> None:
        chat = Chat()
        for text in ["cancel my subscription", "yes", "FF-20417"]:
            await chat.says(text)
        outcome = await chat.says("your service is terrible, I want my money back")
        assert outcome.escalation is not None
        assert outcome.escalation.action_id == "cancel-subscription"
        assert chat.taken["reason"] == "your service is terrible, I want my money back"

    async def test_who_loses_patience_before_the_details_goes_to_a_person(self) -> None:
        chat = Chat()
        await chat.says("I want a refund")
        outcome = await chat.says("this is ridiculous")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.FRUSTRATION
        assert outcome.escalation.action_id == "refund"

    async def test_the_form_fills_it_in_at_once(self) -> None:
        chat = Chat()
        await chat.says("I want a refund")
        outcome = await chat.says(order_number="104233", reason="broken pot")
        assert outcome.kind is OutcomeKind.ESCALATE
        assert chat.taken == {"order_number": "104233", "reason": "broken pot"}

    async def test_the_action_stays_as_it_was_when_it_fired(self) -> None:
        outcome = await Chat().says("I want a refund")
        assert outcome.collecting is not None
        assert outcome.collecting.action.fields


class TestAnOfferedPerson:
    async def test_is_called_when_the_visitor_says_yes(self) -> None:
        chat = Chat()
        await chat.says("who won the world cup?")
        outcome = await chat.says("yes please")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.NO_ANSWER
        assert outcome.text

    async def test_is_not_called_when_the_visitor_says_no_or_asks_on(self) -> None:
        for text in ("no thanks", "how do I skip a month?"):
            chat = Chat()
            await chat.says("who won the world cup?")
            assert (await chat.says(text)).kind is OutcomeKind.ANSWER

    async def test_is_no_standing_offer(self) -> None:
        assert (await Chat().says("yes")).kind is OutcomeKind.ANSWER


class TestWithAModel:
    async def test_what_no_rule_decides_is_left_to_it(self) -> None:
        answering = responder(Model())
        assert (await answering.consider(turn("how do I skip a month?"))).kind is OutcomeKind.THINK
        assert (await answering.think(turn("how do I skip a month?"))).text == "thought"

    async def test_rules_decide_first(self) -> None:
        assert (await responder(Model()).consider(turn("cancel my subscription"))).kind is OutcomeKind.ASK

    async def test_details_are_collected_without_it(self) -> None:
        chat = Chat(responder(Model()))
        for text in ["cancel my subscription", "yes", "FF-20417"]:
            assert (await chat.says(text)).kind is OutcomeKind.ASK
        assert (await chat.says("moving")).kind is OutcomeKind.ESCALATE


_ENDLESS = {
    "words of many phrases": "change " * 1100,
    "words of other phrases": "i do not want to " * 450,
    "spaces": "x" + " " * 7990 + "x",
    "lines of spaces": (" " * 60 + "\n") * 130,
    "no address": "a@" * 4000,
    "digits": "1 " * 4000,
}


@pytest.mark.parametrize("text", _ENDLESS.values(), ids=_ENDLESS.keys())
async def test_no_text_keeps_everybody_waiting(text: str) -> None:
    kinds = (FieldType.EMAIL, FieldType.PHONE, FieldType.NUMBER, FieldType.DATE, FieldType.TEXT)
    fields = tuple(DetailField(name=kind.value, label="What to change", type=kind, prompt="?") for kind in kinds)
    state = Collecting(CustomAction(id="a", name="A", fields=fields), Stage.ASKING, "", "m0", asked="email")
    began = time.thread_time()
    await responder().consider(turn(text))
    await responder().consider(turn(text, collecting=state))
    assert time.thread_time() - began < 0.6


class TestWhatIsSettledAtOnce:
    @pytest.mark.parametrize(
        "texts",
        [
            ["what are your opening hours?"],
            ["hi", "I have a question", "what are your opening hours?"],
            ["are you a robot?"],
            ["I want to cancel my subscription,"],
            ["let me talk to a person"],
        ],
    )
    async def test_a_whole_question_and_what_an_action_is_for(self, texts: list[str]) -> None:
        assert (await Chat().says(*texts)).settled

    @pytest.mark.parametrize(
        "text",
        [
            "hi",
            "Hello there!",
            "thanks",
            "I have a question",
            "quick question",
            "can you help me?",
            "I have a problem",
            "who won the world cup?",
            "what are your opening hours and",
            "what are your opening hours,",
            "what are your opening hours...",
        ],
    )
    async def test_but_no_opening_no_fragment_and_nothing_unknown(self, text: str) -> None:
        assert not (await Chat().says(text)).settled

    async def test_a_detail_that_was_taken_but_not_the_same_question_again(self) -> None:
        chat = Chat()
        await chat.says("cancel my subscription")
        assert not (await chat.says("hmm")).settled
        assert (await chat.says("yes")).settled
        assert not (await chat.says("one moment")).settled
        assert (await chat.says("FF-20417")).settled

    async def test_an_opening_is_asked_what_it_is_about(self) -> None:
        for text in ("I have a question", "Quick question!", "I have a problem", "One more thing", "something else"):
            outcome = await Chat().says(text)
            assert (outcome.text, outcome.unknown, outcome.asked) == ("Sure. What is it about?", False, "")


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (["Hi there!", "Thanks", "ok"], ""),
        (["Hello. My lamp is broken! Can you help me?"], "My lamp is broken!"),
        (["I have a question", "do you ship to Norway?"], "do you ship to Norway?"),
        (["yes please"], ""),
        (["no, I want my money back"], "no, I want my money back"),
    ],
)
async def test_the_visitors_own_words_are_told_from_courtesies(texts: list[str], asked: str) -> None:
    assert (await Chat().says(*texts)).asked == asked


async def test_a_buttons_label_is_nobodys_words() -> None:
    assert (await Chat().says("Talk to a person", action="talk-to-person")).asked == ""
