"""The state chart: every event in every state, and its picture in the docs."""

import pytest
from statemachine.exceptions import TransitionNotAllowed

from chatref.conversation.chart import Control, ConversationChart
from chatref.conversation.events import State

AI, COLLECTING, ESCALATED, OWNED, RESOLVED = State

LEGAL: dict[tuple[State, str], State] = {
    (AI, "visitor_wrote"): AI,
    (AI, "answer"): AI,
    (AI, "start_action"): COLLECTING,
    (AI, "escalate"): ESCALATED,
    (AI, "claim"): OWNED,
    (AI, "assign"): OWNED,
    (AI, "transfer_to_team"): ESCALATED,
    (AI, "lapse"): RESOLVED,
    (COLLECTING, "visitor_wrote"): COLLECTING,
    (COLLECTING, "ask"): COLLECTING,
    (COLLECTING, "decline"): AI,
    (COLLECTING, "escalate"): ESCALATED,
    (COLLECTING, "claim"): OWNED,
    (COLLECTING, "assign"): OWNED,
    (COLLECTING, "transfer_to_team"): ESCALATED,
    (ESCALATED, "visitor_wrote"): ESCALATED,
    (ESCALATED, "claim"): OWNED,
    (ESCALATED, "assign"): OWNED,
    (ESCALATED, "transfer_to_team"): ESCALATED,
    (ESCALATED, "release_to_assistant"): AI,
    (OWNED, "visitor_wrote"): OWNED,
    (OWNED, "reply"): OWNED,
    (OWNED, "assign"): OWNED,
    (OWNED, "transfer_to_team"): ESCALATED,
    (OWNED, "release_to_assistant"): AI,
    (OWNED, "release_to_queue"): ESCALATED,
    (OWNED, "return_overdue"): ESCALATED,
    (OWNED, "owner_left"): ESCALATED,
    (OWNED, "resolve"): RESOLVED,
    (RESOLVED, "visitor_wrote"): AI,
}

EVENTS = [event.id for event in ConversationChart.events]  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", State)
def test_each_event_in_each_state_leads_where_the_design_says_or_is_refused(state: State, event: str) -> None:
    control = Control(state)
    chart = ConversationChart(control)
    expected = LEGAL.get((state, event))
    if expected is None:
        with pytest.raises(TransitionNotAllowed):
            chart.send(event)
        assert control.state is state, "a refused event changes nothing"
    else:
        chart.send(event)
        assert control.state is expected


def test_the_table_above_names_only_events_that_the_chart_has() -> None:
    assert {event for _, event in LEGAL} == set(EVENTS)


def test_an_event_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TransitionNotAllowed):
        ConversationChart(Control()).send("teleport")


@pytest.mark.parametrize("state", [AI, COLLECTING, ESCALATED])
def test_an_agent_may_step_in_from_any_open_state_without_an_owner(state: State) -> None:
    control = Control(state)
    ConversationChart(control).send("claim")
    assert control.state is OWNED
