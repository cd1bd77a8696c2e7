"""The state chart: which event is legal in which state, and where it leads. Pure and synchronous; time is elsewhere.

An event that is not legal raises `statemachine.exceptions.TransitionNotAllowed`: it is never swallowed, and the caller
decides what to tell whom.
"""

from dataclasses import dataclass

from statemachine import StateChart
from statemachine.states import States

from chatref.conversation.events import State


@dataclass
class Control:
    """The chart's model: it holds nothing but the state, so that restoring a conversation is setting one field."""

    state: State = State.AI_HANDLING


class ConversationChart(StateChart[Control]):
    """Who controls a conversation, and what may change that."""

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True

    states = States.from_enum(State, initial=State.AI_HANDLING)

    visitor_wrote = (
        states.AI_HANDLING.to.itself()
        | states.COLLECTING_DETAILS.to.itself()
        | states.ESCALATED.to.itself()
        | states.HUMAN_OWNED.to.itself()
        | states.RESOLVED.to(states.AI_HANDLING)
    )
    answer = states.AI_HANDLING.to.itself()
    start_action = states.AI_HANDLING.to(states.COLLECTING_DETAILS)
    ask = states.COLLECTING_DETAILS.to.itself()
    decline = states.COLLECTING_DETAILS.to(states.AI_HANDLING)
    escalate = states.AI_HANDLING.to(states.ESCALATED) | states.COLLECTING_DETAILS.to(states.ESCALATED)
    claim = (
        states.AI_HANDLING.to(states.HUMAN_OWNED)
        | states.COLLECTING_DETAILS.to(states.HUMAN_OWNED)
        | states.ESCALATED.to(states.HUMAN_OWNED)
    )
    reply = states.HUMAN_OWNED.to.itself()
    assign = (
        states.AI_HANDLING.to(states.HUMAN_OWNED)
        | states.COLLECTING_DETAILS.to(states.HUMAN_OWNED)
        | states.ESCALATED.to(states.HUMAN_OWNED)
        | states.HUMAN_OWNED.to.itself()
    )
    transfer_to_team = (
        states.AI_HANDLING.to(states.ESCALATED)
        | states.COLLECTING_DETAILS.to(states.ESCALATED)
        | states.ESCALATED.to.itself()
        | states.HUMAN_OWNED.to(states.ESCALATED)
    )
    release_to_assistant = states.ESCALATED.to(states.AI_HANDLING) | states.HUMAN_OWNED.to(states.AI_HANDLING)
    release_to_queue = states.HUMAN_OWNED.to(states.ESCALATED)
    return_overdue = states.HUMAN_OWNED.to(states.ESCALATED)
    owner_left = states.HUMAN_OWNED.to(states.ESCALATED)
    resolve = states.HUMAN_OWNED.to(states.RESOLVED)
    lapse = states.AI_HANDLING.to(states.RESOLVED)
