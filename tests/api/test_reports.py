"""Reports over HTTP: who may read them, of which period, and what is in them."""

import csv
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from chatref.store.seed import SignIn
from tests.api.house import AgentClient, House
from tests.past import Chat, Past

ROUTE = "/reports/waits"
# Each test has a month of its own, long before any other test of the house.
JANUARY, MAY, JULY = (datetime(2021, month, 1, tzinfo=UTC) for month in (1, 5, 7))


@pytest.fixture
def past(house: House) -> Past:
    return Past(house.database)


def month(begin: datetime, **more: str) -> dict[str, str]:
    return {"from": f"{begin:%Y-%m-%d}", "to": f"{begin:%Y-%m}-28", **more}


async def test_a_month_in_figures(past: Past, admin: AgentClient) -> None:
    at = JANUARY + timedelta(days=3, hours=9)
    quick = Chat(at, "billing").escalates().after(seconds=30).replies().after(minutes=1).resolves()
    slow = Chat(at + timedelta(days=1, hours=5)).escalates().after(minutes=7).replies().after(minutes=1)
    slow.writes().after(seconds=90).replies().resolves()
    given_up = Chat(at + timedelta(days=1)).escalates().after(seconds=20).claims().resolves()
    await past.holds(quick, slow, given_up)

    found = await admin.get(ROUTE, **month(JANUARY))
    assert (found["since"], found["until"]) == ("2021-01-01T00:00:00Z", "2021-01-29T00:00:00Z")
    total = found["total"]
    assert (total["handoffs"], total["unasked"]) == (3, 0)
    assert total["first_answer"] == {"count": 2, "median_seconds": 30.0, "p90_seconds": 420.0}
    assert total["first_answer_open"] == total["first_answer"]
    assert total["first"] == {"waits": 3, "judged": 3, "over": 1, "over_share": pytest.approx(1 / 3)}
    assert total["further"] == {"waits": 1, "judged": 1, "over": 0, "over_share": 0.0}
    assert (total["answered"], total["resolved"], total["returned"], total["running"]) == (3, 1, 0, 0)
    # One at once for each, and of the slow one those of the ladder after 1, 3 minutes.
    assert (total["alerts"]["count"], total["alerts"]["per_handoff"]) == (5, pytest.approx(5 / 3))
    assert [(each["team"], each["handoffs"]) for each in found["by_team"]] == [("billing", 1), ("support", 2)]
    assert {each["hour"]: each["waits"]["over"] for each in found["by_hour"] if each["waits"]["waits"]} == {
        9: 0,
        14: 1,
    }
    assert len(found["by_hour"]) == 24
    assert len(found["by_day"]) == 28
    assert [each["day"] for each in found["by_day"] if each["handoffs"]] == ["2021-01-04", "2021-01-05"]
    assert found["before"]["handoffs"] == 0

    billing = await admin.get(ROUTE, **month(JANUARY, team="billing"))
    assert (billing["team"], billing["total"]["handoffs"]) == ("billing", 1)
    later = await admin.get(ROUTE, **{"from": "2021-01-05", "to": "2021-01-05"})
    assert (later["total"]["handoffs"], later["before"]["handoffs"]) == (2, 1)


async def test_hours_are_those_of_the_time_zone_also_when_the_clocks_change(past: Past, admin: AgentClient) -> None:
    # In Berlin the clocks of 28 March 2021 go from 01:59 to 03:00; the day has 23 hours.
    times = [datetime(2021, 3, 28, hour, 30, tzinfo=UTC) for hour in (0, 1, 22)]
    await past.holds(*(Chat(at).escalates().after(seconds=10).replies().resolves() for at in times))
    asked = {"from": "2021-03-28", "to": "2021-03-28", "time_zone": "Europe/Berlin"}
    found = await admin.get(ROUTE, **asked)
    assert (found["since"], found["until"]) == ("2021-03-27T23:00:00Z", "2021-03-28T22:00:00Z")
    assert {each["hour"]: each["handoffs"] for each in found["by_hour"] if each["handoffs"]} == {1: 1, 3: 1}
    in_utc = await admin.get(ROUTE, **(asked | {"time_zone": "UTC"}))
    assert {each["hour"]: each["handoffs"] for each in in_utc["by_hour"] if each["handoffs"]} == {0: 1, 1: 1, 22: 1}


async def test_a_wait_that_goes_on_is_counted_and_judged_by_now(past: Past, admin: AgentClient) -> None:
    early, late = (Chat(datetime.now(UTC) - timedelta(minutes=minutes), "ongoing") for minutes in (1, 30))
    await past.holds(early.escalates(), late.escalates())
    # From memory the second time: what is kept must not say that it goes on as it did.
    for _ in range(2):
        total = (await admin.get(ROUTE, team="ongoing"))["total"]
        assert (total["handoffs"], total["running"], total["first"]["over"]) == (2, 2, 1)
    await past.holds(early.after(seconds=30).replies())
    total = (await admin.get(ROUTE, team="ongoing"))["total"]
    assert (total["running"], total["answered"], total["first"]["over"]) == (1, 1, 1)
    await past.holds(late.after(minutes=29).replies())


