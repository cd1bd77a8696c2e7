"""Going in circles is noticed, asking about another thing is not; and what an agent said outranks the help pages."""

import time

import pytest

from chatref.assistant.earlier import SAME_QUESTION, likeness
from chatref.assistant.interface import Assistant
from chatref.conversation.events import HandoffReason
from chatref.conversation.turns import Exchange, Outcome, OutcomeKind, Turn
from tests.assistant.house import Chat, responder, turn

THE_SAME = [
    ("What are your opening hours?", "WHAT ARE YOUR OPENING HOURS???"),
    ("how do I reset my password", "password reset how?"),
    ("Do you ship to Norway?", "so do you ship to norway or not?"),
    ("Can I pay with PayPal?", "can i pay with paypall"),
    ("My leaves are turning yellow, what can I do?", "what do I do about yellow leaves turning"),
    ("Is the monstera safe for cats?", "is monstera safe for my cat?"),
    ("how often should I water a cactus", "How often do I have to water my cactus?"),
    ("I can't log in to my account", "still cant log in to my account"),
    ("When does my subscription renew?", "but when does it renew, my subscription"),
]
ANOTHER_THING = [
    ("How much is delivery?", "How long does delivery take?"),
    ("Do you ship to Norway?", "Do you ship to Sweden?"),
    ("Is the monstera safe for cats?", "Is the monstera safe for dogs?"),
    ("Where is my order 104233?", "Where is my order 104234?"),
    ("I bought a big blue pot in March, can I return it?", "I bought a small blue pot in March, can I return it?"),
    ("how do I change my address", "how do I change my phone number"),
    ("when does it ship", "where does it ship from"),
    ("what are your opening hours?", "are you open on sundays?"),
    ("Do you sell gift cards?", "How do I use a gift card?"),
    ("how much light does it need", "how much water does it need"),
    ("can I change the delivery date", "can I change the delivery address"),
]


@pytest.mark.parametrize(("one", "other"), THE_SAME)
def test_the_same_question_in_other_words_is_the_same(one: str, other: str) -> None:
    assert likeness(one, other) >= SAME_QUESTION
    assert likeness(one, other) == pytest.approx(likeness(other, one))


@pytest.mark.parametrize(("one", "other"), ANOTHER_THING)
def test_the_question_about_another_thing_is_another(one: str, other: str) -> None:
    assert likeness(one, other) < SAME_QUESTION
    assert likeness(other, one) < SAME_QUESTION


class TestWithoutAModel:
    async def test_an_answer_is_repeated_once_with_the_offer_of_a_person_and_then_a_person_comes(self) -> None:
        chat = Chat()
        first = await chat.says("what are your opening hours?")
        second = await chat.says("and when are you open")
        assert (second.kind, second.offers_person) == (OutcomeKind.ANSWER, True)
        assert second.text.startswith(first.text)
        assert second.text.endswith("shall I get a person from our team?")
        third = await chat.says("Hello! So when do you open?")
        assert third.kind is OutcomeKind.ESCALATE
        assert third.escalation is not None
        assert third.escalation.reason is HandoffReason.GOING_IN_CIRCLES
        assert third.escalation.evidence == "Hello! So when do you open?"
        assert not third.citations

    async def test_who_accepts_the_offer_goes_to_a_person_with_the_sentence_that_showed_it(self) -> None:
        chat = Chat()
        for text in ("what are your opening hours?", "when are you open"):
            await chat.says(text)
        outcome = await chat.says("yes please")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.GOING_IN_CIRCLES
        assert outcome.escalation.evidence == "when are you open"

    async def test_a_second_question_in_a_row_without_an_answer_goes_to_a_person(self) -> None:
        chat = Chat()
        first = await chat.says("who won the world cup?")
        assert (first.kind, first.unknown) == (OutcomeKind.ANSWER, True)
        await chat.says("no thanks")
        outcome = await chat.says("and who won the olympics?")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.NO_ANSWER
        assert outcome.escalation.evidence == "and who won the olympics?"

    async def test_an_answer_in_between_is_no_row(self) -> None:
        chat = Chat()
        for text in ("who won the world cup?", "what are your opening hours?", "who won the olympics?"):
            assert (await chat.says(text)).kind is OutcomeKind.ANSWER

    async def test_thanks_and_greetings_are_no_circle(self) -> None:
        chat = Chat()
        for text in ("thanks", "Thank you!", "thanks a lot", "hello", "hi", "hi there"):
            outcome = await chat.says(text)
            assert (outcome.kind, outcome.repeats, outcome.asked) == (OutcomeKind.ANSWER, False, "")

    async def test_different_questions_are_no_circle(self) -> None:
        chat = Chat()
        for text in (
            "How much does delivery cost?",
            "how long does delivery take?",
            "do you deliver to islands?",
            "can I choose the day of delivery?",
            "How are the plants packed?",
        ):
            outcome = await chat.says(text)
            assert (outcome.kind, outcome.repeats) == (OutcomeKind.ANSWER, False)

    async def test_who_looks_something_up_again_much_later_is_in_no_circle(self) -> None:
        chat = Chat()
        questions = (
            "Which payment methods do you accept?",
            "How much does delivery cost?",
            "What are your opening hours?",
            "How are the plants packed?",
            "Where do your plants come from?",
        )
        for text in questions * 3:
            assert (await chat.says(text)).kind is OutcomeKind.ANSWER


