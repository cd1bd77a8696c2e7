"""Agents work in the inbox."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.house import AgentClient, House, VisitorClient, visit


@pytest.fixture
async def waiting(http: httpx.AsyncClient, ada: AgentClient) -> VisitorClient:
    """A visitor who has asked for a person."""
    visitor = await visit(http, visitor={"name": "Robin Waits"})
    await visitor.say("I want to talk to a person")
    await row(ada, visitor, state="escalated")
    return visitor


class TestTakingOver:
    async def test_of_twenty_agents_who_claim_at_once_one_owns_it_and_the_others_are_told_who(
        self, waiting: VisitorClient, admin: AgentClient, house: House
    ) -> None:
        people = []
        for number in range(20):
            email = f"claimer-{number}-{uuid4().hex[:6]}@example.com"
            body = {"email": email, "name": f"Claimer {number}"}
            people.append((await admin.http.post("/api/v1/agents", json=body)).json())
        keys = await keys_of(house, [person["id"] for person in people])

        async def claim(key: str) -> httpx.Response:
            return await admin.http.post(
                f"/api/v1/conversations/{waiting.conversation_id}/claim", headers={"Authorization": f"Bearer {key}"}
            )

        answers = await asyncio.gather(*map(claim, keys))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
        [winner] = [answer.json()["owner"] for answer in answers if answer.status_code == 200]
        refusals = [answer.json() for answer in answers if answer.status_code == 409]
        assert {refusal["code"] for refusal in refusals} == {"already_claimed"}
        assert [refusal["owner"] for refusal in refusals] == [winner] * 19
        shown = await row(admin, waiting, state="human_owned")
        assert shown["owner"] == winner

    async def test_the_visitor_goes_on_in_the_same_thread(self, waiting: VisitorClient, ada: AgentClient) -> None:
        assert (await ada.do(waiting.conversation_id, "claim")).json()["owner"] == {"id": ada.id, "name": ada.name}
        async with waiting.stream() as stream:
            reply = {"id": str(uuid4()), "text": "Hello, I am here."}
            answer = await ada.do(waiting.conversation_id, "messages", reply)
            assert answer.status_code == 200
            event = await stream.until("event", id=reply["id"])
        assert event.data["author"] == {"kind": "agent", "name": ada.name}
        assert event.data["seq"] == answer.json()["seq"]
        claimed = [event for event in await waiting.events() if event["data"].get("event") == "claim"]
        assert claimed[0]["data"]["owner"] == {"name": ada.name}

    async def test_a_public_reply_is_a_claim(self, waiting: VisitorClient, ada: AgentClient, bo: AgentClient) -> None:
        assert (await ada.do(waiting.conversation_id, "messages", {"text": "Hello"})).json()["owner"]["id"] == ada.id
        late = await bo.do(waiting.conversation_id, "messages", {"text": "Hello from me too"})
        assert (late.status_code, late.json()["code"]) == (409, "already_claimed")
        assert late.json()["owner"] == {"id": ada.id, "name": ada.name}

    async def test_the_same_key_again_changes_nothing(self, waiting: VisitorClient, ada: AgentClient) -> None:
        first = [await ada.do(waiting.conversation_id, "tags", {"add": ["vip"]}, **{"Idempotency-Key": "k1"})]
        first += [await ada.do(waiting.conversation_id, "messages", {"text": "Hi"}, **{"Idempotency-Key": "k2"})]
        again = [await ada.do(waiting.conversation_id, "tags", {"add": ["vip"]}, **{"Idempotency-Key": "k1"})]
        again += [await ada.do(waiting.conversation_id, "messages", {"text": "Hi"}, **{"Idempotency-Key": "k2"})]
        assert [answer.status_code for answer in first + again] == [200] * 4
        events = (await ada.get(f"/conversations/{waiting.conversation_id}/events"))["events"]
        assert len([event for event in events if event["author"]["id"] == ada.id and event["text"] == "Hi"]) == 1

    async def test_a_key_is_its_callers_for_one_kind_of_command(
        self, waiting: VisitorClient, ada: AgentClient, bo: AgentClient
    ) -> None:
        key = {"Idempotency-Key": "1"}
        assert (await ada.do(waiting.conversation_id, "notes", {"text": "Ada's note"}, **key)).status_code == 200
        assert (await bo.do(waiting.conversation_id, "notes", {"text": "Bo's note"}, **key)).status_code == 200
        assert (await ada.do(waiting.conversation_id, "claim", {}, **key)).json()["owner"]["id"] == ada.id
        assert (await bo.do(waiting.conversation_id, "resolve", {}, **key)).status_code == 409
        assert (await ada.do(waiting.conversation_id, "messages", {"text": "Hi"}, **key)).status_code == 200
        assert (await ada.do(waiting.conversation_id, "resolve", {}, **key)).json()["owner"] is None
        events = (await ada.get(f"/conversations/{waiting.conversation_id}/events"))["events"]
        assert [event["text"] for event in events if event["author"]["kind"] == "agent" and event["text"]] == [
            "Ada's note",
            "Bo's note",
            "Hi",
        ]
        assert events[-1]["data"]["event"] == "resolve"

    async def test_a_conversation_that_does_not_exist_is_not_found(self, ada: AgentClient) -> None:
        for command, body in (("claim", {}), ("messages", {"text": "Hi"}), ("notes", {"text": "Hi"})):
            assert (await ada.do(str(uuid4()), command, body)).status_code == 404


class TestPassingOn:
    async def test_notes_and_tags_stay_among_agents(self, waiting: VisitorClient, ada: AgentClient) -> None:
        assert (await ada.do(waiting.conversation_id, "notes", {"text": "Be kind"})).status_code == 200
        assert (await ada.do(waiting.conversation_id, "tags", {"add": ["vip", "late"]})).status_code == 200
        assert (await ada.do(waiting.conversation_id, "tags", {"remove": ["late"]})).status_code == 200
        shown = await row(ada, waiting, state="escalated")
        assert "vip" in shown["tags"]
        assert "late" not in shown["tags"]
        events = (await ada.get(f"/conversations/{waiting.conversation_id}/events"))["events"]
        assert {"note", "tags", "alert"} <= {event["type"] for event in events}
        assert {event["type"] for event in await waiting.events()} <= {"message", "transition"}

    async def test_back_to_the_queue_and_back_to_the_assistant(self, waiting: VisitorClient, ada: AgentClient) -> None:
        await ada.do(waiting.conversation_id, "claim")
        assert (await ada.do(waiting.conversation_id, "release", {"to": "queue"})).json()["owner"] is None
        assert (await row(ada, waiting, state="escalated"))["waiting_since"]
        await ada.do(waiting.conversation_id, "claim")
        assert (await ada.do(waiting.conversation_id, "release", {"to": "assistant"})).status_code == 200
        assert (await row(ada, waiting, state="ai_handling"))["owner"] is None

    async def test_to_a_team_or_to_an_agent(self, waiting: VisitorClient, ada: AgentClient, bo: AgentClient) -> None:
        assert (await ada.do(waiting.conversation_id, "transfer", {"team": "billing"})).status_code == 200
        assert (await row(ada, waiting, state="escalated"))["team"] == {"slug": "billing", "name": "Billing"}
        assert (await ada.do(waiting.conversation_id, "transfer", {"agent": bo.id})).status_code == 200
        assert (await row(ada, waiting, state="human_owned"))["owner"]["id"] == bo.id
        for nobody in ({"team": "nobody"}, {"agent": str(uuid4())}, {}, {"team": "billing", "agent": bo.id}):
            assert (await ada.do(waiting.conversation_id, "transfer", nobody)).status_code == 422

    async def test_what_is_resolved_reopens_when_the_visitor_writes(
        self, waiting: VisitorClient, ada: AgentClient, bo: AgentClient
    ) -> None:
        await ada.do(waiting.conversation_id, "claim")
        refused = await bo.do(waiting.conversation_id, "resolve")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_owner")
        assert refused.json()["owner"]["id"] == ada.id
        assert (await ada.do(waiting.conversation_id, "resolve")).status_code == 200
        late = await ada.do(waiting.conversation_id, "messages", {"text": "One more thing"})
        assert (late.status_code, late.json()["code"]) == (409, "conversation_resolved")
        await waiting.say("How do I skip a box?")
        await row(ada, waiting, state="ai_handling")

    async def test_nothing_is_resolved_over_a_message_that_came_meanwhile(
        self, waiting: VisitorClient, ada: AgentClient
    ) -> None:
        replied = (await ada.do(waiting.conversation_id, "messages", {"text": "Your box is on its way."})).json()
        await waiting.say("And my other box?")
        refused = await ada.do(waiting.conversation_id, "resolve", {"seen_seq": replied["seq"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "unread")
        read: list[dict[str, Any]] = []
        while not read or read[-1]["text"] != "And my other box?":
            read = (await ada.get(f"/conversations/{waiting.conversation_id}/events"))["events"]
        resolved = await ada.do(waiting.conversation_id, "resolve", {"seen_seq": read[-1]["seq"]})
        assert resolved.status_code == 200


class TestLists:
    async def test_views_show_who_needs_whom(self, waiting: VisitorClient, ada: AgentClient, bo: AgentClient) -> None:
        assert await views_with(ada, waiting) == {"needs_human", "unassigned", "all"}
        await ada.do(waiting.conversation_id, "claim")
        await row(ada, waiting, state="human_owned")
        # The visitor has been waiting until the owner says something.
        assert await views_with(ada, waiting) == {"needs_human", "mine", "all"}
        assert await views_with(bo, waiting) == {"needs_human", "all"}
        await ada.do(waiting.conversation_id, "messages", {"text": "Hello"})
        assert await views_with(ada, waiting) == {"mine", "all"}
        await ada.do(waiting.conversation_id, "resolve")
        assert await views_with(ada, waiting) == {"resolved"}

    async def test_a_row_tells_what_the_agent_needs(self, waiting: VisitorClient, ada: AgentClient) -> None:
        shown = await row(ada, waiting, state="escalated")
        assert shown["visitor"]["name"] == "Robin Waits"
        assert shown["handoff"]["reason"] == "asked_for_person"
        assert shown["handoff"]["evidence"] == "I want to talk to a person"
        assert shown["waiting_since"] < shown["deadline"]
        assert shown["last_message"]["author"]["kind"] == "assistant"
        assert shown["created_at"].endswith("Z")
        detail = await ada.get(f"/conversations/{waiting.conversation_id}")
        assert detail["context"]["user_agent"].startswith("python-httpx")

    async def test_pages_show_everything_once_in_every_order(self, http: httpx.AsyncClient, ada: AgentClient) -> None:
        tag = f"page-{uuid4().hex[:8]}"
        visitors = [await visit(http) for _ in range(5)]
        for visitor in visitors:
            await visitor.say("I want to talk to a person")
        for visitor in visitors:
            await row(ada, visitor, state="escalated")
            await ada.do(visitor.conversation_id, "tags", {"add": [tag]})
        await ada.do(visitors[0].conversation_id, "claim")
        for sort in ("waiting", "latest", "priority"):
            listed: list[str] = []
            cursor = ""
            while True:
                page = await ada.get("/conversations", view="all", tag=tag, sort=sort, limit=2, cursor=cursor)
                listed += [item["id"] for item in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert len(listed) == 5
            assert set(listed) == {visitor.conversation_id for visitor in visitors}
        waiting_first = await ada.get("/conversations", view="unassigned", tag=tag)
        assert [item["id"] for item in waiting_first["items"]] == [each.conversation_id for each in visitors[1:]]

    async def test_a_cursor_of_another_list_is_refused(self, ada: AgentClient) -> None:
        for cursor in ("nonsense", "WyJhIiwgImIiXQ==", "W10="):
            answer = await ada.http.get("/api/v1/conversations", params={"cursor": cursor})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), cursor

    async def test_words_names_and_teams_are_found(self, http: httpx.AsyncClient, ada: AgentClient) -> None:
        visitor = await visit(http, visitor={"name": "Quentin Zyx", "email": "q@zyx.example"})
        await visitor.say("My xylophone-plant needs a person, I want to talk to a person")
        await row(ada, visitor, state="escalated")
        for words in ("xylophone", "xylo", "quentin", "zyx.example", "100%"):
            found = await ada.get("/conversations", view="all", q=words)
            there = visitor.conversation_id in [item["id"] for item in found["items"]]
            assert there == (words != "100%"), words
        in_support = await ada.get("/conversations", view="all", q="xylophone", team="support")
        assert len(in_support["items"]) == 1
        assert (await ada.get("/conversations", view="all", q="xylophone", team="billing"))["items"] == []

    async def test_counts_follow(self, waiting: VisitorClient, ada: AgentClient) -> None:
        before = await ada.get("/conversations/counts")
        await ada.do(waiting.conversation_id, "claim")
        await ada.do(waiting.conversation_id, "tags", {"add": ["counted"]})
        after = await ada.get("/conversations/counts")
        assert after["mine"] == before["mine"] + 1
        assert after["unassigned"] == before["unassigned"] - 1
        assert after["all"] == before["all"] >= 1
        assert after["tags"]["counted"] >= 1
        assert after["teams"]["support"] >= 1

    async def test_nothing_is_shown_to_who_has_not_signed_in(
        self, waiting: VisitorClient, http: httpx.AsyncClient
    ) -> None:
        for route in ("", "/counts", f"/{waiting.conversation_id}", f"/{waiting.conversation_id}/events"):
            answer = await http.get(f"/api/v1/conversations{route}", headers=waiting.headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert (await http.get("/api/v1/stream")).status_code == 401


class TestLive:
    async def test_a_message_reaches_every_inbox_at_once(self, visitor: VisitorClient, ada: AgentClient) -> None:
        async with ada.stream() as stream:
            await visitor.say("Is anybody there?")
            seen = await stream.until("conversation", id=visitor.conversation_id)
            assert seen.id.isdecimal()
            assert seen.data["last_message"]["text"]

    async def test_two_agents_see_each_others_claims_and_alerts(
        self, visitor: VisitorClient, ada: AgentClient, bo: AgentClient
    ) -> None:
        async with bo.stream() as stream:
            await visitor.say("I want to talk to a person")
            alert = await stream.until("alert", conversation_id=visitor.conversation_id)
            assert alert.data["event"]["data"]["audience"] == "team"
            await row(ada, visitor, state="escalated")
            await ada.do(visitor.conversation_id, "claim")
            claimed = await stream.until("conversation", id=visitor.conversation_id, state="human_owned")
            assert claimed.data["owner"]["name"] == ada.name

    async def test_what_was_missed_comes_after_reconnecting(self, http: httpx.AsyncClient, bo: AgentClient) -> None:
        before, meanwhile = await visit(http), await visit(http)
        async with bo.stream() as stream:
            await before.say("Before")
            await stream.until("conversation", id=before.conversation_id)
            position = stream.last_id
        await meanwhile.say("I want to talk to a person")
        await row(bo, meanwhile, state="escalated")
        async with bo.stream(last_event_id=position) as stream:
            await stream.until("alert", conversation_id=meanwhile.conversation_id)
            await stream.until("conversation", id=meanwhile.conversation_id, state="escalated")

    async def test_who_has_the_inbox_open_is_online_and_availability_is_shown(
        self, ada: AgentClient, bo: AgentClient
    ) -> None:
        async with ada.stream() as stream:
            async with bo.stream():
                assert (await stream.until("presence", agent_id=bo.id, online=True)).data["available"] is True
                assert (await bo.http.put("/api/v1/me/availability", json={"available": False})).status_code == 204
                await stream.until("presence", agent_id=bo.id, online=True, available=False)
                agents = (await ada.get("/agents"))["items"]
                assert [agent["online"] for agent in agents if agent["id"] == bo.id] == [True]
            await stream.until("presence", agent_id=bo.id, online=False)
            await bo.http.put("/api/v1/me/availability", json={"available": True})


async def row(agent: AgentClient, visitor: VisitorClient, **wanted: Any) -> dict[str, Any]:
    """The conversation's row, once it has these values."""
    async with asyncio.timeout(10):
        while True:
            shown: dict[str, Any] = await agent.get(f"/conversations/{visitor.conversation_id}")
            if all(shown[key] == value for key, value in wanted.items()):
                return shown
            await asyncio.sleep(0.02)


async def views_with(agent: AgentClient, visitor: VisitorClient) -> set[str]:
    found = set()
    for view in ("needs_human", "mine", "unassigned", "all", "resolved"):
        page = await agent.get("/conversations", view=view, sort="latest", limit=200)
        if visitor.conversation_id in [item["id"] for item in page["items"]]:
            found.add(view)
    return found


async def keys_of(house: House, agent_ids: list[str]) -> list[str]:
    """An API key for each."""
    return [await house.key(agent_id) for agent_id in agent_ids]
