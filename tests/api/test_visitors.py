"""A visitor chats."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from chatref import tokens
from chatref.store.record import ConversationLog, UnknownConversation
from chatref.thread_link import ThreadLinks
from tests.api.house import AgentClient, House, VisitorClient, visit
from tests.running import eventually as until


class TestOpening:
    async def test_a_conversation_is_opened_with_a_token_for_it(self, http: httpx.AsyncClient) -> None:
        visitor = await visit(http, visitor={"name": "Kim", "email": "kim@example.com", "attributes": {"plan": "pro"}})
        assert await visitor.events() == []

    async def test_an_unknown_site_is_not_found(self, http: httpx.AsyncClient) -> None:
        answer = await http.post("/widget/v1/conversations", json={"site": "nobody"})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"

    async def test_the_owners_token_says_who_the_visitor_is(
        self, http: httpx.AsyncClient, house: House, admin: AgentClient
    ) -> None:
        site = next(site for site in (await admin.get("/sites"))["items"] if site["key"] == "demo")
        secret = (await admin.get(f"/sites/{site['id']}"))["identity_secret"]
        token = jwt.encode({"sub": "customer-7", "name": "Kim", "email": "kim@example.com"}, secret, "HS256")
        first, second = [await visit(http, identity_token=token) for _ in range(2)]
        await first.say("hello")
        await second.say("hello again")
        await settled(second, 2)
        detail = await admin.get(f"/conversations/{second.conversation_id}")
        assert detail["visitor"]["identified"] is True
        assert detail["visitor"]["name"] == "Kim"
        assert [earlier["id"] for earlier in detail["context"]["earlier"]] == [first.conversation_id]

    async def test_what_only_the_page_says_is_not_vouched_for(
        self, http: httpx.AsyncClient, admin: AgentClient
    ) -> None:
        site = next(site for site in (await admin.get("/sites"))["items"] if site["key"] == "demo")
        secret = (await admin.get(f"/sites/{site['id']}"))["identity_secret"]
        token = jwt.encode({"sub": "customer-8"}, secret, "HS256")
        visitor = await visit(http, identity_token=token, visitor={"name": "The Boss", "email": "boss@example.com"})
        shown = (await admin.get(f"/conversations/{visitor.conversation_id}"))["visitor"]
        assert (shown["identified"], shown["name"], shown["email"]) == (True, "", "")

    async def test_a_token_that_somebody_else_signed_is_refused(self, http: httpx.AsyncClient) -> None:
        forged = jwt.encode({"sub": "customer-7"}, "x" * 32, "HS256")
        answer = await http.post("/widget/v1/conversations", json={"site": "demo", "identity_token": forged})
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_identity")

    async def test_the_widget_learns_how_it_looks(self, http: httpx.AsyncClient) -> None:
        boot = (await http.get("/widget/v1/sites/demo")).json()
        assert boot["name"]
        assert any(button["action"] == "talk-to-person" for button in boot["buttons"])


class TestTimeZone:
    async def test_agents_see_the_visitors_time_zone(self, http: httpx.AsyncClient, ada: AgentClient) -> None:
        visitor = await visit(http, time_zone="Asia/Calcutta")
        assert await self.shown(ada, visitor) == "Asia/Calcutta"

    async def test_one_that_is_not_known_here_counts_as_none(self, http: httpx.AsyncClient, ada: AgentClient) -> None:
        for given in ({}, {"time_zone": ""}, {"time_zone": "Mars/Olympus_Mons"}, {"time_zone": "../../etc/passwd"}):
            assert await self.shown(ada, await visit(http, **given)) == ""

    async def test_a_name_has_at_most_64_characters(self, http: httpx.AsyncClient) -> None:
        for length, status in ((64, 201), (65, 422)):
            body = {"site": "demo", "time_zone": "x" * length}
            assert (await http.post("/widget/v1/conversations", json=body)).status_code == status

    async def test_it_and_the_address_are_what_a_run_begins_with(
        self, http: httpx.AsyncClient, house: House, admin: AgentClient
    ) -> None:
        site = next(site for site in (await admin.get("/sites"))["items"] if site["key"] == "demo")
        secret = (await admin.get(f"/sites/{site['id']}"))["identity_secret"]
        signed = jwt.encode({"sub": "customer-9", "email": "kim@example.com"}, secret, "HS256")
        log = ConversationLog(house.database)
        now = datetime.now(UTC)
        for vouched_email, given in (
            ("", {"visitor": {"email": "kim@example.com"}}),
            ("kim@example.com", {"identity_token": signed}),
        ):
            visitor = await visit(http, time_zone="Europe/Berlin", **given)
            fresh = await log.recall(visitor.conversation_id)
            await visitor.say("How do I skip a box?")
            await settled(visitor, 2)
            for past in (fresh, await log.recall(visitor.conversation_id)):
                state = past.resume(visitor.conversation_id, now, 1)
                assert (state.email, state.vouched_email) == ("kim@example.com", vouched_email)
                assert state.time_zone == "Europe/Berlin"

    @staticmethod
    async def shown(agent: AgentClient, visitor: VisitorClient) -> str:
        detail: dict[str, Any] = await agent.get(f"/conversations/{visitor.conversation_id}")
        return str(detail["context"]["time_zone"])


class TestLinkBack:
    async def test_it_opens_the_same_thread(self, http: httpx.AsyncClient, house: House) -> None:
        visitor = await visit(http)
        await visitor.say("How do I skip a box?")
        events = await settled(visitor, 2)

        links = ThreadLinks(house.database, "https://chat.example.com/", house.settings.token_key)
        page, _, token = (await links.to(UUID(visitor.conversation_id))).partition("#")
        assert page == "https://chat.example.com/chat"
        thread = await self.thread(http, token)
        boot = (await http.get("/widget/v1/sites/demo")).json()
        assert thread.json() == {**boot, "conversation_id": visitor.conversation_id, "site": "demo"}

        back = VisitorClient(http, thread.json()["conversation_id"], token)
        assert await back.events() == events
        await back.say("And how do I pause?")
        assert (await settled(visitor, 3))[2]["text"] == "And how do I pause?"

    async def test_to_nothing_there_is_none(self, house: House) -> None:
        links = ThreadLinks(house.database, house.settings.public_url, house.settings.token_key)
        with pytest.raises(UnknownConversation):
            await links.to(uuid4())

    async def test_our_own_page_may_call_whatever_the_site_allows(
        self, http: httpx.AsyncClient, house: House, admin: AgentClient
    ) -> None:
        body = {"name": "Shop", "allowed_origins": ["https://shop.example.com"]}
        site = (await admin.http.post("/api/v1/sites", json=body)).json()
        opened = (await http.post("/widget/v1/conversations", json={"site": site["key"]})).json()
        token = opened["visitor_token"]
        visitor = VisitorClient(http, opened["conversation_id"], token)
        for ours in (house.settings.public_url, house.url):
            assert (await self.thread(http, token, Origin=ours)).status_code == 200
            assert (await visitor.post("typing", Origin=ours)).status_code == 204
        for answer in (
            await self.thread(http, token, Origin="https://evil.example.com"),
            await visitor.post("typing", Origin="https://evil.example.com"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")

        assert (await admin.http.delete(f"/api/v1/sites/{site['id']}")).status_code == 204

        async def gone() -> bool:
            return (await self.thread(http, token)).status_code == 404

        await until(gone, "the conversation went with its site")

    async def test_without_a_token_of_ours_there_is_no_thread(self, http: httpx.AsyncClient, house: House) -> None:
        claims = {name: str(uuid4()) for name in ("conversation", "visitor", "site")}
        expired = jwt.encode({**claims, "exp": 1}, house.settings.token_key, "HS256")
        for token in ("nothing", jwt.encode(claims, "x" * 32, "HS256"), expired):
            answer = await self.thread(http, token)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert (await http.get("/widget/v1/conversation")).status_code == 401

    @staticmethod
    async def thread(http: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
        return await http.get("/widget/v1/conversation", headers={"Authorization": f"Bearer {token}", **headers})


class TestMessages:
    async def test_a_message_is_answered_from_the_content(self, visitor: VisitorClient) -> None:
        message_id = await visitor.say("How do I skip a box?")
        events = await settled(visitor, 2)
        assert events[0]["id"] == message_id
        assert events[0]["author"] == {"kind": "visitor", "name": ""}
        assert events[1]["author"]["kind"] == "assistant"
        assert "public" not in events[0]

    async def test_the_same_message_again_is_one_message(self, visitor: VisitorClient) -> None:
        body = {"id": str(uuid4()), "text": "How do I skip a box?"}
        answers = await asyncio.gather(*(visitor.post("messages", body) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [202] * 5
        assert answers[0].json() == {"id": body["id"]}
        events = await settled(visitor, 2)
        await asyncio.sleep(0.2)
        assert len([event for event in await visitor.events() if event["author"]["kind"] == "visitor"]) == 1
        assert events[0]["id"] == body["id"]

    async def test_a_token_opens_its_own_conversation_only(self, http: httpx.AsyncClient) -> None:
        first, second = await visit(http), await visit(http)
        first.token = second.token
        answer = await first.post("messages", {"id": str(uuid4()), "text": "hello"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    async def test_without_a_token_of_ours_nothing_is_said(self, visitor: VisitorClient) -> None:
        for token in ("nothing", "a.b.c", jwt.encode({"conversation": visitor.conversation_id}, "x" * 32, "HS256")):
            visitor.token = token
            answer = await visitor.post("messages", {"id": str(uuid4()), "text": "hello"})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")

    async def test_a_token_without_a_signature_is_none(self, visitor: VisitorClient, house: House) -> None:
        claims = tokens.read(visitor.token, house.settings.token_key)
        payload = {name: str(value) for name, value in vars(claims).items()}
        visitor.token = jwt.encode(payload, "", "none")
        assert (await visitor.post("typing")).status_code == 401

    async def test_a_text_has_one_to_8000_characters(self, visitor: VisitorClient) -> None:
        for text in ("", "  \n ", "x" * 8001):
            answer = await visitor.post("messages", {"id": str(uuid4()), "text": text})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
            assert answer.json()["errors"][0]["loc"] == ["body", "text"]
            assert "xxx" not in answer.text
        assert (await visitor.post("messages", {"id": str(uuid4()), "text": "ü" * 8000})).status_code == 202

    async def test_a_body_has_at_most_64_kilobytes(self, visitor: VisitorClient) -> None:
        answer = await visitor.post("messages", {"id": str(uuid4()), "text": "x" * 70_000})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 1024

        unannounced = await visitor.http.post(f"{visitor.base}/messages", content=chunks(), headers=visitor.headers)
        assert (unannounced.status_code, unannounced.json()["code"]) == (413, "too_large")

    async def test_characters_that_cannot_be_stored_are_left_out(self, visitor: VisitorClient) -> None:
        await visitor.say("nul \x00 here")
        assert (await settled(visitor, 1))[0]["text"] == "nul  here"


class TestStream:
    async def test_what_happens_is_streamed_in_order(self, visitor: VisitorClient) -> None:
        async with visitor.stream() as stream:
            await visitor.say("How do I skip a box?")
            first, second = await stream.next(), await stream.next()
        assert (first.event, first.id, first.data["seq"]) == ("event", "1", 1)
        assert second.data["author"]["kind"] == "assistant"
        assert [first.data, second.data] == (await visitor.events())[:2]

    async def test_who_reconnects_misses_nothing_and_gets_nothing_twice(self, visitor: VisitorClient) -> None:
        async with visitor.stream() as stream:
            await visitor.say("How do I skip a box?")
            await stream.next()
        await settled(visitor, 2)
        await visitor.say("How do I skip a box, please?")
        events = await settled(visitor, 4)
        async with visitor.stream(last_event_id="1") as stream:
            assert [(await stream.next()).data["seq"] for _ in range(3)] == [event["seq"] for event in events[1:]]
            await stream.silence()

    async def test_many_messages_at_once_are_each_streamed_once(self, visitor: VisitorClient) -> None:
        async with visitor.stream() as stream:
            ids = set(await asyncio.gather(*(visitor.say(f"message {number}") for number in range(20))))
            received: list[str] = []
            while not ids <= set(received):
                received.append((await stream.next()).data["id"])
        assert len(received) == len(set(received))

    async def test_the_agents_typing_is_seen_and_the_visitors_own_is_not(
        self, visitor: VisitorClient, ada: AgentClient
    ) -> None:
        async with visitor.stream() as stream, ada.stream() as inbox:
            await visitor.say("I want to talk to a person")
            await stream.until("event", type="transition")
            assert (await visitor.post("typing")).status_code == 204
            assert (await ada.do(visitor.conversation_id, "typing")).status_code == 204
            typing = await stream.until("typing")
            assert typing.data == {"author": {"kind": "agent", "name": ada.name}}
            assert typing.id == ""
            kinds = {
                (await inbox.until("typing", conversation_id=visitor.conversation_id)).data["author"]["kind"]
                for _ in range(2)
            }
            assert kinds == {"visitor", "agent"}


class TestAround:
    async def test_seen_and_rating_are_taken(self, visitor: VisitorClient, ada: AgentClient) -> None:
        await visitor.say("How do I skip a box?")
        await settled(visitor, 2)
        async with ada.stream() as stream:
            # Nobody can have seen what is not there yet.
            assert (await visitor.post("seen", {"seq": 9})).status_code == 204
            await stream.until("seen", conversation_id=visitor.conversation_id, seq=2)
        assert (await visitor.post("rating", {"score": 5, "comment": "Thanks"})).status_code == 204
        assert (await visitor.post("rating", {"score": 6})).status_code == 422
        detail = await ada.get(f"/conversations/{visitor.conversation_id}")
        assert detail["context"]["seen_seq"] == 2
        events = await eventually(ada, visitor.conversation_id, "rating")
        assert (events[-1]["data"], events[-1]["text"]) == ({"score": 5}, "Thanks")

    async def test_only_the_sites_own_pages_may_embed_it(self, admin: AgentClient, http: httpx.AsyncClient) -> None:
        body = {"name": "Shop", "allowed_origins": ["https://shop.example.com"]}
        site = (await admin.http.post("/api/v1/sites", json=body)).json()

        async def opened_from(origin: str) -> httpx.Response:
            return await http.post("/widget/v1/conversations", json={"site": site["key"]}, headers={"Origin": origin})

        allowed = await opened_from("https://shop.example.com")
        assert allowed.status_code == 201
        assert allowed.headers["access-control-allow-origin"] == "https://shop.example.com"
        refused = await opened_from("https://evil.example.com")
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
        await admin.http.delete(f"/api/v1/sites/{site['id']}")

    async def test_browsers_may_ask_first(self, http: httpx.AsyncClient) -> None:
        answer = await http.options(
            "/widget/v1/conversations",
            headers={"Origin": "https://anywhere.example", "Access-Control-Request-Method": "POST"},
        )
        assert answer.status_code == 204
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        inbox = await http.options("/api/v1/session", headers={"Origin": "https://anywhere.example"})
        assert "access-control-allow-origin" not in inbox.headers


async def settled(visitor: VisitorClient, number: int) -> list[dict[str, Any]]:
    """The events, once there are so many."""
    async with asyncio.timeout(10):
        while len(events := await visitor.events()) < number:
            await asyncio.sleep(0.02)
    return events


async def eventually(agent: AgentClient, conversation_id: str, kind: str) -> list[dict[str, Any]]:
    """Every event of the conversation, once there is one of this kind."""
    async with asyncio.timeout(10):
        while True:
            events: list[dict[str, Any]] = (await agent.get(f"/conversations/{conversation_id}/events"))["events"]
            if any(event["type"] == kind for event in events):
                return events
            await asyncio.sleep(0.02)
