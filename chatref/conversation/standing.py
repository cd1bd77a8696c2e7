"""How a team stands at a moment: its policy, whether it is open, who of it is there, and how it can be told.

Looked up outside and given to the conversation, so that no time zone, roster or setting is ever asked twice for the
same decision: what is replayed is what was decided then.
"""

from dataclasses import dataclass, field
from datetime import datetime

from chatref.conversation.policy import Audience, ServicePolicy


@dataclass(frozen=True)
class TeamQuestion:
    """`version` is that of the policy that the conversation has; `time_zone` the visitor's, empty for unknown.

    `agents` are the ids of those who may be told in person. `at` is what the time is for whoever asks: a clock that is
    behind must not take what has come for what is yet to come.
    """

    team: str
    version: int
    time_zone: str = ""
    agents: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """`policy` is None where the one that the conversation has is the newest.

    `opens_at` is None while the team is open, `opens_words` the same for the visitor to read; `closes_at` is None while
    it is closed, or does not close. `there` says how many of an audience are at their desks and available; an audience
    that is missing is not known; `agents` says of single ones whether they are. `channels` are those that are set up,
    and the webhooks that the policy names, but for the inbox.
    """

    team: str
    version: int
    policy: ServicePolicy | None = None
    opens_at: datetime | None = None
    opens_words: str = ""
    closes_at: datetime | None = None
    there: dict[Audience, int] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()
    agents: dict[str, bool] = field(default_factory=dict)

    def nobody_of(self, audience: Audience, agent_id: str = "") -> bool:
        """Whether it is known that nobody is there; of an audience of one, that they are not."""
        if audience in (Audience.OWNER, Audience.AGENT):
            return self.agents.get(agent_id) is False
        return self.there.get(audience) == 0


@dataclass(frozen=True)
class Telling:
    """One attempt to tell somebody over one channel but the inbox.

    `event_id` is that of the alert in the inbox which it goes with, or of the message that is mailed. `agent`
    is an id, where one is meant, and `address` the visitor's, where they are. `clock` is that of the wait it is for.
    """

    event_id: str
    step: int
    audience: Audience
    channel: str
    team: str
    agent: str = ""
    address: str = ""
    clock: datetime | None = None
    agent_name: str = ""


@dataclass(frozen=True)
class Told:
    """What came of it. `delivered` only if at least one recipient's server took it; `why` says why not.

    `nobody` says that none of those who are meant has this channel: it has not failed. `called_off` that it was, as
    nobody needed to be told any more.
    """

    delivered: bool
    recipients: int = 0
    why: str = ""
    nobody: bool = False
    called_off: bool = False

    @property
    def outcome(self) -> str:
        if self.delivered:
            return "delivered"
        return "called_off" if self.called_off else "nobody_there" if self.nobody else "failed"
