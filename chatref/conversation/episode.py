"""An episode as the assistant has it: what it is to answer, what it knows of before, and when it has had its share.

Functions of the conversation's state; those that are named for what happened take note of it there.
"""

from chatref.conversation import exchanges
from chatref.conversation.events import HandoffReason, State, Summary
from chatref.conversation.policy import ServicePolicy
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import Outcome, Turn


def pending_turn(state: ConversationState) -> Turn | None:
    """What the assistant has to answer now; None where it is not its turn."""
    if not state.unanswered or state.state not in (State.AI_HANDLING, State.COLLECTING_DETAILS):
        return None
    return Turn(
        conversation_id=state.conversation_id,
        answers_seq=state.unanswered_seq,
        messages=tuple(state.unanswered),
        collecting=state.collecting,
        turns=state.turns,
        offered_person=state.offered_person,
        earlier=tuple(state.exchanges),
        details=state.details,
        handed_over_by=state.handoff.action_id if state.handoff else "",
        vouched_email=state.vouched_email,
    )


def unanswered(state: ConversationState) -> str:
    """The visitor's words since the business last spoke."""
    return " ".join(message.text for message in state.unanswered)


def cap_reached(
    state: ConversationState, policy: ServicePolicy, *, turns: int = 0, tokens: int = 0
) -> HandoffReason | None:
    """Why the assistant has had its share, with so many more turns and tokens; None where it has not."""
    if state.turns + turns >= policy.turns_at_most:
        return HandoffReason.TOO_MANY_TURNS
    return HandoffReason.TOO_COSTLY if state.tokens + tokens >= policy.tokens_at_most else None


def summary(state: ConversationState, reason: HandoffReason, evidence: str, asked: str) -> Summary:
    """For the agent who takes over. `asked` are the visitor's words of the turn that led to the handoff."""
    matter = state.collecting.evidence if state.collecting else ""
    return exchanges.summarize(state.exchanges, state.details, reason, evidence, asked, matter)


def answered(state: ConversationState, outcome: Outcome) -> None:
    """The assistant has answered what the visitor asked."""
    if outcome.asked:
        state.exchanges = exchanges.with_latest(state.exchanges, exchanges.answered(outcome))


def agent_answered(state: ConversationState, text: str, agent: str) -> None:
    """An agent, by name, has answered what is unanswered, and what the handoff was for."""
    last = state.exchanges[-1].asked if state.exchanges else ""
    before = state.handoff.summary.wants if state.handoff else (last,)
    asked = " ".join((*before, unanswered(state)))
    state.exchanges = exchanges.with_latest(state.exchanges, exchanges.agent_answered(asked, text, agent))


def began_anew(state: ConversationState) -> None:
    """The assistant starts over: what led to a handoff before is not to lead to one again."""
    state.handoff = None
    state.answered = state.by_email = False
    state.turns = state.tokens = 0
    state.exchanges = exchanges.of_agents(state.exchanges)
