"""Who can take a chat, and who is offered which: pure, from how it stands with everybody at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

AWAY_AFTER = timedelta(minutes=1)
"""Without a word from their inbox, somebody is away: a closed laptop does not sign off."""


@dataclass(frozen=True)
class Candidate:
    """An agent. `teams` are slugs; `there` says that they are available and at their desk.

    `free_since` is when they came, or last took, gave back or were offered a chat. `load` counts the chats that they
    own, `limit` how many they want at most, None for any. `considers` says that they have an offer that still holds.
    """

    id: str
    name: str
    teams: frozenset[str]
    there: bool
    free_since: datetime
    load: int = 0
    limit: int | None = None
    considers: bool = False


@dataclass(frozen=True)
class Queued:
    """A chat that waits for a person of `team`. `asked` are the ids of those who were offered it not long ago."""

    conversation_id: str
    team: str
    waiting_since: datetime
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Offer:
    queued: Queued
    to: Candidate


def can_take(candidate: Candidate, team: str) -> bool:
    """The one rule: available and there, in the team, and below their limit."""
    has_room = candidate.limit is None or candidate.load < candidate.limit
    return candidate.there and team in candidate.teams and has_room


def offers(queue: Iterable[Queued], candidates: Iterable[Candidate]) -> list[Offer]:
    """First in, first out; each to whoever is free longest, and nobody two at once.

    A chat that nobody can take now leaves its place to the next.
    """
    free = {candidate.id: candidate for candidate in candidates if not candidate.considers}
    made = []
    for queued in sorted(queue, key=lambda each: (each.waiting_since, each.conversation_id)):
        able = [each for each in free.values() if each.id not in queued.asked and can_take(each, queued.team)]
        if able:
            chosen = min(able, key=lambda each: (each.free_since, each.load, each.id))
            made.append(Offer(queued, chosen))
            del free[chosen.id]
    return made
