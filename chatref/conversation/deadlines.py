"""The one live deadline of a conversation: when, and what is to happen then."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chatref.conversation.events import State
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.state import ConversationState, Wait


class DeadlineKind(StrEnum):
    """The value is what operators read beside the timer."""

    ALERT_AGAIN = "alert again: nobody has taken the conversation"
    OPENING = "alert the team: it opens"
    CLOSING = "tell the visitor when the team is back: it closes"
    ALERT_OWNER = "alert the owner: the visitor waits for an answer"
    RETURN_TO_QUEUE = "return to the queue: the owner has not answered"
    STOP_COLLECTING = "escalate with the details there are"
    LAPSE = "resolve quietly: the visitor has gone"
    END = "end: the reopen window has passed"


@dataclass(frozen=True)
class Deadline:
    kind: DeadlineKind
    at: datetime


def next_deadline(state: ConversationState, policy: ServicePolicy) -> Deadline | None:
    """What happens next if nobody does anything; None only while an owner's visitor is not waiting."""
    match state.state:
        case State.ESCALATED:
            assert state.wait is not None, "an escalated conversation always has a wait"
            return _of_the_queue(state.wait, policy)
        case State.HUMAN_OWNED if state.wait is not None:
            alert_at = state.wait.clock + policy.owner_answers_within
            if state.wait.step == 0:
                return Deadline(DeadlineKind.ALERT_OWNER, alert_at)
            return Deadline(DeadlineKind.RETURN_TO_QUEUE, alert_at + policy.owner_grace)
        case State.HUMAN_OWNED:
            return None
        case State.COLLECTING_DETAILS:
            return Deadline(DeadlineKind.STOP_COLLECTING, state.active_at + policy.collecting_at_most)
        case State.AI_HANDLING:
            return Deadline(DeadlineKind.LAPSE, state.active_at + policy.idle_after)
        case State.RESOLVED:
            return Deadline(DeadlineKind.END, state.active_at + policy.reopen_window)


def _of_the_queue(wait: Wait, policy: ServicePolicy) -> Deadline:
    if wait.opens_at is not None:
        return Deadline(DeadlineKind.OPENING, wait.opens_at)
    due = wait.due_at or wait.clock + policy.alert_due(wait.step)
    if wait.closes_at is not None and wait.closes_at < due:
        return Deadline(DeadlineKind.CLOSING, wait.closes_at)
    return Deadline(DeadlineKind.ALERT_AGAIN, due)