async def test_without_a_period_it_is_the_last_seven_days(admin: AgentClient) -> None:
    found = await admin.get(ROUTE)
    today = datetime.now(UTC).date()
    assert found["time_zone"] == "UTC"
    assert [each["day"] for each in found["by_day"]] == [f"{today - timedelta(days=ago)}" for ago in range(6, -1, -1)]


async def test_supervisors_read_them_and_agents_do_not(
    house: House, admin: AgentClient, ada: AgentClient, http: httpx.AsyncClient
) -> None:
    sign_in = SignIn(f"{uuid4()}@example.com", "a password of hers")
    body = {"email": sign_in.email, "name": "Sue", "role": "supervisor", "password": sign_in.password}
    assert (await admin.http.post("/api/v1/agents", json=body)).status_code == 201
    for path in (f"/api/v1{ROUTE}", f"/api/v1{ROUTE}.csv"):
        async with house.agent(sign_in) as sue:
            assert (await sue.http.get(path)).status_code == 200
        refused = await ada.http.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert (await http.get(path)).status_code == 401


@pytest.mark.parametrize(
    ("asked", "location", "words"),
    [
        ({"from": "yesterday"}, "from", "must be a date"),
        ({"to": "2021-13-01"}, "to", "must be a date"),
        ({"from": "0001-01-01"}, "from", "must be a date"),
        ({"to": "9999-12-31"}, "to", "must be a date"),
        ({"from": "2021-03-01T09:00:00"}, "from", "must say its offset"),
        ({"from": "2021-03-02", "to": "2021-03-01"}, "from", "must be earlier than to"),
        ({"from": "2021-03-01T09:00:00Z", "to": "2021-03-01T09:00:00Z"}, "from", "must be earlier than to"),
        ({"from": "2020-01-01", "to": "2021-01-01"}, "from", "366 days at most"),
        ({"from": "2000-01-01", "to": "2190-01-01"}, "from", "366 days at most"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "is not a time zone"),
        ({"team": "No Team"}, "team", "pattern"),
        ({"from": "2021-03-01" + "0" * 50}, "from", "at most"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_the_reason(
    asked: dict[str, str], location: str, words: str, admin: AgentClient
) -> None:
    for path in (f"/api/v1{ROUTE}", f"/api/v1{ROUTE}.csv"):
        answer = await admin.http.get(path, params=asked)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        [error] = answer.json()["errors"]
        assert error["loc"] == ["query", location]
        assert words in error["msg"]


async def test_a_leap_year_is_a_report(admin: AgentClient) -> None:
    asked = {"from": "2020-01-01", "to": "2020-12-31", "time_zone": "Europe/Berlin"}
    assert len((await admin.get(ROUTE, **asked))["by_day"]) == 366


async def test_times_with_any_offset_are_taken(past: Past, admin: AgentClient) -> None:
    await past.holds(Chat(MAY + timedelta(hours=9)).escalates().after(seconds=10).replies().resolves())
    ends = {"to": "2021-05-01T12:00:00+02:00"}
    inside = await admin.get(ROUTE, **{"from": "2021-05-01T11:00:00+02:00", **ends})
    assert (inside["total"]["handoffs"], inside["until"]) == (1, "2021-05-01T10:00:00Z")
    assert (await admin.get(ROUTE, **{"from": "2021-05-01T11:00:01+02:00", **ends}))["total"]["handoffs"] == 0


async def test_as_a_table_for_a_spreadsheet(past: Past, admin: AgentClient) -> None:
    await past.holds(Chat(JULY, "billing").escalates().after(seconds=30).replies().resolves())
    lines = {}
    for by, number in (("day", 28), ("hour", 24), ("team", 1)):
        answer = await admin.http.get(f"/api/v1{ROUTE}.csv", params=month(JULY, by=by))
        assert answer.headers["content-type"].startswith("text/csv")
        assert f"waits-by-{by}.csv" in answer.headers["content-disposition"]
        lines[by] = list(csv.DictReader(answer.text.splitlines()))
        assert len(lines[by]) == number
    first, second = lines["day"][:2]
    assert (first["day"], first["handoffs"], first["first_answer_median_seconds"]) == ("2021-07-01", "1", "30.0")
    assert (second["handoffs"], second["first_answer_median_seconds"]) == ("0", "")
    assert (lines["hour"][0]["hour"], lines["team"][0]["team"]) == ("0", "billing")
    refused = await admin.http.get(f"/api/v1{ROUTE}.csv", params={"by": "moon"})
    assert refused.status_code == 422
