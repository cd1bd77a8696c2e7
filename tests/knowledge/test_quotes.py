"""A quote is the part that answers, word for word."""

from chatref.knowledge.quotes import LONGEST_QUOTE, quote

LONG = "\n\n".join(
    [
        "We pack on Mondays. " * 12,
        "The carrier brings it to your door. Winter boxes get a heat pack. Below ten degrees we wait. " * 4,
        "You can choose between:\n\n- Tuesday\n- Friday",
    ]
)


def test_a_short_passage_is_quoted_whole() -> None:
    assert quote("One. Two.", "anything") == "One. Two."


def test_of_a_long_one_the_sentences_that_answer_are_quoted() -> None:
    said = quote(LONG, "is there a heat pack in winter?")
    assert "Winter boxes get a heat pack." in said
    assert len(said) <= LONGEST_QUOTE
    assert "Mondays" not in said


def test_every_sentence_of_a_quote_stands_in_the_passage() -> None:
    assert all(part.strip() in LONG for part in quote(LONG, "carrier").split(". "))


def test_a_list_stays_with_the_sentence_that_leads_to_it() -> None:
    assert quote(LONG, "can I choose tuesday?") == "You can choose between:\n\n- Tuesday\n- Friday"
