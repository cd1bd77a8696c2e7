"""What must hold when the dust has settled: each function gives what does not, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.running import Event

PAGER = "webhook:pager"
"""The channel of alerts that fails at random."""
TEMPORALS_PATIENCE = timedelta(seconds=15)
"""How long Temporal waits for a worker that died with a task in hand (10 s), and for it to be done elsewhere."""

CAUGHT_UP_WITHIN = timedelta(minutes=2)
"""How long what was waiting when everything was ready again may go on to wait."""


@dataclass(frozen=True)
class Outage:
    """From the kill until everything was ready again, and had caught up."""

    service: str
    began: datetime
    ended: datetime

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


def caught_up(outages: Sequence[Outage], behind: Sequence[datetime]) -> list[Outage]:
    """The outages with what it took to catch up. `behind` are the moments, in order, at which work was found waiting.

    What a dead worker had in hand comes back only when Temporal has lost its patience: for so long after everything was
    ready, work that begins to wait is the outage's.
    """
    found = []
    for outage in outages:
        ended = outage.ended
        for moment in behind:
            if ended < moment <= ended + TEMPORALS_PATIENCE:
                ended = moment
        found.append(replace(outage, ended=ended))
    return found


def slow_recoveries(outages: Sequence[Outage], recovered: Sequence[Outage]) -> Iterator[str]:
    """Catching up takes at most `CAUGHT_UP_WITHIN`, while other outages are not counted."""
    for outage, recovery in zip(outages, recovered, strict=True):
        undisturbed, counted_until = timedelta(0), outage.ended
        for other in sorted(outages, key=lambda other: other.began):
            if outage.ended < other.ended <= recovery.ended:
                undisturbed += max(other.began - counted_until, timedelta(0))
                counted_until = max(counted_until, other.ended)
        if undisturbed + recovery.ended - counted_until > CAUGHT_UP_WITHIN:
            yield "what was waiting was not caught up with in time"


def lost_or_doubled(accepted: Sequence[str], events: Sequence[Event]) -> Iterator[str]:
    """Every message that was accepted is in the log exactly once, in the order in which it was accepted."""
    logged = [event["id"] for event in events if event["type"] == "message" and event["author"]["kind"] == "visitor"]
    for message_id in accepted:
        if (times := logged.count(message_id)) != 1:
            yield f"an accepted message is {times} times in the log"
    if [each for each in logged if each in set(accepted)] != list(accepted):
        yield "accepted messages are in another order in the log"
    seqs = [event["seq"] for event in events]
    if seqs != list(range(1, len(seqs) + 1)):
        yield "the log's numbers have a gap"
    if len({event["id"] for event in events}) != len(events):
        yield "an event is twice in the log"


def doubly_owned(events: Sequence[Event]) -> Iterator[str]:
    """Nobody becomes the owner of what somebody else owns."""
    owner = ""
    for event in events:
        if event["type"] != "transition":
            continue
        data = event["data"]
        if data["event"] == "claim":
            if owner and owner != data["owner"]["id"]:
                yield "a conversation was claimed from under its owner"
            owner = data["owner"]["id"]
        elif data["to"] != "human_owned":
            owner = ""


def unheard(events: Sequence[Event]) -> Iterator[str]:
    """The last word is not the visitor's, unless a person is to answer it."""
    last, state = "", "ai_handling"
    for event in events:
        if event["type"] == "message":
            last = event["author"]["kind"]
        elif event["type"] == "transition":
            state = event["data"]["to"]
    if last == "visitor" and state not in ("escalated", "human_owned"):
        yield "a visitor's message was neither answered nor handed over"


def unkept_claims(claims: Sequence[str], agent_id: str, logs: dict[str, list[Event]]) -> Iterator[str]:
    """Whoever was told that they own a conversation is its owner in the log, as often as they were told."""
    for conversation_id in set(claims):
        logged = sum(
            event["type"] == "transition"
            and event["data"]["event"] == "claim"
            and event["data"]["owner"]["id"] == agent_id
            for event in logs[conversation_id]
        )
        if logged < 1:
            yield "an agent was told to own a conversation whose log does not know of it"


def unkept_replies(told: Sequence[tuple[str, str]], logs: dict[str, list[Event]]) -> Iterator[str]:
    """Every reply that was accepted is in the log exactly once."""
    for conversation_id, message_id in told:
        times = sum(event["id"] == message_id for event in logs[conversation_id])
        if times != 1:
            yield f"an agent's accepted reply is {times} times in the log"


def late_steps(ledger: dict[str, Any], outages: Sequence[Outage], now: datetime) -> Iterator[timedelta]:
    """By how much a step of a wait came later than its deadline, beyond what outages explain; all that did."""
    for wait in ledger["items"]:
        moments = [(_at(step["deadline"]), _at(step["at"])) for step in wait["steps"]]
        for (deadline, _), (_, came) in pairwise([*moments, (None, None if wait["ended_at"] else now)]):
            if deadline is not None and came is not None and came > deadline:
                late = came - deadline - excuse(outages, deadline, came)
                if late > timedelta(0):
                    yield late


def excuse(outages: Sequence[Outage], deadline: datetime, came: datetime) -> timedelta:
    """How late a step that was due then may be: as long as outages lasted from then on, and a moment."""
    excused, counted_until = timedelta(seconds=2), deadline
    for outage in sorted(outages, key=lambda outage: outage.began):
        # What died shortly before may have had the task in hand. Where two overlap, the time counts once.
        until = min(outage.ended + TEMPORALS_PATIENCE, came)
        excused += max(until - max(outage.began, counted_until), timedelta(0))
        counted_until = max(counted_until, until)
    return excused


def untold(events: Sequence[Event], notices: dict[str, list[str]]) -> Iterator[str]:
    """Every handoff that a webhook was to hear of has arrived, and said the same each time."""
    for event in events:
        if event["type"] == "transition" and event["data"].get("webhook"):
            bodies = notices.get(event["id"], [])
            if not bodies:
                yield "a webhook has not heard of a handoff"
            if len(set(bodies)) > 1:
                yield "a webhook was told two things under one id"


def wrongly_told(events: Sequence[Event], taken: set[str]) -> Iterator[str]:
    """What the log says was delivered to a channel was taken there. `taken` are ids of notices."""
    for data in (event["data"] for event in events if event["type"] == "alert"):
        delivered = data["channel"] == PAGER and data["outcome"] == "delivered"
        if delivered and data["about"] not in taken:
            yield "an alert counts as told that no receiver took"


def _at(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
