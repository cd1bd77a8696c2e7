"""The assistant without a model: it quotes, cites, and says when it does not know."""

import pytest

from chatref.conversation.turns import OutcomeKind
from tests.assistant.house import index, keyless


async def test_an_answer_quotes_a_passage_word_for_word_and_cites_it() -> None:
    outcome = await keyless().reply(["how long does a refund take?"])
    [citation] = outcome.citations
    passage = index().current.passage(citation.passage_id)
    assert passage is not None
    assert citation.quote in passage.text
    assert citation.quote in outcome.text
    assert citation.title == "Returns and refunds: How long does a refund take?"
    assert outcome.kind is OutcomeKind.ANSWER
    assert not outcome.offers_person


async def test_several_questions_in_a_burst_are_all_answered_in_one_reply() -> None:
    outcome = await keyless().reply(["hi", "do you ship to canada?", "and which payment methods do you accept"])
    assert [citation.title.split(": ")[1] for citation in outcome.citations] == [
        "Where do you deliver?",
        "Which payment methods do you accept?",
    ]


async def test_several_questions_in_one_message_are_answered_one_by_one() -> None:
    assert len((await keyless().reply(["Do you ship to Canada? How do I skip a month?"])).citations) == 2


@pytest.mark.parametrize("text", ["who won the world cup?", "how do I bake bread", "asdfghjkl", "???"])
async def test_what_is_not_in_the_content_is_not_answered_and_a_person_is_offered(text: str) -> None:
    outcome = await keyless().reply([text])
    assert outcome.citations == ()
    assert outcome.offers_person
    assert "don't have an answer" in outcome.text


@pytest.mark.parametrize(
    ("text", "part"),
    [("hi", "Hello"), ("good morning!", "Hello"), ("thanks a lot", "welcome"), ("bye", "Goodbye"), ("ok", "All right")],
)
async def test_courtesies_are_answered_as_such(text: str, part: str) -> None:
    outcome = await keyless().reply([text])
    assert part in outcome.text
    assert outcome.citations == ()
    assert not outcome.offers_person


@pytest.mark.parametrize("text", ["can you help me?", "I need help with this please", "hello, I have this"])
async def test_who_has_not_said_yet_what_it_is_about_is_asked(text: str) -> None:
    assert "What is it about?" in (await keyless().reply([text])).text


@pytest.mark.parametrize("text", ["are you a robot?", "am I talking to a real person?", "is this a bot"])
async def test_it_never_pretends_to_be_a_person(text: str) -> None:
    outcome = await keyless().reply([text])
    assert "automated assistant" in outcome.text
    assert outcome.offers_person


async def test_a_greeting_before_a_question_does_not_hide_the_question() -> None:
    assert (await keyless().reply(["hello, how do I skip a month?"])).citations
