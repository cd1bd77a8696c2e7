"""The demo shop's help, asked the way customers ask."""

import time
from functools import cache

import numpy as np
import pytest

from chatref.demo import pages
from chatref.knowledge.index import Index, texts_of
from chatref.knowledge.passages import Passage, read_markdown


@cache
def shop() -> Index:
    return Index(
        passage
        for page in pages()
        for passage in read_markdown(page.text, source_id=page.name, title=page.name).passages
    )


QUESTIONS = {
    "when will my box get here": "When will my box arrive?",
    "how long does delivery take?": "How long does delivery take?",
    "where is my order?": "Where is my order, and how do I track it?",
    "how much is shipping": "How much does delivery cost?",
    "do you ship to canada": "Where do you deliver?",
    "what's your refund policy?": "What is your refund policy?",
    "how long do refunds take": "How long does a refund take?",
    "is there a cancellation fee": "Is there a fee for cancelling?",
    "i want to skip next month": "How do I skip a month?",
    "can I pause for 3 months": "Can I pause my subscription for longer?",
    "password reset": "I forgot my password",
    "yellow leaves": "Why are the leaves turning yellow?",
    "the tips of the leaves are going brown": "Why do the leaf tips turn brown?",
    "is monstera toxic to cats": "Which plants are safe for cats and dogs?",
    "what time do you open": "What are your opening hours?",
    "phone number": "How can I reach you?",
    "where is my invoice": "Where do I find my invoices?",
    "student discount": "Is there a discount for students?",
    "when will you charge my card": "When am I charged?",
    "my card was declined": "My payment was declined",
    "gift subscription": "Can I give a subscription as a gift?",
    "what plans do you have": "What plans are there?",
    "plant arrived broken": "What if my plant arrives damaged?",
    "how big are the plants": "How big are the plants when they arrive?",
    "got the wrong plant": "I received the wrong plant",
    "going on holiday, what about my plants": "How do I keep plants alive while I am on vacation?",
}
MISSPELLED = {
    "forgot my pasword": "I forgot my password",
    "trakcing": "Where is my order, and how do I track it?",
    "fungs gnats": "How do I get rid of fungus gnats?",
    "yelow leafs": "Why are the leaves turning yellow?",
    "invioces": "Where do I find my invoices?",
}
ELSEWHERE = [
    "what is the meaning of life",
    "who won the world cup",
    "can you write me a poem",
    "what's the weather tomorrow",
    "do you sell cars",
    "how do I fix my bike",
    "what's the capital of france",
    "do you offer insurance",
    "how do i install windows",
    "how do I bake bread",
    "asdf qwer",
]


@pytest.mark.parametrize(("question", "title"), (QUESTIONS | MISSPELLED).items())
def test_a_question_finds_the_section_that_answers_it(question: str, title: str) -> None:
    found = shop().search(question)
    assert found.found
    assert found.hits[0].passage.title == title


@pytest.mark.parametrize("question", ELSEWHERE)
def test_what_the_help_does_not_answer_is_not_found(question: str) -> None:
    assert not shop().search(question).found


def test_hits_come_best_first_and_no_more_than_wanted() -> None:
    hits = shop().search("refund", limit=3).hits
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("question", ["", "   ", "???", "the of and", "2026"])
def test_nothing_to_look_for_finds_nothing(question: str) -> None:
    assert not shop().search(question).found


def test_an_empty_index_finds_nothing() -> None:
    assert Index(()).search("shipping") == Index(()).search("")


@pytest.mark.parametrize("dimensions", [0, 384])
def test_ten_thousand_passages_are_searched_in_20_milliseconds(dimensions: int) -> None:
    words = [f"word{number}" for number in range(4_000)]
    passages = [
        Passage(
            str(at),
            "s",
            "Source",
            words[at % 4_000],
            (),
            " ".join(words[(at * 7 + k * k) % 4_000] for k in range(60)),
            "",
            at,
        )
        for at in range(10_000)
    ]
    random = np.random.default_rng(1)
    meaning = random.standard_normal(dimensions, dtype=np.float32) if dimensions else None
    vectors = {
        text: random.standard_normal(dimensions, dtype=np.float32) for passage in passages for text in texts_of(passage)
    }
    index = Index(passages, vectors if dimensions else None)
    assert index.knows_meaning is bool(dimensions)
    took = []
    for at in range(21):
        start = time.process_time()
        index.search(f"how does {words[at * 11]} go with {words[at * 13 + 5]} and {words[at * 17 + 9]}?", 5, meaning)
        took.append(time.process_time() - start)
    assert sorted(took)[10] < 0.02