class Model(Assistant):
    """Says what it was told to, one after the other."""

    def __init__(self, *replies: Outcome) -> None:
        self._replies = list(replies)

    async def answer(self, turn: Turn) -> Outcome:
        return self._replies.pop(0)


class TestWithAModel:
    async def test_the_same_answer_in_other_words_to_the_same_question_goes_to_a_person_the_second_time(self) -> None:
        said = (
            "Your box is packed on Monday and arrives within two to four working days.",
            "As I said, it arrives within two to four working days; boxes are packed on Monday.",
            "Boxes are packed on Monday and it takes two to four working days until they arrive.",
        )
        chat = Chat(responder(Model(*(Outcome(OutcomeKind.ANSWER, text) for text in said))))
        assert not (await chat.says("When does my box come?")).repeats
        second = await chat.says("So when does the box come then?")
        assert (second.text, second.repeats) == (said[1], True)
        third = await chat.says("I still do not know when it comes, my box")
        assert third.escalation is not None
        assert third.escalation.reason is HandoffReason.GOING_IN_CIRCLES

    async def test_which_does_not_know_twice_in_a_row_goes_to_a_person(self) -> None:
        unknown = Outcome(OutcomeKind.ANSWER, "I cannot say.", offers_person=True, unknown=True)
        chat = Chat(responder(Model(unknown, unknown)))
        assert (await chat.says("who won the world cup?")).kind is OutcomeKind.ANSWER
        outcome = await chat.says("and the one before?")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.NO_ANSWER


class TestWhatAnAgentSaid:
    HOURS = Exchange(
        "when are you open this week?", "This week we open at 10 only, we move to a new house.", agent="Ada"
    )

    async def test_is_referred_to_instead_of_the_help_pages(self) -> None:
        outcome = await responder().consider(turn("So when are you open this week?", earlier=[self.HOURS]))
        assert outcome.kind is OutcomeKind.ANSWER
        assert "Ada" in outcome.text
        assert self.HOURS.said in outcome.text
        assert not outcome.citations
        assert outcome.offers_person

    async def test_is_found_by_what_it_is_about_as_well(self) -> None:
        corrected = Exchange("", "Opening hours changed: we open at 10 now.", agent="Bo")
        outcome = await responder().consider(turn("what are your opening hours?", earlier=[self.HOURS, corrected]))
        assert corrected.said in outcome.text

    async def test_says_nothing_about_other_things(self) -> None:
        outcome = await responder().consider(turn("How much does delivery cost?", earlier=[self.HOURS]))
        assert outcome.citations

    async def test_is_said_again_once_and_then_they_are_asked_back_in(self) -> None:
        chat = Chat()
        chat.earlier = [self.HOURS]
        await chat.says("So when are you open this week?")
        assert (await chat.says("when are you open this week")).repeats
        outcome = await chat.says("open when this week??")
        assert outcome.escalation is not None
        assert outcome.escalation.reason is HandoffReason.GOING_IN_CIRCLES


async def test_no_text_keeps_everybody_waiting() -> None:
    words = " ".join(f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(600))
    earlier = [Exchange(words[:300], words[:600], agent="Ada" if number % 2 else "") for number in range(12)]
    began = time.thread_time()
    await responder().consider(turn(words[::-1][:8000], earlier=earlier))
    assert time.thread_time() - began < 0.6
