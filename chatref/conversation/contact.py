"""Where an answer reaches a visitor who does not stay: the e-mail address, asked for and checked."""

import re
from collections.abc import Iterable

from chatref.conversation.actions import DetailField, FieldType
from chatref.conversation.events import Detail
from chatref.conversation.turns import FormField, VisitorMessage
from chatref.conversation.values import checked, found_in
from chatref.lexicon import word_set

_EMAIL = DetailField(name="email", label="E-mail address", prompt="Which e-mail address?", type=FieldType.EMAIL)
ASKED_AT_MOST = 3
"""Who will not say is not asked for ever."""

FORM = (FormField(_EMAIL.name, "Your e-mail address", _EMAIL.type.value, required=True, placeholder="you@example.com"),)


_WORD = re.compile(r"[^\W_]+")
# What people say around their own address, and around nobody else's.
_AROUND = word_set(
    """a actually address addresses an and answer at best can contact correct e either email here hi hello i id in is it
    its just mail me mine my no not of ok okay on one only or please reach reply right send should sorry sure thank
    thanks that thats the there this to try under use via want will with would write yes you your d m s"""
)


def email_in(message: VisitorMessage, *, whosever: bool = False) -> Detail | None:
    """The visitor's address, from the form, or from a message that says little else; None where there is none.

    Somebody else's that they write about must not be taken for theirs: the answer goes there. With `whosever`, the
    first one is taken all the same.
    """
    given = checked(_EMAIL, message.details.get(_EMAIL.name, ""))
    if given:
        return _detail(given)
    found = list(found_in(_EMAIL, message.text))
    if not found:
        return None
    value, start, end = found[0]
    around = _WORD.findall(f"{message.text[:start]} {message.text[end:]}".casefold())
    return _detail(value) if whosever or _AROUND.issuperset(around) else None


def email_of(details: Iterable[Detail]) -> str | None:
    """The address that the visitor gave before, if they did."""
    return next((detail.value for detail in details if detail.name == _EMAIL.name), None)


def means_email(message: VisitorMessage) -> bool:
    """Whether it was meant as an address, or may have been."""
    return "@" in message.text or bool(message.details.get(_EMAIL.name))


def _detail(value: str) -> Detail:
    return Detail(_EMAIL.name, _EMAIL.label, value)
