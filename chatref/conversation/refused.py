"""Commands that are refused, and why."""

from uuid import UUID

from chatref.conversation.events import Person, State
from chatref.conversation.state import ConversationState


class Refused(Exception):
    """A command that the conversation's state does not allow. `code` is stable; `owner` is who owns it, if anyone."""

    def __init__(self, code: str, message: str, owner: Person | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.owner = owner


def refuse_unless_agent(person: Person) -> None:
    # By signal anybody with access to the engine can claim, with whatever they typed. Ids are compared as text.
    try:
        canonical = str(UUID(person.id)) == person.id
    except ValueError:
        canonical = False
    if not canonical or "\0" in person.name:
        raise Refused("invalid", "An agent's id is a UUID, in lower case, and a name has no NUL.")


def refuse_if_resolved(state: ConversationState) -> None:
    """What is settled is nobody's to take or to hand on."""
    if state.state is State.RESOLVED:
        raise Refused("conversation_resolved", "This conversation is resolved; it reopens when the visitor writes.")


def refuse_unless_owner_or_unowned(state: ConversationState, agent: Person) -> None:
    """Only the owner gives a conversation away; one that nobody owns is everybody's."""
    refuse_if_resolved(state)
    owner = state.owner
    if owner is not None and owner.id != agent.id:
        raise Refused("not_owner", f"{owner.name} has this conversation", owner)
