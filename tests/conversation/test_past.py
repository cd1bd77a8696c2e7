"""What a run that starts anew takes up from the log."""

import pytest

from chatref.conversation.events import Detail, Priority, State
from chatref.effects import ConversationRow, Past
from tests.conversation.test_conversation import START, after

EMAIL = Detail("email", "E-mail address", "ann@example.com")


@pytest.mark.parametrize(("state", "waits"), [(State.ESCALATED, True), (State.AI_HANDLING, False)])
def test_whoever_left_an_address_and_waits_still_gets_the_answer_there(state: State, waits: bool) -> None:
    row = ConversationRow(
        state=state,
        owner=None,
        team="support",
        tags=(),
        priority=Priority.NORMAL,
        waiting_since=START if waits else None,
        deadline=None,
        handoff=None,
        details=(EMAIL,),
        episode=1,
    )
    resumed = Past(last_seq=9, row=row).resume("c", after(minutes=1), 2)
    assert (resumed.email, resumed.by_email) == ("ann@example.com", waits)
