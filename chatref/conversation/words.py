"""What the assistant says when the business has not said otherwise."""

from chatref.conversation.events import HandoffReason

HANDOFF: dict[HandoffReason, str] = {
    HandoffReason.ASSISTANT_FAILED: "I can't answer this right now, so I have asked a colleague to take over here.",
    HandoffReason.GOING_IN_CIRCLES: "I am only repeating myself, and that does not help you. I have asked a colleague, "
    "who sees everything you wrote and will answer right here.",
    HandoffReason.TOO_MANY_TURNS: "I'd like a colleague to look at this with you. They will answer right here.",
    HandoffReason.TOO_COSTLY: "I'd like a colleague to look at this with you. They will answer right here.",
    HandoffReason.DETAILS_TIMED_OUT: "I have passed what you told me on to a colleague, who will continue here.",
}
HANDOFF_DEFAULT = "I have asked a colleague to take over. They see everything you wrote and will answer right here."


def handoff_text(reason: HandoffReason) -> str:
    """The acknowledgement of an escalation that no action has a reply for."""
    return HANDOFF.get(reason, HANDOFF_DEFAULT)
