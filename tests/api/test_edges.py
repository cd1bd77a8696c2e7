"""What no well-behaved client does: characters that nothing keeps, everybody at once, streams without end."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from temporalio.client import Client

from chatref.store import feed
from chatref.store.database import Database
from tests.api.house import AgentClient, House, LiveStream, VisitorClient, served, visit
from tests.running import environment, eventually
from tests.workflows.desk import connected

NUL = "\x00"


class TestNul:
    @pytest.mark.parametrize(
        ("noun", "body"),
        [
            ("sources", {"kind": "qa", "question": f"What{NUL}?", "answer": f"That{NUL}."}),
            ("sources", {"kind": "text", "title": f"T{NUL}", "text": f"# H{NUL}\n\nText{NUL}."}),
            ("teams", {"slug": "nul", "name": f"N{NUL}ul"}),
            ("sites", {"name": f"N{NUL}ul", "allowed_origins": [], "look": {"greeting": f"Hi{NUL}"}}),
            ("agents", {"email": f"nul{NUL}@example.com", "name": f"N{NUL}ul"}),
            ("actions", {"id": "nul", "name": f"N{NUL}ul", "reply": f"Done{NUL}.", "tags": [f"t{NUL}"]}),
        ],
    )
    async def test_what_admins_write_is_kept_without_it(
        self, admin: AgentClient, noun: str, body: dict[str, Any]
    ) -> None:
        answer = await admin.http.post(f"/api/v1/{noun}", json=body)
        assert answer.status_code == 201, answer.text
        assert "u0000" not in answer.text
        await admin.http.delete(f"/api/v1/{noun}/{answer.json()['id']}")

    async def test_what_a_chat_is_made_of_is_kept_without_it(self, http: httpx.AsyncClient, ada: AgentClient) -> None:
        facts = {"name": f"M{NUL}ia", "email": "mia@example.com", "attributes": {f"pl{NUL}an": f"p{NUL}ro"}}
        visitor = await visit(http, visitor=facts, page={"url": f"https://a/{NUL}", "title": f"{NUL}"})
        backslash = r"C:\u0000"
        await visitor.say(f"nul {NUL}here {backslash}")
        for command, body in (
            ("messages", {"id": str(uuid4()), "text": f"re{NUL}ply"}),
            ("notes", {"id": str(uuid4()), "text": f"no{NUL}te"}),
            ("tags", {"add": [f"ta{NUL}g"]}),
        ):
            answer = await ada.do(visitor.conversation_id, command, body)
            assert answer.status_code in (200, 422), answer.text
        texts = [event["text"] for event in await visitor.events() if event["type"] == "message"]
        assert f"nul here {backslash}" in texts
        assert "reply" in texts

    async def test_addresses_are_read_without_it(self, http: httpx.AsyncClient, ada: AgentClient) -> None:
        assert (await http.get("/widget/v1/sites/demo%00")).status_code == 200
        assert await ada.get("/conversations", view="all", q=f"nothing{NUL}like this") == {
            "items": [],
            "next_cursor": None,
        }


class TestAtOnce:
    async def test_two_admins_who_demote_each_other_leave_one(self, house: House, admin: AgentClient) -> None:
        """Also where a third watches: it is demoted first, so that the two are all there are."""
        pair = []
        for number in range(2):
            body = {"email": f"twin{number}@example.com", "name": "Twin", "role": "admin", "password": "twin password"}
            pair.append((await admin.http.post("/api/v1/agents", json=body)).raise_for_status().json())
        async with house.http() as one, house.http() as two:
            for http, agent in ((one, pair[0]), (two, pair[1])):
                signed_in = {"email": agent["email"], "password": "twin password"}
                (await http.post("/api/v1/session", json=signed_in)).raise_for_status()
            me = {"email": house.admin_sign_in.email, "name": admin.name}
            (await one.put(f"/api/v1/agents/{admin.id}", json={**me, "role": "agent"})).raise_for_status()

            def demote(http: httpx.AsyncClient, agent: dict[str, Any]) -> Any:
                body = {"email": agent["email"], "name": agent["name"], "role": "agent"}
                return http.put(f"/api/v1/agents/{agent['id']}", json=body)

            answers = await asyncio.gather(demote(one, pair[1]), demote(two, pair[0]))
            assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
            left = one if answers[0].status_code == 200 else two
            (await left.put(f"/api/v1/agents/{admin.id}", json={**me, "role": "admin"})).raise_for_status()
        for agent in pair:
            (await admin.http.delete(f"/api/v1/agents/{agent['id']}")).raise_for_status()

    @pytest.mark.parametrize(
        ("noun", "body"),
        [
            ("teams", {"slug": "rush", "name": "Rush"}),
            ("agents", {"email": "rush@example.com", "name": "Rush"}),
        ],
    )
    async def test_what_is_made_twice_at_once_is_there_once(
        self, admin: AgentClient, noun: str, body: dict[str, Any]
    ) -> None:
        answers = await asyncio.gather(*(admin.http.post(f"/api/v1/{noun}", json=body) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5, [each.text for each in answers]
        [made] = [answer.json() for answer in answers if answer.status_code == 201]
        await admin.http.delete(f"/api/v1/{noun}/{made['id']}")


class TestSitesThatGo:
    async def test_a_site_with_open_conversations_stays(self, admin: AgentClient, http: httpx.AsyncClient) -> None:
        site = (await admin.http.post("/api/v1/sites", json={"name": "Going"})).raise_for_status().json()
        answer = await http.post("/widget/v1/conversations", json={"site": site["key"]})
        visitor = VisitorClient(http, answer.json()["conversation_id"], answer.json()["visitor_token"])
        await visitor.say("Do you ship abroad?")

        async def refused() -> bool:
            return (await admin.http.delete(f"/api/v1/sites/{site['id']}")).status_code == 409

        # Gone before anything is in the log, it would be gone.
        await eventually(lambda: _has_events(visitor), "the message is in the log")
        assert await refused()
        assert (await admin.do(visitor.conversation_id, "claim")).status_code == 200
        assert (await admin.do(visitor.conversation_id, "resolve")).status_code == 200

        async def removed() -> bool:
            return (await admin.http.delete(f"/api/v1/sites/{site['id']}")).status_code == 204

        await eventually(removed, "the site is removed")
        late = await visitor.post("messages", {"id": str(uuid4()), "text": "Hello?"})
        assert (late.status_code, late.json()["code"]) == (404, "not_found")


async def _drained(stream: LiveStream) -> None:
    while True:
        await stream.next()


async def _has_events(visitor: VisitorClient) -> bool:
    return bool(await visitor.events())


async def test_a_process_that_never_read_its_policy_begins_no_conversation(
    house: House, http: httpx.AsyncClient, temporal_client: Client
) -> None:
    """It would begin it with the default one. What runs already is reached all the same."""
    running, new = await visit(http), await visit(http)
    await running.say("How do I skip a box?")
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    async with (
        served(house.settings, database, connected(temporal_client)) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as blind,
    ):
        body = {"id": str(uuid4()), "text": "And how do I stop?"}
        refused = await VisitorClient(blind, new.conversation_id, new.token).post("messages", body)
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        taken = await VisitorClient(blind, running.conversation_id, running.token).post("messages", body)
        assert taken.status_code == 202
    await database.close()


async def test_a_conversation_has_only_so_many_streams(visitor: VisitorClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "STREAMS_PER_CONVERSATION", 1)
    await visitor.say("hello")
    async with visitor.stream() as stream:
        await stream.next()
        answer = await visitor.http.get(f"{visitor.base}/stream", headers=visitor.headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_stream_ends_with_its_session(house: House, ada: AgentClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.live.endpoints.HEARTBEAT_SECONDS", 0.1)
    async with ada.stream() as stream:
        await stream.next()
        async with house.database.session() as session:
            over = datetime.now(UTC) - timedelta(seconds=1)
            await (await session.connection()).execute(
                text("update agent_sessions set expires_at = :over where agent_id = :agent"),
                {"over": over, "agent": ada.id},
            )
        with pytest.raises(AssertionError, match="the stream ended"):
            await _drained(stream)


@pytest.mark.parametrize("name", ["api", "worker", "up"])
async def test_a_short_secret_is_refused_at_the_start(name: str, tmp_path: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        settings = environment(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", CHATREF_SECRET="too short")
        data = ["--data", str(tmp_path)] if name == "up" else []
        command = [sys.executable, "-m", "chatref", name, *data]
        return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)

    ended = await asyncio.to_thread(run)
    assert ended.returncode == 1
    assert "CHATREF_SECRET" in ended.stderr
    assert "32" in ended.stderr
    assert "too short" not in ended.stderr
    assert "Traceback" not in ended.stderr
