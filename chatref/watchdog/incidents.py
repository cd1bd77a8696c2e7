"""What is going on and who has been told of it. Pure: no clock and no I/O, so that it can be remembered as it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

REMINDERS_APART_AT_MOST = timedelta(hours=4)
TOLD_WITHIN = timedelta(days=1)
"""For so long after its end somebody is still to hear of an incident, whatever was wrong with the channel."""


class Trouble(StrEnum):
    """What can be wrong. None of it can be told of by a worker, because workers are part of it."""

    DATABASE = "database"
    TEMPORAL = "temporal"
    WORKERS = "workers"
    WAITS = "waits"
    BLIND = "blind"


_WHAT = {
    Trouble.DATABASE: (
        "PostgreSQL cannot be reached",
        "Visitors' messages are accepted and kept, but nobody sees them, and agents cannot work.",
    ),
    Trouble.TEMPORAL: (
        "Temporal does not work",
        "No message is accepted and no timer fires: of visitors who wait nobody hears.",
    ),
    Trouble.WORKERS: (
        "No worker is at work",
        "Visitors' messages are accepted and kept, but neither the assistant nor any alert goes on.",
    ),
    Trouble.WAITS: (
        "Visitors wait unprotected",
        "Nothing makes sure that anybody hears of them. Look at the inbox yourself, under Needs a human."
        " `chatref waits` lists them and says what is wrong.",
    ),
    Trouble.BLIND: (
        "It cannot be checked who waits",
        "Whether everybody who waits is protected is not known. Look at the inbox yourself, under Needs a human."
        " `chatref waits` says what fails.",
    ),
}


class NoticeKind(StrEnum):
    BEGAN = "began"
    LASTS = "lasts"
    OVER = "over"


@dataclass
class Told:
    """What one channel has delivered of an incident: how often that it is there, when last, and whether its end."""

    times: int = 0
    at: datetime | None = None
    of_its_end: bool = False


@dataclass
class Incident:
    """A trouble from `since` on; `over_at` is None while it lasts. `told` is by channel."""

    trouble: Trouble
    detail: str
    since: datetime
    over_at: datetime | None = None
    told: dict[str, Told] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """Something to tell on one channel."""

    kind: NoticeKind
    incident: Incident

    @property
    def subject(self) -> str:
        what, _ = _WHAT[self.incident.trouble]
        match self.kind:
            case NoticeKind.BEGAN:
                return what
            case NoticeKind.LASTS:
                return f"Still: {what}"
            case NoticeKind.OVER:
                return f"Over: {what}"

    @property
    def text(self) -> str:
        incident, (_, meaning) = self.incident, _WHAT[self.incident.trouble]
        since = f"{incident.since:%Y-%m-%d %H:%M:%S} UTC"
        if incident.over_at is not None:
            return f"It began {since} and was over {incident.over_at:%Y-%m-%d %H:%M:%S} UTC. Then: {incident.detail}"
        return f"Since {since}: {incident.detail}\n{meaning}"


@dataclass
class Incidents:
    """A trouble becomes an incident once it has lasted for `patience`, and is over once it was gone for as long.

    On each channel one notice says that it began, further ones that it lasts (after `remind_after`, then after twice as
    long each time), and one that it is over. What was not delivered stays due.
    """

    patience: timedelta
    remind_after: timedelta
    incidents: list[Incident] = field(default_factory=list)
    _seen: dict[Trouble, datetime] = field(default_factory=dict)
    _gone: dict[Trouble, datetime] = field(default_factory=dict)

    def observe(self, trouble: Trouble, detail: str | None, now: datetime) -> None:
        """`detail` says what is wrong; None, that nothing is. Do not call it where that is unknown."""
        lasting = next((each for each in self.incidents if each.trouble is trouble and each.over_at is None), None)
        if detail is None:
            self._seen.pop(trouble, None)
            gone = self._gone.setdefault(trouble, now)
            if lasting is not None and now - gone >= self.patience:
                lasting.over_at = gone
            return
        self._gone.pop(trouble, None)
        seen = self._seen.setdefault(trouble, now)
        if lasting is not None:
            lasting.detail = detail
        elif now - seen >= self.patience:
            self.incidents.append(Incident(trouble, detail, seen))

    def sees(self, trouble: Trouble) -> bool:
        """Whether it was there when last looked for."""
        return trouble in self._seen

    def due(self, channel: str, now: datetime) -> list[Notice]:
        """What this channel is to tell now, the oldest first."""
        found = (self._due(incident, incident.told.get(channel, Told()), now) for incident in self.incidents)
        return [notice for notice in found if notice is not None]

    def told(self, channel: str, notice: Notice, now: datetime) -> None:
        """The channel has delivered it."""
        told = notice.incident.told.setdefault(channel, Told())
        told.at = now
        if notice.kind is NoticeKind.OVER:
            told.of_its_end = True
        else:
            told.times += 1

    def forget(self, channels: Iterable[str], now: datetime) -> None:
        """Drop what is over and was told on all these channels, or is too old to be news."""
        names = list(channels)
        self.incidents = [each for each in self.incidents if not _is_history(each, names, now)]

    def _due(self, incident: Incident, told: Told, now: datetime) -> Notice | None:
        if incident.over_at is not None:
            return None if told.of_its_end else Notice(NoticeKind.OVER, incident)
        if told.at is None:
            return Notice(NoticeKind.BEGAN, incident)
        pause = min(self.remind_after * 2 ** min(told.times - 1, 20), REMINDERS_APART_AT_MOST)
        return Notice(NoticeKind.LASTS, incident) if now - told.at >= pause else None


def _is_history(incident: Incident, channels: Iterable[str], now: datetime) -> bool:
    if incident.over_at is None:
        return False
    known = all(incident.told.get(name, Told()).of_its_end for name in channels)
    return known or now - incident.over_at >= TOLD_WITHIN
