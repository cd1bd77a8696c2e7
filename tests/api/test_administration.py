"""Admins set the business up."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.house import AgentClient, House, visit
from tests.running import eventually


async def created(admin: AgentClient, noun: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await admin.http.post(f"/api/v1/{noun}", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def listed(agent: AgentClient, noun: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await agent.get(f"/{noun}"))["items"]
    return items


@pytest.mark.parametrize(
    ("noun", "body"),
    [
        ("teams", {"slug": "x", "name": "X"}),
        ("agents", {"email": "x@example.com", "name": "X"}),
        ("sites", {"name": "X"}),
        ("actions", {"name": "X"}),
        ("sources", {"kind": "text", "title": "X", "text": "X"}),
    ],
)
async def test_only_admins_change_things(ada: AgentClient, noun: str, body: dict[str, Any]) -> None:
    assert await listed(ada, noun)
    answer = await ada.http.post(f"/api/v1/{noun}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


class TestTeams:
    async def test_a_team_comes_changes_and_goes(self, admin: AgentClient) -> None:
        team = await created(admin, "teams", {"slug": "returns", "name": "Returns"})
        answer = await admin.http.put(f"/api/v1/teams/{team['id']}", json={"slug": "returns", "name": "Sent back"})
        assert answer.json()["name"] == "Sent back"
        assert (await admin.http.post("/api/v1/teams", json={"slug": "returns", "name": "X"})).status_code == 409
        assert (await admin.http.delete(f"/api/v1/teams/{team['id']}")).status_code == 204
        assert (await admin.http.get(f"/api/v1/teams/{team['id']}")).status_code == 404

    async def test_there_is_always_a_default_team(self, admin: AgentClient) -> None:
        [default] = [team for team in await listed(admin, "teams") if team["is_default"]]
        assert (await admin.http.delete(f"/api/v1/teams/{default['id']}")).status_code == 409
        demoted = {"slug": default["slug"], "name": default["name"], "is_default": False}
        assert (await admin.http.put(f"/api/v1/teams/{default['id']}", json=demoted)).status_code == 409
        other = await created(admin, "teams", {"slug": "night", "name": "Night", "is_default": True})
        assert [team["slug"] for team in await listed(admin, "teams") if team["is_default"]] == ["night"]
        await admin.http.put(f"/api/v1/teams/{default['id']}", json={**demoted, "is_default": True})
        assert (await admin.http.delete(f"/api/v1/teams/{other['id']}")).status_code == 204


class TestAgents:
    async def test_a_new_agent_can_sign_in_and_leaves_for_good(self, admin: AgentClient, house: House) -> None:
        email = f"New-{uuid4().hex[:6]}@Example.com"
        body = {"email": email, "name": "New", "role": "agent", "password": "a good one", "teams": ["billing"]}
        agent = await created(admin, "agents", {**body, "chat_limit": 3})
        assert (agent["email"], agent["teams"], agent["online"]) == (email.lower(), ["billing"], False)
        assert agent["chat_limit"] == 3
        async with house.http() as http:
            signed_in = await http.post("/api/v1/session", json={"email": email, "password": "a good one"})
            assert signed_in.json()["agent"]["id"] == agent["id"]
            changed = await admin.http.put(
                f"/api/v1/agents/{agent['id']}", json={"email": email, "name": "Newer", "teams": []}
            )
            assert (changed.json()["name"], changed.json()["teams"]) == ("Newer", [])
            assert changed.json()["chat_limit"] is None
            assert (await http.get("/api/v1/session")).json()["agent"]["name"] == "Newer"
            assert (await admin.http.delete(f"/api/v1/agents/{agent['id']}")).status_code == 204
            assert (await http.get("/api/v1/session")).status_code == 401
            again = await http.post("/api/v1/session", json={"email": email, "password": "a good one"})
            assert again.status_code == 401

    async def test_without_teams_given_one_is_in_the_default_team_and_stays_where_they_are(
        self, admin: AgentClient
    ) -> None:
        body = {"email": f"{uuid4().hex[:6]}@example.com", "name": "New"}
        agent = await created(admin, "agents", body)
        [default] = [team["slug"] for team in await listed(admin, "teams") if team["is_default"]]
        assert agent["teams"] == [default]
        changed = await admin.http.put(f"/api/v1/agents/{agent['id']}", json=body | {"name": "Newer"})
        assert changed.json()["teams"] == [default]
        assert (await admin.http.delete(f"/api/v1/agents/{agent['id']}")).status_code == 204

    async def test_an_address_belongs_to_one_agent_and_teams_exist(self, admin: AgentClient, ada: AgentClient) -> None:
        taken = {"email": "ADA@chatref.local", "name": "Another"}
        assert (await admin.http.post("/api/v1/agents", json=taken)).status_code == 409
        none = {"email": "n@example.com", "name": "N", "chat_limit": 0}
        assert (await admin.http.post("/api/v1/agents", json=none)).status_code == 422
        nowhere = {"email": "n@example.com", "name": "N", "teams": ["nowhere"]}
        answer = await admin.http.post("/api/v1/agents", json=nowhere)
        assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["body", "teams"])

    async def test_the_last_admin_stays(self, admin: AgentClient) -> None:
        answer = await admin.http.delete(f"/api/v1/agents/{admin.id}")
        assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")


class TestActions:
    async def test_every_change_is_a_version(self, admin: AgentClient) -> None:
        action = await created(admin, "actions", {"name": "Gift card", "triggers": {"phrases": ["gift card"]}})
        assert (action["id"], action["version"]) == ("gift-card", 1)
        same = await admin.http.put("/api/v1/actions/gift-card", json=action)
        assert same.json()["version"] == 1
        changed = await admin.http.put("/api/v1/actions/gift-card", json={**action, "tags": ["gift"]})
        assert changed.json()["version"] == 2
        versions = await listed(admin, "actions/gift-card/versions")
        assert [version["version"] for version in versions] == [2, 1]
        assert (await admin.http.delete("/api/v1/actions/gift-card")).status_code == 204
        assert (await admin.http.get("/api/v1/actions/gift-card")).status_code == 404
        assert "gift-card" not in [each["id"] for each in await listed(admin, "actions")]

    async def test_an_action_goes_to_a_team_that_exists(self, admin: AgentClient) -> None:
        answer = await admin.http.post("/api/v1/actions", json={"name": "Lost", "team": "nowhere"})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

    async def test_a_sentence_can_be_tried(self, admin: AgentClient, ada: AgentClient) -> None:
        found = (await ada.http.post("/api/v1/actions/match", json={"text": "please cancel my subscription"})).json()
        assert found["kind"] == "cancellation"
        assert found["action"]
        assert found["score"] >= found["threshold"]
        assert found["evidence"] == "please cancel my subscription"
        nothing = (await ada.http.post("/api/v1/actions/match", json={"text": "what a lovely day"})).json()
        assert (nothing["action"], nothing["kind"]) == (None, None)

    async def test_a_new_action_is_in_force_at_once(self, admin: AgentClient, http: httpx.AsyncClient) -> None:
        button = {"name": "Water me", "triggers": {"phrases": ["water my fern"], "button": "Water me"}}
        await created(admin, "actions", button)
        found = (await admin.http.post("/api/v1/actions/match", json={"text": "water my fern"})).json()
        assert found["action_id"] == "water-me"
        boot = (await http.get("/widget/v1/sites/demo")).json()
        assert {"action": "water-me", "label": "Water me"} in boot["buttons"]
        await admin.http.delete("/api/v1/actions/water-me")


async def read(admin: AgentClient, source: dict[str, Any]) -> dict[str, Any]:
    """The source once it is read: most are when they are answered, but the first one starts the reading process."""

    async def done() -> bool:
        source.update(await admin.get(f"/sources/{source['id']}"))
        return source["status"] in ("ready", "failed")

    await eventually(done, "it is read")
    return source


class TestSources:
    async def test_a_source_is_replaced_and_rescheduled(self, admin: AgentClient) -> None:
        """Its kind and its id stay; another schedule counts from the reading before, without reading it."""
        qa = {"kind": "qa", "question": "Do you sell numbats?", "answer": "No."}
        source = await read(admin, await created(admin, "sources", qa))
        path = f"/api/v1/sources/{source['id']}"
        changed = await admin.http.put(path, json={**qa, "answer": "Yes, two."})
        assert (changed.status_code, changed.json()["id"]) == (200, source["id"])

        async def said() -> bool:
            passages = (await admin.get(f"/sources/{source['id']}/passages"))["items"]
            return [passage["text"] for passage in passages] == ["Yes, two."]

        await eventually(said, "the new answer is read")
        other = await admin.http.put(path, json={"kind": "text", "title": "T", "text": "T"})
        assert (other.status_code, other.json()["code"]) == (422, "invalid")
        await admin.http.delete(path)

        page = {"kind": "url", "url": "http://127.0.0.1:1/private"}
        source = await read(admin, await created(admin, "sources", page))
        path = f"/api/v1/sources/{source['id']}"
        assert (source["every"], source["next_read_at"]) == (None, None)
        answer = await admin.http.put(path, json={**page, "every": "P7D"})
        assert answer.status_code == 200, answer.text
        weekly = answer.json()
        assert (weekly["every"], weekly["changed_at"]) == ("P7D", source["changed_at"])
        until = datetime.fromisoformat(weekly["next_read_at"]) - datetime.fromisoformat(weekly["changed_at"])
        assert until == timedelta(days=7)
        never = (await admin.http.put(path, json=page)).json()
        assert (never["every"], never["next_read_at"]) == (None, None)
        assert (await admin.http.delete(path)).status_code == 204

    async def test_content_is_found_as_soon_as_it_is_added(self, admin: AgentClient) -> None:
        qa = {"kind": "qa", "question": "Do you sell zanzibar gems?", "answer": "Yes, in three sizes."}
        source = await read(admin, await created(admin, "sources", qa))
        assert (source["status"], source["passages"]) == ("ready", 1)
        result: dict[str, Any] = {}

        async def found() -> bool:
            question = {"text": "zanzibar gem", "limit": 3}
            result.update((await admin.http.post("/api/v1/knowledge/search", json=question)).json())
            return bool(result["found"])

        await eventually(found, "the answer is found")
        assert result["passages"][0]["text"] == "Yes, in three sizes."
        assert result["passages"][0]["source"]["id"] == source["id"]
        assert (await admin.http.delete(f"/api/v1/sources/{source['id']}")).status_code == 204
        result = (await admin.http.post("/api/v1/knowledge/search", json={"text": "zanzibar gem"})).json()
        assert source["id"] not in [passage["source"]["id"] for passage in result["passages"]]

    async def test_a_text_may_be_long(self, admin: AgentClient) -> None:
        for body in (
            {"kind": "text", "title": "Long", "text": "Glue dries in an hour. " * 2000},
            {"kind": "qa", "question": "How long does glue dry? " * 10, "answer": "An hour."},
        ):
            answer = await admin.http.post("/api/v1/sources", json=body)
            assert answer.status_code == 201, answer.text
            await admin.http.delete(f"/api/v1/sources/{answer.json()['id']}")

    async def test_a_markdown_file_is_read(self, admin: AgentClient) -> None:
        text = "# Repotting\n\nOnce a year.\n\n## Soil\n\nUse zorp soil.\n"
        files = {"file": ("repotting.md", text.encode(), "text/markdown")}
        answer = await admin.http.post("/api/v1/sources", files=files)
        assert answer.status_code == 201, answer.text
        source = await read(admin, answer.json())
        assert (source["kind"], source["title"], source["status"], source["passages"]) == (
            "file",
            "Repotting",
            "ready",
            2,
        )
        await admin.http.delete(f"/api/v1/sources/{source['id']}")

    async def test_what_cannot_be_read_is_refused_or_says_why(self, admin: AgentClient) -> None:
        answer = await admin.http.post("/api/v1/sources", files={"file": ("plan.exe", b"MZ")})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        for name, content, reason in (
            ("empty.md", b"\n", "There is no text in it."),
            ("plan.txt", b"\xff\xfe\x00", "It is not UTF-8 text."),
        ):
            source = (await admin.http.post("/api/v1/sources", files={"file": (name, content)})).json()
            source = await read(admin, source)
            assert (source["status"], source["error"]) == ("failed", reason)
            await admin.http.delete(f"/api/v1/sources/{source['id']}")
        unknown = await admin.http.post("/api/v1/sources", json={"kind": "spell", "text": "x"})
        assert unknown.status_code == 422


class TestPolicy:
    async def test_the_policy_is_replaced_as_a_whole(self, admin: AgentClient) -> None:
        [policy] = await listed(admin, "service-policy")
        body = {key: value for key, value in policy.items() if key not in ("id", "version")}
        answer = await admin.http.put("/api/v1/service-policy", json={**body, "idle_after": "PT12H"})
        assert (answer.status_code, answer.json()["idle_after"]) == (200, "PT12H")
        assert answer.json()["version"] > policy["version"]
        assert (await admin.get("/service-policy/default"))["idle_after"] == "PT12H"
        wrong = {**body, "ladder": [{"after": "PT3M", "audience": "team"}, {"after": "PT1M", "audience": "team"}]}
        assert (await admin.http.put("/api/v1/service-policy/default", json=wrong)).status_code == 422
        await admin.http.put("/api/v1/service-policy", json=body)

    async def test_a_team_may_have_its_own_until_that_is_removed(self, admin: AgentClient) -> None:
        [policy] = await listed(admin, "service-policy")
        body = {key: value for key, value in policy.items() if key not in ("id", "version")}
        hours = {
            "time_zone": "Europe/Berlin",
            "shifts": [{"day": "monday", "opens": "09:00", "closes": "17:00"}],
            "holidays": [{"on": "2026-12-25", "name": "Christmas", "hours": []}],
        }
        own = {**body, "first_response": "PT2M", "fallback_team": "support", "office_hours": hours}
        answer = await admin.http.put("/api/v1/service-policy/billing", json=own)
        assert (answer.status_code, answer.json()["id"]) == (200, "billing")
        try:
            assert [each["id"] for each in await listed(admin, "service-policy")] == ["default", "billing"]
            read = await admin.get("/service-policy/billing")
            assert (read["first_response"], read["office_hours"]) == ("PT2M", hours)
            assert (await admin.get("/service-policy/default"))["office_hours"] is None
        finally:
            assert (await admin.http.delete("/api/v1/service-policy/billing")).status_code == 204
        assert (await admin.http.get("/api/v1/service-policy/billing")).status_code == 404
        assert (await admin.http.delete("/api/v1/service-policy/billing")).status_code == 404
        assert (await admin.http.delete("/api/v1/service-policy/default")).status_code == 409

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"fallback_team": "nobody"}, "there is no team nobody"),
            ({"at_once": ["webhook:nowhere"]}, "there is no webhook nowhere"),
            ({"at_once": ["pigeon"]}, "pattern"),
            ({"ladder": [{"after": "PT1M", "audience": "owner"}]}, "audience of a step"),
            ({"office_hours": {"time_zone": "Mars", "shifts": []}}, "time zone"),
        ],
    )
    async def test_what_cannot_be_is_refused_with_a_reason(
        self, admin: AgentClient, wrong: dict[str, Any], said: str
    ) -> None:
        [policy] = await listed(admin, "service-policy")
        body = {key: value for key, value in policy.items() if key not in ("id", "version")}
        answer = await admin.http.put("/api/v1/service-policy", json={**body, **wrong})
        assert answer.status_code == 422
        assert said in answer.text
        assert await listed(admin, "service-policy") == [policy]

    async def test_of_a_team_that_is_not_there_is_refused(self, admin: AgentClient) -> None:
        [policy] = await listed(admin, "service-policy")
        body = {key: value for key, value in policy.items() if key not in ("id", "version")}
        assert (await admin.http.put("/api/v1/service-policy/nobody", json=body)).status_code == 404

    async def test_a_new_conversation_follows_it(self, admin: AgentClient, http: httpx.AsyncClient) -> None:
        [policy] = await listed(admin, "service-policy")
        body = {key: value for key, value in policy.items() if key not in ("id", "version")}
        quick = {**body, "ladder": [{"after": "PT0.3S", "audience": "everybody"}]}
        await admin.http.put("/api/v1/service-policy", json=quick)
        try:
            async with admin.stream() as stream:
                visitor = await visit(http)
                await visitor.say("I want to talk to a person")
                await stream.until("alert", conversation_id=visitor.conversation_id)
                second = await stream.until("alert", conversation_id=visitor.conversation_id)
            assert second.data["event"]["data"]["audience"] == "everybody"
            await admin.do(visitor.conversation_id, "claim")
        finally:
            await admin.http.put("/api/v1/service-policy", json=body)
