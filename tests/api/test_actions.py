"""Admins shape custom actions: order, drafts, lessons from chats, history, and all of them as a file."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import yaml

from chatref.conversation.actions import CustomAction
from tests.api.house import AgentClient, House

ACTIONS = "/api/v1/actions"
LEAF = {
    "name": "Leaf exchange",
    "use_when": "The visitor wants to swap leaves.",
    "triggers": {"phrases": ["swap leaves"], "examples": ["can I trade my leaves for others?"]},
}


@pytest.fixture(autouse=True)
async def as_before(admin: AgentClient) -> AsyncIterator[None]:
    """The house's actions are everybody's: each test leaves them as it found them."""
    before = (await admin.http.get(f"{ACTIONS}/export")).text
    yield
    planned = (await admin.http.post(f"{ACTIONS}/plan", json={"yaml": before})).json()
    done = await admin.http.post(f"{ACTIONS}/apply", json={"yaml": before, "basis": planned["basis"]})
    assert done.status_code == 200, done.text


async def post(agent: AgentClient, route: str, body: Any, status: int = 200) -> dict[str, Any]:
    answer = await agent.http.post(f"{ACTIONS}{route}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(agent: AgentClient) -> list[str]:
    return [action["id"] for action in (await agent.get("/actions"))["items"]]


async def said(agent: AgentClient, text: str, **more: Any) -> dict[str, Any]:
    return await post(agent, "/match", {"text": text, **more})


class TestNames:
    async def test_of_many_at_once_one_is_made(self, admin: AgentClient) -> None:
        name = f"Zebra {uuid4().hex[:8]}"
        answers = await asyncio.gather(*(admin.http.post(ACTIONS, json={"name": name}) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]

    @pytest.mark.parametrize(
        ("name", "action_id"), [("Export", "action-export"), ("New", "action-new"), ("24/7 call", "action-24-7-call")]
    )
    async def test_an_id_is_made_that_no_address_needs(self, admin: AgentClient, name: str, action_id: str) -> None:
        assert (await post(admin, "", {"name": name}, 201))["id"] == action_id

    async def test_what_is_wrong_is_said_at_its_field(self, admin: AgentClient) -> None:
        detail = {"name": "size", "label": "Size", "prompt": "Which?", "type": "pattern", "pattern": "("}
        refused = await post(admin, "", {"name": "Sizes", "fields": [detail], "team": ""}, 422)
        [error] = refused["errors"]
        assert error["loc"] == ["body", "fields", 0, "pattern"]
        assert error["msg"].endswith("is not a pattern that RE2 understands: missing ): (")
        again = await post(admin, "", {"name": "Sizes", "triggers": {"examples": ["fine", " "]}}, 422)
        assert again["errors"][0]["loc"] == ["body", "triggers", "examples", 1]


class TestOrder:
    async def test_it_is_kept_and_new_ones_come_last(self, admin: AgentClient, house: House) -> None:
        before = await ids(admin)
        turned = await post(admin, "/order", {"ids": before[::-1]})
        assert [action["id"] for action in turned["items"]] == before[::-1]
        made = await post(admin, "", LEAF, 201)
        assert await ids(admin) == [*before[::-1], made["id"]]

    async def test_those_that_are_not_named_come_after(self, admin: AgentClient) -> None:
        before = await ids(admin)
        await post(admin, "/order", {"ids": [before[2], "nobody", before[2]]})
        assert await ids(admin) == [before[2], *before[:2], *before[3:]]

    async def test_moving_makes_no_version(self, admin: AgentClient) -> None:
        before = {action["id"]: action["version"] for action in (await admin.get("/actions"))["items"]}
        await post(admin, "/order", {"ids": list(before)[::-1]})
        after = {action["id"]: action["version"] for action in (await admin.get("/actions"))["items"]}
        assert after == before

    async def test_the_first_of_equals_wins(self, admin: AgentClient) -> None:
        for name in ("Leaf one", "Leaf two"):
            await post(admin, "", {**LEAF, "name": name}, 201)
        assert (await said(admin, "swap leaves"))["action"] == "Leaf one"
        await post(admin, "/order", {"ids": ["leaf-two"]})
        assert (await said(admin, "swap leaves"))["action"] == "Leaf two"


class TestDrafts:
    async def test_a_new_one_is_weighed_before_it_is_saved(self, admin: AgentClient) -> None:
        before = await ids(admin)
        found = await said(admin, "I would like to swap leaves", draft={k: LEAF[k] for k in ("name", "triggers")})
        assert (found["action"], found["action_id"]) == ("Leaf exchange", "new")
        assert found["score"] >= found["threshold"]
        assert found["why"]
        assert (await said(admin, "I would like to swap leaves"))["action"] is None
        assert await ids(admin) == before

    async def test_a_changed_one_stands_in_for_its_former_self(self, admin: AgentClient) -> None:
        refund = await admin.get("/actions/refund")
        assert (await said(admin, "I want a refund"))["action_id"] == "refund"
        draft = {"id": "refund", "name": "Money back", "triggers": {"examples": ["swap leaves"]}}
        assert (await said(admin, "I want a refund", draft=draft))["action_id"] != "refund"
        found = await said(admin, "swap leaves", draft=draft)
        assert (found["action_id"], found["action"]) == ("refund", "Money back")
        assert await admin.get("/actions/refund") == refund

    async def test_one_that_is_switched_off_is_weighed_as_if_it_were_on(self, admin: AgentClient) -> None:
        made = await post(admin, "", {**LEAF, "enabled": False}, 201)
        assert (await said(admin, "swap leaves"))["action"] is None
        draft = {"id": made["id"], "name": made["name"], "triggers": made["triggers"]}
        assert (await said(admin, "swap leaves", draft=draft))["action_id"] == made["id"]

    async def test_each_one_starts_from_its_own_threshold_on(self, admin: AgentClient) -> None:
        refund = await admin.get("/actions/refund")
        found = await said(admin, "the lamp broke, can I get money for it")
        assert (found["action_id"], found["threshold"]) == ("refund", 0.5)
        triggers = {**refund["triggers"], "threshold": 0.95}
        draft = {"id": "refund", "name": "Refund", "kind": "refund", "triggers": triggers}
        wary = await said(admin, "the lamp broke, can I get money for it", draft=draft)
        assert wary["action"] is None
        assert (wary["alternatives"][0]["action_id"], wary["alternatives"][0]["threshold"]) == ("refund", 0.95)
        assert (wary["score"], wary["threshold"]) == (wary["alternatives"][0]["score"], 0.95)
        assert wary["alternatives"][0]["why"]
        for beyond in (0.01, 0.99):
            refused = await post(admin, "", {**LEAF, "triggers": {"threshold": beyond}}, 422)
            assert refused["errors"][0]["loc"] == ["body", "triggers", "threshold"]

    async def test_drafts_are_for_admins(self, ada: AgentClient) -> None:
        await post(ada, "/match", {"text": "hello", "draft": {"name": "X"}}, 403)


class TestLessons:
    async def test_this_should_have_started(self, admin: AgentClient) -> None:
        words = "my greens went pale in the mail"
        assert (await said(admin, words))["action"] is None
        version = (await admin.get("/actions/refund"))["version"]
        taught = await post(admin, "/refund/examples", {"text": f"  {words} ", "should_start": True})
        assert taught["triggers"]["examples"][-1] == words
        assert taught["version"] == version + 1
        assert (await said(admin, words))["action_id"] == "refund"

    async def test_this_should_not_have(self, admin: AgentClient) -> None:
        words = "tell me about the refund of last week"
        await post(admin, "/refund/examples", {"text": words, "should_start": True})
        assert (await said(admin, words))["action_id"] == "refund"
        taught = await post(admin, "/refund/examples", {"text": words.upper(), "should_start": False})
        assert words not in taught["triggers"]["examples"]
        assert taught["triggers"]["counterexamples"][-1] == words.upper()
        assert (await said(admin, words))["action_id"] != "refund"

    async def test_the_same_lesson_twice_is_one(self, admin: AgentClient) -> None:
        lesson = {"text": "pale greens came by mail", "should_start": True}
        taught = [await post(admin, "/refund/examples", lesson) for _ in range(2)]
        assert taught[0] == taught[1]

    async def test_it_outlives_an_export_and_an_import(self, admin: AgentClient) -> None:
        words = "I want my money back"
        await post(admin, "/refund/examples", {"text": words, "should_start": False})
        assert (await said(admin, "hi, i want my money back please"))["action_id"] != "refund"
        text = (await admin.http.get(f"{ACTIONS}/export")).text
        file = yaml.safe_dump([each for each in yaml.safe_load(text) if each["id"] != "refund"])
        for each in (file, text):
            planned = await post(admin, "/plan", {"yaml": each})
            await post(admin, "/apply", {"yaml": each, "basis": planned["basis"]})
        assert (await said(admin, "hi, i want my money back please"))["action_id"] != "refund"

    async def test_a_thousand_sentences_are_weighed_without_being_held_back(self, admin: AgentClient) -> None:
        start = time.process_time()
        for number in range(1_000):
            answer = await admin.http.post(f"{ACTIONS}/match", json={"text": f"please cancel my plan number {number}"})
            assert answer.status_code == 200, answer.text
        # Of the processor's time, which others on this machine do not use up; client and server share it here.
        assert time.process_time() - start < 60

    async def test_lessons_are_for_admins_and_for_actions_that_are_there(
        self, ada: AgentClient, admin: AgentClient
    ) -> None:
        lesson = {"text": "hello", "should_start": True}
        await post(ada, "/refund/examples", lesson, 403)
        await post(admin, "/nothing/examples", lesson, 404)
        await post(admin, "/refund/examples", {**lesson, "text": "x" * 501}, 422)


class TestHistory:
    async def test_each_version_says_what_it_changed(self, admin: AgentClient) -> None:
        made = await post(admin, "", {**LEAF, "name": "Leaf history"}, 201)
        changed = {**made, "priority": "high", "triggers": {**made["triggers"], "phrases": ["trade leaves"]}}
        await admin.http.put(f"{ACTIONS}/{made['id']}", json=changed)
        await admin.http.put(f"{ACTIONS}/{made['id']}", json=made)
        items = (await admin.get(f"/actions/{made['id']}/versions"))["items"]
        first = items[-1]["version"]
        assert [item["version"] for item in items] == [first + 2, first + 1, first]
        assert items[1]["differences"] == [
            {
                "field": "triggers.phrases",
                "before": None,
                "after": None,
                "added": ["trade leaves"],
                "removed": ["swap leaves"],
            },
            {"field": "priority", "before": "normal", "after": "high", "added": [], "removed": []},
        ]
        assert items[0]["action"]["priority"] == "normal"

    async def test_the_threshold_and_the_models_choice_are_part_of_it(self, admin: AgentClient) -> None:
        made = await post(admin, "", {**LEAF, "name": "Leaf threshold"}, 201)
        triggers = {**made["triggers"], "threshold": 0.35, "model": False}
        await admin.http.put(f"{ACTIONS}/{made['id']}", json={**made, "triggers": triggers})
        [latest, _] = (await admin.get(f"/actions/{made['id']}/versions"))["items"][:2]
        assert [(each["field"], each["before"], each["after"]) for each in latest["differences"]] == [
            ("triggers.threshold", 0.5, 0.35),
            ("triggers.model", True, False),
        ]
        text = (await admin.http.get(f"{ACTIONS}/export")).text
        assert yaml.safe_load(text)[-1]["triggers"]["threshold"] == 0.35
        assert (await post(admin, "/plan", {"yaml": text}))["changed"] == []


class TestFile:
    async def test_it_holds_every_action_in_order(self, ada: AgentClient) -> None:
        answer = await ada.http.get(f"{ACTIONS}/export")
        assert answer.headers["content-type"].startswith("application/yaml")
        assert "actions.yaml" in answer.headers["content-disposition"]
        assert [each["id"] for each in yaml.safe_load(answer.text)] == await ids(ada)

    async def test_applying_does_what_the_plan_said(self, admin: AgentClient) -> None:
        text = (await admin.http.get(f"{ACTIONS}/export")).text
        wanted = yaml.safe_load(text)
        gone, kept = wanted[0], wanted[1]
        kept["priority"] = "urgent"
        file = yaml.safe_dump([{"id": "leaf-exchange", **LEAF}, *wanted[1:]])
        before = await ids(admin)
        planned = await post(admin, "/plan", {"yaml": file})
        assert await ids(admin) == before
        assert [each["id"] for each in planned["created"]] == ["leaf-exchange"]
        assert [each["id"] for each in planned["deleted"]] == [gone["id"]]
        [changed] = planned["changed"]
        assert (changed["id"], changed["differences"][0]["field"]) == (kept["id"], "priority")
        assert len(planned["unchanged"]) == len(wanted) - 2
        await post(admin, "/apply", {"yaml": file, "basis": planned["basis"]})
        assert await ids(admin) == ["leaf-exchange", *[each["id"] for each in wanted[1:]]]
        assert (await admin.get(f"/actions/{kept['id']}"))["priority"] == "urgent"
        assert (await said(admin, "swap leaves"))["action_id"] == "leaf-exchange"

    async def test_a_plan_that_is_outdated_is_not_applied(self, admin: AgentClient) -> None:
        file = (await admin.http.get(f"{ACTIONS}/export")).text
        planned = await post(admin, "/plan", {"yaml": file})
        await post(admin, "", LEAF, 201)
        refused = await post(admin, "/apply", {"yaml": file, "basis": planned["basis"]}, 409)
        assert refused["code"] == "plan_outdated"
        assert "leaf-exchange" in await ids(admin)

    async def test_what_is_wrong_with_it_is_said(self, admin: AgentClient) -> None:
        refused = await post(admin, "/plan", {"yaml": "- {id: a, name: A, team: nowhere}"}, 422)
        assert refused["errors"] == [{"loc": ["body", "yaml"], "msg": "a: team: there is no team nowhere"}]
        refused = await post(admin, "/apply", {"yaml": "nothing", "basis": ""}, 422)
        assert refused["errors"][0]["msg"] == "the file must be a list of actions"

    async def test_a_large_file_fits(self, admin: AgentClient) -> None:
        many = [
            CustomAction(id=f"bulk-{number}", name=f"Bulk {number}", use_when="x" * 400).model_dump(mode="json")
            for number in range(300)
        ]
        planned = await post(admin, "/plan", {"yaml": yaml.safe_dump(many)})
        assert len(planned["created"]) == 300

    @pytest.mark.parametrize("route", ["/plan", "/apply", "/order"])
    async def test_only_admins_change_all(self, ada: AgentClient, route: str) -> None:
        await post(ada, route, {"yaml": "[]", "basis": "", "ids": []}, 403)
