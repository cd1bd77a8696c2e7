"""Courtesies, and the question whether one talks to a machine: answered as such, never searched for."""

import re
from collections.abc import Iterable, Sequence

from chatref.conversation.replies import reply_of
from chatref.knowledge.words import STOP_WORDS, sentences, words
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
_OPENING = STOP_WORDS | word_set(
    """question questions ask asking quick something anything problem problems issue issues trouble query enquiry
    inquiry moment minute second wondering assistance support anyone anybody regarding sorry thing things
    else another q one more"""
)
_OPEN_END = re.compile(
    r"(?:,|\u2026|\.\.\.|:|\b(?:and|but|or|because|cause|cos|so|if|when|the|a|an|my|your|of|plus|like|then)) *$"
)
_MACHINE = re.compile(
    r"\b(?:(?:are|r) (?:you|u)|is this|am i (?:talking|speaking|chatting) (?:to|with)) (?:a |an |really |even |just )*"
    r"(?:bot|robot|human|person|machine|ai|chatbot|real|computer|program)\b"
)
_LEADING = word_set(
    """i im i'm ill i'll id ive i've we me my you it its it's this that thats there theres there's here am is are be was
    do does can could may would shall will let lets have has got a an the one two few some another other more
    last next first second third final quick quickly small short little just only also and or but so then well too
    oh ah hm hmm uh um ok okay alright right sure yes yeah yep maybe perhaps guess think see know not dont don't idea
    if thing things question questions point ask asking tell something else anything about of to for on in with at by
    hold hang wait moment sec min minute minutes still back again online anyway btw actually really now please pls
    sorry oops hi hello hey thanks thank nevermind nvm mind look check try wonder wondering say add mention forgot
    before while what how why listen interesting good great true understood noted later soon"""
)
_LONGEST_LEAD = 9
_HOW_ARE_YOU = re.compile(r"^(?:\w+ ){0,2}how are (?:you|u)(?: \w+)?$")

_SHORT_REPLY = 4

GREETED = "Hello! What can I help you with?"
THANKED = "You're welcome! Is there anything else?"
PARTED = "Goodbye, and thank you for stopping by!"
FINE = "All right. I am here if you need anything else."
ASKED_BACK = "Sure. What is it about?"
MACHINE = "I am an automated assistant. I answer from our help pages, and I can bring in a person whenever you like."


def courtesy(text: str) -> str | None:
    """The reply to a message that is nothing but courtesy, or None."""
    said = [word for word in words(text) if word != "please"]
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
    return FINE if distinct <= _FINE | _THANKS and len(said) <= 6 else None


def says_nothing(text: str) -> bool:
    """Whether there is no word in it to look for: "Can you help me?", "I have a question"."""
    said = words(text)
    return bool(said) and _OPENING.issuperset(said)


def unfinished(text: str) -> bool:
    """Whether a message breaks off, so that the rest is about to come: "I ordered a plant and"."""
    return bool(_OPEN_END.search(text.lower()))


def substance(texts: Iterable[str]) -> str:
    """What was said without courtesies, openings and short replies: the visitor's own sentences, or nothing."""
    said = (sentence for text in texts for sentence in sentences(text))
    return " ".join(sentence for sentence in said if words(sentence) and not _is_filler(sentence))


def _is_filler(sentence: str) -> bool:
    if courtesy(sentence) is not None or says_nothing(sentence) or asks_whether_machine(sentence):
        return True
    return len(words(sentence)) <= _SHORT_REPLY and reply_of(sentence) is not None


def opens_only(said: Sequence[str]) -> bool:
    """Whether these words only lead up to something, or fill a pause: "One more thing", "hold on", "I'm back"."""
    if len(said) > _LONGEST_LEAD:
        return False
    return _LEADING.issuperset(said) or (list(said[:2]) == ["never", "mind"] and _LEADING.issuperset(said[2:]))


def asks_whether_machine(text: str) -> bool:
    return bool(_MACHINE.search(" ".join(words(text))))
