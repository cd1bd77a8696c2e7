"""Agents sign in and out; programs use keys."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.api.house import AgentClient, House


async def test_the_cookie_is_out_of_scripts_reach(house: House, http: httpx.AsyncClient) -> None:
    sign_in = house.admin_sign_in
    answer = await http.post("/api/v1/session", json={"email": sign_in.email.upper(), "password": sign_in.password})
    assert answer.json()["agent"]["role"] == "admin"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_who_am_i(ada: AgentClient) -> None:
    me = (await ada.get("/session"))["agent"]
    assert (me["name"], me["role"], me["teams"], me["available"]) == ("Ada Palmer", "agent", ["support"], True)


async def test_signing_out_ends_the_session_everywhere(house: House) -> None:
    async with house.agent(house.agent_sign_ins[0]) as ada:
        stolen = dict(ada.http.cookies)
        assert (await ada.http.delete("/api/v1/session")).status_code == 204
        async with house.http() as http:
            http.cookies.update(stolen)
            answer = await http.get("/api/v1/session")
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_signing_out_ends_the_live_stream(house: House) -> None:
    async with house.agent(house.agent_sign_ins[0]) as ada, ada.stream() as stream:
        await stream.until("presence")
        assert (await ada.http.delete("/api/v1/session")).status_code == 204
        with pytest.raises(AssertionError, match="the stream ended"):
            await stream.until("never", 5)


async def test_wrong_passwords_are_told_from_nothing(http: httpx.AsyncClient, house: House) -> None:
    wrong = await http.post("/api/v1/session", json={"email": house.agent_sign_ins[1].email, "password": "wrong"})
    unknown = await http.post("/api/v1/session", json={"email": "nobody@example.com", "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_credentials")
    assert unknown.json() == wrong.json()


async def test_guessing_is_slowed_down(http: httpx.AsyncClient) -> None:
    body = {"email": f"{uuid4().hex}@example.com", "password": "guess"}
    for _ in range(10):
        assert (await http.post("/api/v1/session", json=body)).status_code == 401
    refused = await http.post("/api/v1/session", json=body)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0


async def test_guessing_many_at_once_is_slowed_down_too(http: httpx.AsyncClient) -> None:
    body = {"email": f"{uuid4().hex}@example.com", "password": "guess"}
    answers = await asyncio.gather(*(http.post("/api/v1/session", json=body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 10


async def test_who_signs_in_again_and_again_is_not_refused(house: House) -> None:
    for _ in range(11):
        async with house.agent(house.admin_sign_in):
            pass


async def test_other_pages_cannot_use_the_cookie(ada: AgentClient) -> None:
    evil = {"Origin": "https://evil.example.com"}
    answer = await ada.http.put("/api/v1/me/availability", json={"available": False}, headers=evil)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    ours = {"Origin": str(ada.http.base_url).rstrip("/")}
    assert (await ada.http.put("/api/v1/me/availability", json={"available": True}, headers=ours)).status_code == 204


async def test_a_key_acts_as_its_agent(house: House, ada: AgentClient, http: httpx.AsyncClient) -> None:
    key = await house.key(ada.id)
    answer = await http.get("/api/v1/session", headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["agent"]["id"] == ada.id
    assert (await http.get("/api/v1/session", headers={"Authorization": "Bearer wrong"})).status_code == 401
