"""The assistant's briefing, what its model costs, and what is shown of an answer while it is written."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chatref.conversation.turns import Turn, Usage, VisitorMessage
from chatref.store.drafts import LiveDrafts
from chatref.store.usage import UsageLog
from tests.api.house import AgentClient, House, VisitorClient, visit


def turn(conversation_id: str, answers_seq: int = 1) -> Turn:
    return Turn(conversation_id, answers_seq, (VisitorMessage("m1", "hi", datetime.now(UTC)),))


class TestTheBriefing:
    async def test_an_admin_writes_it_and_reads_it_again(self, admin: AgentClient) -> None:
        before = await admin.get("/assistant")
        said = {"tone": "  Warm, short sentences.\n", "guidance": "Call us the shop.\n\nNever promise a date."}
        answer = await admin.http.put("/api/v1/assistant", json=said)
        assert answer.status_code == 200, answer.text
        after = await admin.get("/assistant")
        assert after == answer.json()
        assert (after["tone"], after["guidance"]) == ("Warm, short sentences.", said["guidance"])
        assert after["version"] > before["version"]

    async def test_what_is_left_out_is_empty(self, admin: AgentClient) -> None:
        await admin.http.put("/api/v1/assistant", json={"tone": "Warm."})
        answer = await admin.http.put("/api/v1/assistant", json={"guidance": "Be\0 brief."})
        assert (answer.json()["tone"], answer.json()["guidance"]) == ("", "Be brief.")

    @pytest.mark.parametrize(
        "body", [{"tone": "x" * 301}, {"guidance": "x" * 4001}, {"guidance": 7}, {"name": "Fern"}], ids=str
    )
    async def test_what_is_no_briefing_is_refused(self, admin: AgentClient, body: dict[str, Any]) -> None:
        before = await admin.get("/assistant")
        answer = await admin.http.put("/api/v1/assistant", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert await admin.get("/assistant") == before

    @pytest.mark.parametrize(("method", "route"), [("GET", ""), ("PUT", ""), ("GET", "/usage")])
    async def test_it_is_for_admins(self, ada: AgentClient, method: str, route: str) -> None:
        answer = await ada.http.request(method, f"/api/v1/assistant{route}", json={} if method == "PUT" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


class TestUsage:
    async def test_it_is_summed_by_day_and_model_and_for_each_conversation(
        self, house: House, admin: AgentClient, visitor: VisitorClient
    ) -> None:
        model = f"model-{uuid4()}"
        books = UsageLog(house.database)
        for tokens in (100, 200):
            await books.used(turn(visitor.conversation_id), Usage(model, tokens, 10))
        days = (await admin.get("/assistant/usage", days=1))["items"]
        [day] = [each for each in days if each["model"] == model]
        assert (day["conversations"], day["requests"]) == (1, 2)
        assert (day["input_tokens"], day["output_tokens"]) == (300, 20)
        opened = await admin.get(f"/conversations/{visitor.conversation_id}")
        assert opened["context"]["model"] == {"requests": 2, "input_tokens": 300, "output_tokens": 20}

    async def test_a_conversation_without_a_model_cost_nothing(self, ada: AgentClient, visitor: VisitorClient) -> None:
        opened = await ada.get(f"/conversations/{visitor.conversation_id}")
        assert opened["context"]["model"] == {"requests": 0, "input_tokens": 0, "output_tokens": 0}


class TestDrafts:
    async def test_the_visitor_sees_the_answer_grow_and_nothing_of_it_is_kept(
        self, house: House, visitor: VisitorClient
    ) -> None:
        async with visitor.stream() as stream, LiveDrafts(house.database).of(turn(visitor.conversation_id)) as draft:
            for text in ("Refunds", "Refunds take “a day”\n"):
                draft.show(text)
                sent = await stream.until("draft", text=text)
                assert sent.data == {"answers_seq": 1, "text": text}
                assert sent.id == ""
        assert [event["type"] for event in await visitor.events()] == []

    async def test_it_is_repeated_for_who_comes_later(self, house: House, visitor: VisitorClient) -> None:
        async with LiveDrafts(house.database).of(turn(visitor.conversation_id)) as draft:
            draft.show("So far")
            async with visitor.stream() as stream:
                await stream.until("draft", text="So far")
            async with visitor.stream() as stream:
                await stream.until("draft", text="So far")

    async def test_a_turn_that_fails_or_is_cancelled_takes_its_draft_back(
        self, house: House, visitor: VisitorClient
    ) -> None:
        async def answer() -> None:
            async with LiveDrafts(house.database).of(turn(visitor.conversation_id)) as draft:
                draft.show("Wait, I")
                await asyncio.Event().wait()

        async with visitor.stream() as stream:
            answering = asyncio.create_task(answer())
            await stream.until("draft", text="Wait, I")
            answering.cancel()
            assert (await stream.until("draft")).data["text"] == ""
            with pytest.raises(asyncio.CancelledError):
                await answering

    async def test_agents_see_it_where_they_look_on_and_nowhere_else(
        self, house: House, ada: AgentClient, bo: AgentClient, visitor: VisitorClient
    ) -> None:
        async with house.http() as http, ada.stream() as watching, bo.stream() as elsewhere:
            other = await visit(http)
            assert (await ada.do(visitor.conversation_id, "watch")).status_code == 204
            assert (await bo.do(other.conversation_id, "watch")).status_code == 204
            drafts = LiveDrafts(house.database)
            async with drafts.of(turn(visitor.conversation_id)) as one, drafts.of(turn(other.conversation_id)) as two:
                one.show("To Ada")
                two.show("To Bo")
                for stream, conversation, text in (
                    (watching, visitor.conversation_id, "To Ada"),
                    (elsewhere, other.conversation_id, "To Bo"),
                ):
                    sent = await stream.until("draft")
                    assert sent.data == {"conversation_id": conversation, "answers_seq": 1, "text": text}
                    assert sent.id == ""

    async def test_a_draft_too_long_to_be_notified_of_is_shown_as_far_as_it_goes(
        self, house: House, visitor: VisitorClient
    ) -> None:
        async with visitor.stream() as stream, LiveDrafts(house.database).of(turn(visitor.conversation_id)) as draft:
            draft.show('"\n漢' * 4_000)
            sent = await stream.until("draft")
            assert len(sent.data["text"]) > 1_000
            assert ('"\n漢' * 4_000).startswith(sent.data["text"])
