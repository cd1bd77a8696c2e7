"""When something begins, lasts and is over, and what is told of it on each channel. No clock."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chatref.watchdog.incidents import Incident, Incidents, NoticeKind, Trouble

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PATIENCE = timedelta(seconds=20)
REMIND = timedelta(minutes=10)


def at(**duration: float) -> datetime:
    return START + timedelta(**duration)


def incidents() -> Incidents:
    return Incidents(PATIENCE, REMIND)


def tell(known: Incidents, channel: str, now: datetime) -> list[NoticeKind]:
    """What is due on the channel, all of it delivered."""
    notices = known.due(channel, now)
    for notice in notices:
        known.told(channel, notice, now)
    return [notice.kind for notice in notices]


def begun() -> Incidents:
    known = incidents()
    for now in (START, at(seconds=20)):
        known.observe(Trouble.WORKERS, "nobody", now)
    return known


def test_what_passes_soon_is_told_to_nobody() -> None:
    known = incidents()
    known.observe(Trouble.WORKERS, "nobody", START)
    known.observe(Trouble.WORKERS, "nobody", at(seconds=19))
    known.observe(Trouble.WORKERS, None, at(seconds=19.5))
    known.observe(Trouble.WORKERS, "nobody", at(seconds=21))
    assert known.due("email", at(seconds=21)) == []


def test_what_lasts_is_told_once_and_again_with_growing_pauses() -> None:
    known = begun()
    told = [minute for minute in range(24 * 60) if tell(known, "email", at(seconds=20, minutes=minute))]
    assert told[:6] == [0, 10, 30, 70, 150, 310]
    assert told[6] == 310 + 240


def test_its_end_is_told_once_when_it_stays_away() -> None:
    known = begun()
    assert tell(known, "email", at(seconds=21)) == [NoticeKind.BEGAN]
    known.observe(Trouble.WORKERS, None, at(seconds=30))
    known.observe(Trouble.WORKERS, "nobody", at(seconds=40))
    known.observe(Trouble.WORKERS, None, at(seconds=50))
    assert tell(known, "email", at(seconds=60)) == []
    known.observe(Trouble.WORKERS, None, at(seconds=70))
    assert tell(known, "email", at(seconds=70)) == [NoticeKind.OVER]
    assert tell(known, "email", at(hours=5)) == []
    known.forget(["email"], at(seconds=70))
    assert known.incidents == []


def test_each_channel_is_told_by_itself() -> None:
    known = begun()
    assert tell(known, "email", at(seconds=20)) == [NoticeKind.BEGAN]
    # The webhook took nothing while it lasted: it still hears that there was something.
    known.observe(Trouble.WORKERS, None, at(seconds=30))
    known.observe(Trouble.WORKERS, None, at(seconds=50))
    assert tell(known, "email", at(seconds=50)) == [NoticeKind.OVER]
    known.forget(["email", "webhook"], at(seconds=50))
    [notice] = known.due("webhook", at(minutes=5))
    assert notice.kind is NoticeKind.OVER
    assert "2026-01-05 09:00:00 UTC and was over 2026-01-05 09:00:30 UTC" in notice.text
    known.forget(["email", "webhook"], at(days=2))
    assert known.incidents == []


def test_it_is_one_incident_across_a_restart() -> None:
    known = begun()
    assert tell(known, "email", at(seconds=20)) == [NoticeKind.BEGAN]
    remembered = TypeAdapter(list[Incident])
    after = incidents()
    after.incidents = remembered.validate_json(remembered.dump_json(known.incidents))
    after.observe(Trouble.WORKERS, "nobody", at(seconds=30))
    assert tell(after, "email", at(seconds=50)) == []
    after.observe(Trouble.WORKERS, None, at(seconds=60))
    after.observe(Trouble.WORKERS, None, at(seconds=80))
    assert tell(after, "email", at(seconds=80)) == [NoticeKind.OVER]


_LOOKS = st.lists(st.tuples(st.sampled_from(list(Trouble)), st.booleans(), st.booleans()), max_size=60)


@settings(max_examples=100, deadline=None)
@given(_LOOKS)
def test_whatever_is_seen_each_beginning_has_one_end(looks: list[tuple[Trouble, bool, bool]]) -> None:
    known, now = incidents(), START
    told: dict[Trouble, list[NoticeKind]] = {trouble: [] for trouble in Trouble}
    for trouble, wrong, delivered in looks:
        now += timedelta(seconds=9)
        known.observe(trouble, "wrong" if wrong else None, now)
        if delivered:
            for notice in known.due("email", now):
                known.told("email", notice, now)
                told[notice.incident.trouble].append(notice.kind)
        known.forget(["email"], now)
        lasting = [each.trouble for each in known.incidents if each.over_at is None]
        assert len(lasting) == len(set(lasting))
    for kinds in told.values():
        for kind, following in pairwise(kinds):
            assert kind is NoticeKind.OVER or following is not NoticeKind.BEGAN
