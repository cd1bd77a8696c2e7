"""Where an answer reaches a visitor who does not stay: the e-mail address, asked for and checked."""

from chatref.conversation.actions import DetailField, FieldType
from chatref.conversation.events import Detail
from chatref.conversation.turns import FormField, VisitorMessage
from chatref.conversation.values import checked, found_in

_EMAIL = DetailField(name="email", label="E-mail address", prompt="Which e-mail address?", type=FieldType.EMAIL)
ASKED_AT_MOST = 3
"""Who will not say is not asked for ever."""

FORM = (FormField(_EMAIL.name, "Your e-mail address", _EMAIL.type.value, required=True, placeholder="you@example.com"),)


def email_in(message: VisitorMessage) -> Detail | None:
    """The first address in it, from the form or from the text; None where there is none."""
    given = checked(_EMAIL, message.details.get(_EMAIL.name, ""))
    value = given or next((value for value, _, _ in found_in(_EMAIL, message.text)), None)
    return Detail(_EMAIL.name, _EMAIL.label, value) if value else None


def means_email(message: VisitorMessage) -> bool:
    """Whether it was meant as an address, and is none."""
    return "@" in message.text or bool(message.details.get(_EMAIL.name))
