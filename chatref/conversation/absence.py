"""Absence: what a visitor is told while nobody of the team is there, and where the answer is to reach them instead.

The two are one promise: whoever hears that nobody is there may leave, and is told that the answer will be mailed, where
it can be. So `tell` asks for the address, and `hear` listens for it in what the visitor writes next. Both take note of
it in the state that they are given, and say nothing themselves. `older` is as in `Conversation`.
"""

from dataclasses import dataclass, replace

from chatref.conversation import contact, words
from chatref.conversation.events import Detail, State
from chatref.conversation.policy import EMAIL, Audience, ServicePolicy
from chatref.conversation.standing import Standing
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import FormField, VisitorMessage


@dataclass(frozen=True)
class Notice:
    """What the visitor is to be told. `form` asks for their address, where it is asked for. `away`: nobody is there."""

    text: str
    form: tuple[FormField, ...] = ()
    away: bool = False


@dataclass(frozen=True)
class Heard:
    """What a message says of the visitor's address: the details to keep, then what to say, None for nothing."""

    details: tuple[Detail, ...] = ()
    notice: Notice | None = None


def tell(
    state: ConversationState, policy: ServicePolicy, standing: Standing | None, *, older: bool = False
) -> Notice | None:
    """What the visitor has to be told because nobody is there; None where somebody is, or may be, or they know.

    From then on they know, and their answers are mailed too, where this installation can: nothing is promised that
    cannot be kept.
    """
    wait = state.wait
    if wait is None or wait.knows or standing is None:
        return None
    if wait.opens_at is not None:
        text, opens = policy.closed_text, standing.opens_words
    elif standing.nobody_of(Audience.TEAM):
        text, opens = policy.nobody_text, ""
    else:
        return None
    mails = older or EMAIL in standing.channels
    state.wait = replace(wait, told=True, told_until=wait.opens_at)
    state.by_email = state.by_email or mails
    # Each promise asks anew, and again as often as that may be.
    state.email_asked = state.email_asked + 1 if older else 1
    form = () if state.email or not mails else contact.FORM
    return Notice(words.absence(text, opens, state.email, mails), form, away=True)


def hear(state: ConversationState, message: VisitorMessage, *, older: bool = False) -> Heard:
    """What a message that the conversation has just taken says of the address, while one is expected.

    A later one replaces it: the first may have been mistyped. The assistant does not speak over a person who has the
    conversation, but takes the address.
    """
    if not _is_expected(state, older):
        return Heard()
    details: tuple[Detail, ...] = ()
    if (detail := contact.email_in(message, whosever=older)) is not None:
        details = (detail,) if detail.value != state.email else ()
        state.email = detail.value
        notice: Notice | None = Notice(words.EMAIL_TAKEN.format(email=state.email))
    else:
        notice = _ask_again(state, message)
    return Heard(details, notice if state.state is State.ESCALATED else None)


def _is_expected(state: ConversationState, older: bool) -> bool:
    if older:
        return state.state is State.ESCALATED and bool(state.email_asked) and not state.email
    return state.by_email and not state.answered and state.state in (State.ESCALATED, State.HUMAN_OWNED)


def _ask_again(state: ConversationState, message: VisitorMessage) -> Notice | None:
    """Where the message has, or may have been meant to have, an address that cannot be taken for the visitor's."""
    somebodys = contact.email_in(message, whosever=True)
    if somebodys is not None and somebodys.value != state.email:
        text = words.EMAIL_MEANT
    elif contact.means_email(message) and not state.email:
        text = words.EMAIL_WRONG
    else:
        return None
    if state.email_asked >= contact.ASKED_AT_MOST:
        return None
    state.email_asked += 1
    return Notice(text, contact.FORM)
