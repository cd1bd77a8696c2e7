"""Where an answer reaches a visitor who does not stay: the e-mail address, asked for and checked."""

import re

from chatref.conversation.actions import DetailField, FieldType
from chatref.conversation.events import Detail
from chatref.conversation.turns import FormField, VisitorMessage
from chatref.conversation.values import checked, found_in
from chatref.lexicon import word_set

_EMAIL = DetailField(name="email", label="E-mail address", prompt="Which e-mail address?", type=FieldType.EMAIL)
ASKED_AT_MOST = 3
"""Who will not say is not asked for ever."""

FORM = (FormField(_EMAIL.name, "Your e-mail address", _EMAIL.type.value, required=True, placeholder="you@example.com"),)


_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# What people say around their own address, and around nobody else's.
_AROUND = word_set(
    """actually address at correction e email here here's hello hi is it it's its just mail mine my ok okay
    oh please sorry sure thank thanks that that's the typo was wrong yes"""
)
_YOU_CAN = re.compile(r"\byou (?:can|may|could) (?:reach|contact|write|answer|mail|e-?mail) (?:to )?me\b")
_NO_FIRST = re.compile(r"^\W*no\W")
_ASKS = re.compile(r"^\W*(?:is|are|am|was)\b|\?")
# What may stand right beside an address in running text: anything else is part of it, or of something longer.
_OPENS, _CLOSES = '\\s(<\\["“:', '\\s)>\\].,;!"”'
_BESIDE = re.compile(rf"(?:^|[{_OPENS}])\x00(?:[{_CLOSES}]|$)")


def email_in(message: VisitorMessage, *, whosever: bool = False) -> Detail | None:
    """The visitor's address, from the form, or from a message that says little else; None where there is none.

    Somebody else's that they write about must not be taken for theirs: the answer goes there. With `whosever`, the
    first one is taken all the same.
    """
    given = checked(_EMAIL, message.details.get(_EMAIL.name, ""))
    whole = None if whosever else checked(_EMAIL, message.text.strip())
    if value := given or whole:
        return _detail(value)
    found = list(found_in(_EMAIL, message.text))
    if not found:
        return None
    value, start, end = found[0]
    text = f"{message.text[:start]}\x00{message.text[end:]}".casefold()
    return _detail(value) if whosever or _says_little_else(text) else None


def _says_little_else(text: str) -> bool:
    """`text` has a NUL in place of the address."""
    if _ASKS.search(text) or not _BESIDE.search(text):
        return False
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = _NO_FIRST.sub(" ", _YOU_CAN.sub(" ", text))
    return _AROUND.issuperset(_WORD.findall(text))


def means_email(message: VisitorMessage) -> bool:
    """Whether it was meant as an address, or may have been."""
    return "@" in message.text or bool(message.details.get(_EMAIL.name))


def _detail(value: str) -> Detail:
    return Detail(_EMAIL.name, _EMAIL.label, value)
