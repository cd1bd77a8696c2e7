"""What an alert says, in words that fit every channel."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from chatref.conversation.events import Handoff, HandoffReason, Person
from chatref.conversation.policy import Audience

SECONDS_SAID_FROM = timedelta(seconds=10)
"""What is shorter has only just begun: it takes some seconds to be told of."""

_REASONS = {
    HandoffReason.ASKED_FOR_PERSON: "asked for a person",
    HandoffReason.FRUSTRATION: "is frustrated",
    HandoffReason.NO_ANSWER: "asked what the assistant does not know",
    HandoffReason.GOING_IN_CIRCLES: "gets no further with the assistant",
    HandoffReason.ASSISTANT_FAILED: "could not be answered by the assistant",
    HandoffReason.TOO_MANY_TURNS: "needs more than the assistant may give",
    HandoffReason.TOO_COSTLY: "needs more than the assistant may give",
    HandoffReason.DETAILS_TIMED_OUT: "left before all details were there",
    HandoffReason.OWNER_TOO_SLOW: "was not answered by the owner of the chat",
    HandoffReason.OWNER_AWAY: "was left by an owner who went away",
    HandoffReason.RETURNED_TO_QUEUE: "was put back into the queue",
    HandoffReason.TRANSFERRED: "was handed on",
}
_TO = {
    Audience.EVERYBODY: "to everybody",
    Audience.FALLBACK: "to the fallback team",
    Audience.SUPERVISORS: "to the supervisors",
}


@dataclass(frozen=True)
class Alert:
    """`id` is the same whenever it is sent again. `link` opens the chat in the inbox; opening it never claims it.

    `team` is a slug, `team_name` what people call it. `agent` is the one whom `audience` means, None where it means
    several.
    """

    id: str
    conversation_id: str
    visitor: str
    team: str
    team_name: str
    audience: Audience
    agent: Person | None
    step: int
    waiting_since: datetime | None
    handoff: Handoff | None
    link: str

    def subject(self, now: datetime) -> str:
        """One line: who waits, for how long, and what sets this alert apart from others about the same wait."""
        apart = ", ".join(self._apart)
        waits = f"{self.visitor or 'A visitor'} is waiting{_for(self.waiting_since, now)}"
        return f"{waits} ({apart})" if apart else waits

    @property
    def data(self) -> dict[str, Any]:
        """For programs: JSON values, but for the handoff."""
        return {
            "conversation_id": self.conversation_id,
            "url": self.link,
            "team": self.team,
            "audience": self.audience,
            "agent": asdict(self.agent) if self.agent else None,
            "step": self.step,
            "waiting_since": self.waiting_since.isoformat() if self.waiting_since else None,
        }

    @property
    def why(self) -> str:
        """One line; empty where nothing is known."""
        if self.handoff is None:
            return ""
        return self.handoff.action or f"The visitor {_REASONS.get(self.handoff.reason, 'needs a person')}"

    @property
    def lines(self) -> tuple[str, ...]:
        """What they want, what was collected, and for which team."""
        said = [self.why] if self.why else []
        if self.handoff is not None:
            said += [f"“{wish}”" for wish in self.handoff.summary.wants]
            said += [
                f"{detail.label}: {detail.value}{' (verified)' if detail.verified else ''}"
                for detail in self.handoff.summary.details
            ]
        return (*said, f"Team: {self.team_name}")

    def text(self, now: datetime) -> str:
        """All of it, without markup."""
        return "\n".join((f"{self.subject(now)}.", "", *self.lines, "", f"Open the chat: {self.link}"))

    @property
    def _apart(self) -> list[str]:
        if self.audience is Audience.AGENT and self.agent:
            # An offer is not a step: it has the number of the one that the ladder is at.
            return [f"offered to {self.agent.name}"]
        apart = [f"reminder {self.step}"] if self.step else []
        if self.audience is Audience.OWNER and self.agent:
            apart.append(f"owned by {self.agent.name}")
        elif to := _TO.get(self.audience):
            apart.append(to)
        return apart


def _for(since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    waited = max(timedelta(0), now - since)
    if waited < SECONDS_SAID_FROM:
        return ""
    if waited < timedelta(minutes=1):
        return f" for {waited.seconds} s"
    minutes = int(waited / timedelta(minutes=1))
    return f" for {minutes} min" if minutes < 120 else f" for {minutes // 60} h"
