"""Who can take a chat, and who is offered which: pure, from how it stands with everybody at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

AWAY_AFTER = timedelta(minutes=1)
"""Without a word from their inbox, somebody is away: a closed laptop does not sign off."""


@dataclass(frozen=True)
class Colleague:
    """`load` counts the chats that they own or have been offered, `limit` how many they want at most; None for any.

    `seen_at` is when their inbox was heard of last, `free_since` when they last took a chat, or came.
    """

    id: str
    name: str
    teams: frozenset[str]
    available: bool
    seen_at: datetime | None
    free_since: datetime
    load: int = 0
    limit: int | None = None

    def is_there(self, now: datetime) -> bool:
        """Available, and at their desk."""
        return self.available and self.seen_at is not None and now - self.seen_at < AWAY_AFTER


@dataclass(frozen=True)
class Queued:
    """A chat that waits for a person of `team`. `asked` are the ids of those whom it has been offered in this wait."""

    conversation_id: str
    team: str
    waiting_since: datetime
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Offer:
    conversation_id: str
    to: Colleague


def can_take(colleague: Colleague, team: str, now: datetime) -> bool:
    """The one rule: available and there, in the team, and below their limit."""
    has_room = colleague.limit is None or colleague.load < colleague.limit
    return colleague.is_there(now) and team in colleague.teams and has_room


def offers(queue: Iterable[Queued], colleagues: Iterable[Colleague], now: datetime) -> list[Offer]:
    """First in, first out; each to whoever is free longest of those who have not been asked yet.

    A chat that nobody can take leaves its place to the next. Whoever gets one is the last to get another.
    """
    free = {colleague.id: colleague for colleague in colleagues}
    made = []
    for queued in sorted(queue, key=lambda each: (each.waiting_since, each.conversation_id)):
        able = [each for each in free.values() if can_take(each, queued.team, now) and each.id not in queued.asked]
        if not able:
            continue
        chosen = min(able, key=lambda each: (each.free_since, each.load, each.id))
        made.append(Offer(queued.conversation_id, chosen))
        free[chosen.id] = replace(chosen, load=chosen.load + 1, free_since=now)
    return made
