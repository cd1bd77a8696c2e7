"""The ladder: how the wait of a conversation in the queue moves on, and whom each of its steps tells. Pure.

While the team is closed, it rests: nothing is due and nothing gets late. `older` is as in `Conversation`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from chatref.conversation.policy import ON_A_LADDER, Audience, Channels, ServicePolicy
from chatref.conversation.standing import Standing, Telling
from chatref.conversation.state import Wait


@dataclass(frozen=True)
class Call:
    """Who is to be told, over which channels, and what the visitor hears of it, empty for nothing."""

    audience: Audience
    channels: Channels
    say: str = ""


@dataclass(frozen=True)
class Move:
    """The wait from now on, and whom that calls; None where the team is closed, and nobody is to be called."""

    wait: Wait
    call: Call | None = None


def entered(wait: Wait, standing: Standing | None, now: datetime) -> Wait:
    """The wait as it is for the team that is responsible from now on."""
    return wait.handed_on(now, standing.opens_at, standing.closes_at) if standing else wait.handed_on(now)


def climbed(wait: Wait, policy: ServicePolicy, standing: Standing | None, now: datetime) -> Move:
    """The next step; or, where the team has closed meanwhile, the rest until it opens."""
    if standing is not None and standing.opens_at is not None:
        return Move(wait.closed_until(standing.opens_at, now))
    # After an outage several steps may have passed: one alert for the widest of them says it all.
    step = policy.step_due(wait.step, now - wait.clock)
    rung = policy.rung(step)
    say = rung.say if step < len(policy.ladder) else ""
    closes_at = standing.closes_at if standing else None
    higher = replace(wait, step=step + 1, closes_at=closes_at, due_at=None)
    return Move(higher, Call(rung.audience, rung.channels, say))


def opened(wait: Wait, policy: ServicePolicy, standing: Standing | None, now: datetime, *, older: bool = False) -> Move:
    """The team is back, and its clock starts; or, where it is not after all, the rest until it is."""
    opens_at = standing.opens_at if standing is not None else None
    if opens_at is not None and (older or opens_at > now):
        return Move(wait.closed_until(opens_at, now))
    # Where it could not be found out how the team stands now, what is known says that it opens.
    closes_at = standing.closes_at if standing else None
    anew = replace(wait, clock=now, step=0, opens_at=None, closes_at=closes_at, told=False)
    return Move(anew, Call(Audience.TEAM, policy.at_once))


def needs(telling: Telling, wait: Wait, policy: ServicePolicy, team: str, *, older: bool = False) -> bool:
    """Whether the step that the wait is at was to be told by this: if it failed, the next step is due at once.

    Beyond the ladder the pauses between repeats hold, or a channel that stays broken would never let go.
    """
    if older:
        its = telling.team == team and telling.audience is not Audience.VISITOR
    else:
        its = telling.clock == wait.clock and telling.audience in ON_A_LADDER
    return its and wait.opens_at is None and wait.step == telling.step and wait.step < len(policy.ladder)
