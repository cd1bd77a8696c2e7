"""Texts that agents keep at hand: everybody reads them, supervisors and admins write them."""

import asyncio
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chatref.canned_replies import VARIABLES, check_variables
from tests.api.house import AgentClient, House
from tests.api.test_administration import created, listed

FILLED_IN = Path(__file__).parents[2] / "web" / "inbox" / "src" / "text" / "canned.ts"
NOUN = "canned-replies"
ROUTE = f"/api/v1/{NOUN}"
NOBODYS = f"{ROUTE}/{uuid4()}"


def a_reply(**part: Any) -> dict[str, Any]:
    return {"shortcut": f"r-{uuid4().hex[:8]}", "title": "Sent", "text": "It is on its way.", "team": ""} | part


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_one_comes_changes_and_goes(admin: AgentClient) -> None:
    body = a_reply(text="Hi {{visitor.first_name}}, {{ detail.account_id }} is done.\n{{agent.name}}", team="billing")
    reply = await created(admin, NOUN, body)
    assert reply == {"id": reply["id"], **body}
    one = f"{ROUTE}/{reply['id']}"
    assert (await admin.http.get(one)).json() == reply
    assert reply in await listed(admin, NOUN)

    other = a_reply(shortcut=body["shortcut"], title="Done", team="")
    changed = await admin.http.put(one, json=other)
    assert (changed.status_code, changed.json()) == (200, {"id": reply["id"], **other})
    assert (await admin.http.get(one)).json() == changed.json()

    assert (await admin.http.delete(one)).status_code == 204
    for answer in (await admin.http.get(one), await admin.http.put(one, json=other), await admin.http.delete(one)):
        assert problem(answer) == (404, "not_found")


async def test_they_are_listed_by_shortcut(admin: AgentClient) -> None:
    for shortcut in ("zebra", "aardvark"):
        await created(admin, NOUN, a_reply(shortcut=f"{shortcut}-{uuid4().hex[:6]}"))
    shortcuts = [reply["shortcut"] for reply in await listed(admin, NOUN)]
    assert shortcuts == sorted(shortcuts)
    assert len(shortcuts) > 4, "the demo's are among them"


async def test_everybody_reads_and_leads_write(admin: AgentClient, ada: AgentClient, house: House) -> None:
    reply = await created(admin, NOUN, a_reply())
    one = f"{ROUTE}/{reply['id']}"
    assert reply in await listed(ada, NOUN)
    assert (await ada.http.get(one)).json() == reply
    for answer in (
        await ada.http.post(ROUTE, json=a_reply()),
        await ada.http.put(one, json=a_reply()),
        await ada.http.delete(one),
    ):
        assert problem(answer) == (403, "forbidden")

    who = {"email": f"{uuid4().hex[:6]}@example.com", "name": "Sue", "role": "supervisor", "password": "a good one"}
    await created(admin, "agents", who)
    async with house.http() as sue:
        (await sue.post("/api/v1/session", json=who)).raise_for_status()
        made = await sue.post(ROUTE, json=a_reply())
        assert made.status_code == 201
        assert (await sue.put(one, json=a_reply(title="Hers"))).json()["title"] == "Hers"
        assert (await sue.delete(f"{ROUTE}/{made.json()['id']}")).status_code == 204


async def test_nobody_reads_them_from_outside(http: httpx.AsyncClient) -> None:
    assert problem(await http.get(ROUTE)) == (401, "not_signed_in")
    assert problem(await http.get(NOBODYS)) == (401, "not_signed_in")


async def test_no_two_have_the_same_shortcut(admin: AgentClient) -> None:
    first, second = await created(admin, NOUN, a_reply()), await created(admin, NOUN, a_reply())
    same = a_reply(shortcut=first["shortcut"])
    assert problem(await admin.http.post(ROUTE, json=same)) == (409, "exists")
    assert problem(await admin.http.put(f"{ROUTE}/{second['id']}", json=same)) == (409, "exists")
    assert (await admin.http.put(f"{ROUTE}/{first['id']}", json=same)).status_code == 200, "its own is no other's"


async def test_of_several_at_once_one_is_made_and_one_removes_it(admin: AgentClient) -> None:
    body = a_reply()
    made = await asyncio.gather(*(admin.http.post(ROUTE, json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in made) == [201, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in made if answer.status_code == 409} == {"exists"}
    [one] = [f"{ROUTE}/{answer.json()['id']}" for answer in made if answer.status_code == 201]
    removals = [admin.http.delete(one) for _ in range(3)]
    changes = [admin.http.put(one, json=body) for _ in range(3)]
    gone = await asyncio.gather(*removals, *changes)
    assert sorted(answer.status_code for answer in gone[:3]) == [204, 404, 404]
    assert {answer.status_code for answer in gone[3:]} <= {200, 404}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shortcut", "Refund Sent"),
        ("shortcut", "-refund"),
        ("shortcut", "r" * 61),
        ("title", " "),
        ("title", "t" * 101),
        ("text", "\n "),
        ("text", "t" * 4001),
        ("team", "nobodys"),
    ],
)
async def test_what_cannot_be_kept_is_refused_where_it_stands(admin: AgentClient, field: str, value: str) -> None:
    answer = await admin.http.post(ROUTE, json=a_reply(**{field: value}))
    assert problem(answer) == (422, "invalid")
    assert {error["loc"][1] for error in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("variable", ["{{visitor.age}}", "{{}}", "{{detail.}}", "{{detail.Account ID}}", "{{visitor"])
async def test_an_unknown_variable_is_refused_with_those_that_there_are(admin: AgentClient, variable: str) -> None:
    answer = await admin.http.post(ROUTE, json=a_reply(text=f"Hi {{{{visitor.name}}}}, you are {variable}"))
    assert problem(answer) == (422, "invalid")
    [error] = answer.json()["errors"]
    assert error["loc"] == ["body", "text"]
    for name in VARIABLES:
        assert f"{{{{{name}}}}}" in error["msg"]


def test_braces_that_are_no_variable_may_stand() -> None:
    check_variables("f() { return {} } and { {agent.name} }")
    check_variables("".join(f"{{{{ {name.replace('<name>', 'account_id')} }}}}" for name in VARIABLES))


def test_the_inbox_fills_in_the_same_variables() -> None:
    known = re.findall(r'name: "([a-z_.]+)", label', FILLED_IN.read_text())
    assert sorted([*known, "detail.<name>"]) == sorted(VARIABLES)


async def test_of_a_team_that_is_gone_it_is_for_everybody(admin: AgentClient) -> None:
    team = await created(admin, "teams", {"slug": "gone-soon", "name": "Gone soon"})
    reply = await created(admin, NOUN, a_reply(team="gone-soon"))
    renamed = {"slug": "still-here", "name": "Still here"}
    (await admin.http.put(f"/api/v1/teams/{team['id']}", json=renamed)).raise_for_status()
    assert (await admin.get(f"/{NOUN}/{reply['id']}"))["team"] == "still-here"
    assert (await admin.http.delete(f"/api/v1/teams/{team['id']}")).status_code == 204
    assert (await admin.get(f"/{NOUN}/{reply['id']}"))["team"] == ""
