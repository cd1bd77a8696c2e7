"""What an alert says, whatever it is sent over."""

from datetime import UTC, datetime, timedelta

import pytest

from chatref.alerting.alert import Alert
from chatref.conversation.policy import Audience

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (4, "Mia is waiting"),
        (40, "Mia is waiting for 40 s"),
        (60, "Mia is waiting for 1 min"),
        (7300, "Mia is waiting for 2 h"),
        (-5, "Mia is waiting"),
    ],
)
def test_it_says_for_how_long_somebody_has_been_waiting(seconds: int, said: str) -> None:
    alert = Alert(
        id="a1",
        conversation_id="c1",
        visitor="Mia",
        team="billing",
        team_name="Billing",
        audience=Audience.TEAM,
        agent=None,
        step=0,
        waiting_since=NOW - timedelta(seconds=seconds),
        handoff=None,
        link="https://chat.example.com/inbox/all/c1",
    )
    assert alert.subject(NOW) == said
