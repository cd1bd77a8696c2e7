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


ASK_EMAIL = "Leave your e-mail address here, and the answer will reach you there too."
EMAIL_KNOWN = "The answer will also reach you at {email}."
EMAIL_TAKEN = "Thank you. The answer will reach you here and at {email}. If that is not right, write the right one."
EMAIL_WRONG = "That does not look like an e-mail address. Could you check it?"
EMAIL_MEANT = "Is that your address? If the answer is to reach you there too, write just the address."
ANSWER_HERE = "You will find the answer here."


def absence(text: str, opens: str, email: str, mails: bool) -> str:
    """What a visitor is honestly told while nobody is there, and how the answer will reach them all the same.

    `mails` says whether this installation can send it to them.
    """
    promise = ANSWER_HERE if not mails else EMAIL_KNOWN.format(email=email) if email else ASK_EMAIL
    return f"{text.replace('{opens}', opens)} {promise}".strip()
