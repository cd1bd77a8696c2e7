"""Courtesies, and the question whether one talks to a machine: answered as such, never searched for."""

import re

from chatref.knowledge.words import STOP_WORDS, words
from chatref.lexicon import word_set

_GREETING = word_set(
    """hi hello hey hiya howdy greetings yo good morning afternoon evening day there everyone team folks dear
    all"""
)
_THANKS = word_set(
    """thanks thank you thx ty cheers so very much a lot many great perfect awesome brilliant lovely wonderful
    super cool nice ok okay for your the help that is was all i appreciate it really helpful helps helped
    got that's thats good excellent"""
)
_THANKED = word_set("thanks thank thx ty cheers appreciate perfect great awesome brilliant")
_BYE = word_set(
    """bye goodbye ciao cya see you later have a nice good great day evening weekend take care thanks thank"""
)
_PARTED = word_set("bye goodbye ciao cya later care weekend")
_FINE = word_set(
    """ok okay alright k right fine good cool yes no yeah yep nope nothing else that is thats all i see got it
    understood"""
)
_MACHINE = re.compile(
    r"\b(?:(?:are|r) (?:you|u)|is this|am i (?:talking|speaking|chatting) (?:to|with)) (?:a |an |really |even |just )*"
    r"(?:bot|robot|human|person|machine|ai|chatbot|real|computer|program)\b"
)
_HOW_ARE_YOU = re.compile(r"^(?:\w+ ){0,2}how are (?:you|u)(?: \w+)?$")

GREETED = "Hello! What can I help you with?"
THANKED = "You're welcome! Is there anything else?"
PARTED = "Goodbye, and thank you for stopping by!"
FINE = "All right. I am here if you need anything else."
ASKED_BACK = "Sure. What is it about?"
MACHINE = "I am an automated assistant. I answer from our help pages, and I can bring in a person whenever you like."


def courtesy(text: str) -> str | None:
    """The reply to a message that is nothing but courtesy, or None."""
    said = words(text)
    if not said or len(said) > 12:
        return None
    distinct = set(said)
    if distinct <= _GREETING and said[0] not in {"there", "all", "day", "team"}:
        return GREETED
    if _HOW_ARE_YOU.match(" ".join(said)):
        return GREETED
    if distinct <= _BYE | _THANKS and distinct & _PARTED:
        return PARTED
    if distinct <= _THANKS | _GREETING and distinct & _THANKED:
        return THANKED
    return FINE if distinct <= _FINE and len(said) <= 6 else None


def says_nothing(text: str) -> bool:
    """Whether there is no word in it to look for: "Can you help me?"."""
    said = words(text)
    return bool(said) and STOP_WORDS.issuperset(said)


def asks_whether_machine(text: str) -> bool:
    return bool(_MACHINE.search(" ".join(words(text))))
