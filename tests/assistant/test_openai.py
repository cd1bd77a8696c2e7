"""The assistant with a model, against a server that speaks the real protocol and fails as the real one does."""

import asyncio
import json
import traceback
from datetime import timedelta
from itertools import pairwise

import pytest

from chatref.assistant.briefing import Briefing
from chatref.assistant.interface import AssistantUnavailable, AssistantUnusable
from chatref.assistant.openai import OpenAIAssistant
from chatref.assistant.triggers import Triggers
from chatref.conversation.events import ASSISTANT, Author, AuthorKind, HandoffReason
from chatref.conversation.turns import OutcomeKind, Usage
from chatref.demo import default_actions
from chatref.knowledge.holder import Holder
from tests.assistant.house import turn
from tests.assistant.model_house import VISITOR, ModelHouse, event
from tests.openai_server import (
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    Hold,
    OpenAIServer,
    Reply,
    breaks_off,
    chunk,
    decides,
    decision,
    drops,
    fails,
    fails_midway,
    garbage,
    refuses,
    says,
    stalls,
    streams,
    writes,
)

REFUND_TIME = "how long does a refund take?"
SENTENCE = "We send refunds within one working day of approving them."
GREETED = "Hello!"
SECRET = "swordfish"
ONE_REQUEST = Usage("test-model", INPUT_TOKENS, OUTPUT_TOKENS)


def name_of(server: OpenAIServer, sentence: str) -> str:
    """The short name under which the model was given the passage with this sentence."""
    passages = server.material()["passages"]
    return str(next(each["passage"] for each in passages if sentence in each["text"]))


class TestDecisions:
    async def test_an_answer_carries_the_citations_of_the_passages_it_was_given(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        await assistant.answer(turn(REFUND_TIME))
        cited = [{"passage": name_of(server, SENTENCE), "quote": SENTENCE}]
        server.plan(decides("answer", reply="Within a day.", citations=cited))
        outcome = await assistant.answer(turn(REFUND_TIME))
        assert (outcome.kind, outcome.text) == (OutcomeKind.ANSWER, "Within a day.")
        [citation] = outcome.citations
        assert (citation.quote, citation.title) == (SENTENCE, "Returns and refunds: How long does a refund take?")

    async def test_a_quote_that_is_not_in_the_passage_is_not_shown_as_one(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        await assistant.answer(turn(REFUND_TIME))
        cited = [{"passage": name_of(server, SENTENCE), "quote": "Refunds take an hour."}]
        server.plan(decides("answer", reply="Within an hour.", citations=cited))
        [citation] = (await assistant.answer(turn(REFUND_TIME))).citations
        assert citation.quote != "Refunds take an hour."
        assert SENTENCE in citation.quote

    async def test_only_actions_that_it_may_choose_are_offered_to_it(
        self, house: ModelHouse, server: OpenAIServer
    ) -> None:
        actions = list(default_actions())
        kept = actions[0].triggers.model_copy(update={"model": False})
        some = Triggers([actions[0].model_copy(update={"triggers": kept}), *actions[1:]])
        server.plan(decides("run_action", action=actions[0].id), decides("converse", reply="Hello!"))
        house.triggers = Holder(some)
        assert (await house.assistant().answer(turn("look, I am done here"))).text == "Hello!"
        assert [each["action"] for each in server.material()["actions"]] == [each.id for each in actions[1:]]

    async def test_an_action_starts_with_its_confirmation(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(decides("run_action", action="cancel-subscription", evidence="I am done here"))
        outcome = await assistant.answer(turn("look, I am done here", "bye"))
        assert outcome.kind is OutcomeKind.ASK
        assert outcome.collecting is not None
        assert (outcome.collecting.evidence, outcome.collecting.message_id) == ("I am done here", "m0")

    async def test_a_handoff_uses_what_the_business_configured_and_not_the_models_words(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(decides("hand_off", reason="frustration", evidence="made up", reply="I refunded you $1000."))
        outcome = await assistant.answer(turn("hmpf"))
        assert outcome.kind is OutcomeKind.ESCALATE
        assert outcome.escalation is not None
        assert (outcome.escalation.reason, outcome.escalation.tags) == (HandoffReason.FRUSTRATION, ("frustrated",))
        assert outcome.escalation.evidence == "hmpf"
        assert "1000" not in outcome.text

    async def test_not_knowing_offers_a_person(self, assistant: OpenAIAssistant, server: OpenAIServer) -> None:
        server.plan(decides("unknown", reply="I can't tell. Shall I get a person?"))
        assert (await assistant.answer(turn("who won?"))).offers_person


class TestMaterial:
    async def test_holds_the_passages_the_transcript_and_the_actions_but_no_notes(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        await assistant.answer(turn(REFUND_TIME, "anyone?"))
        material = server.material()
        assert any(SENTENCE in each["text"] for each in material["passages"])
        assert [each["from"] for each in material["earlier"]] == ["visitor", "assistant"]
        assert material["unanswered"] == [REFUND_TIME, "anyone?"]
        assert "refund" in [each["action"] for each in material["actions"]]
        assert "difficult" not in json.dumps(server.requests)

    async def test_what_an_agent_said_is_told_as_such_with_their_name(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        house.history.append(event(4, Author(AuthorKind.AGENT, "Ada", "a1"), "We sent a new box today."))
        await assistant.answer(turn("and where is it?"))
        assert server.material()["earlier"][-1] == {"from": "agent", "name": "Ada", "text": "We sent a new box today."}
        assert "outranks the passages" in server.requests[-1]["messages"][0]["content"]


class TestAskingBack:
    """When a question is ambiguous; not twice in a row."""

    async def test_the_question_stays_with_the_assistant_and_is_marked(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(decides("ask_back", reply="Do you mean the box or the subscription?"))
        outcome = await assistant.answer(turn("can I change it?"))
        assert (outcome.kind, outcome.text) == (OutcomeKind.ANSWER, "Do you mean the box or the subscription?")
        assert outcome.asks_back
        assert not outcome.offers_person

    async def test_the_rules_and_the_form_know_it(self, assistant: OpenAIAssistant, server: OpenAIServer) -> None:
        await assistant.answer(turn("can I change it?"))
        assert '"ask_back"' in server.requests[-1]["messages"][0]["content"]
        assert "ask_back" in kinds(server)

    async def test_after_one_the_form_allows_no_other(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        house.history += [event(4, VISITOR, "can I change it?"), event(5, ASSISTANT, "The box?", asks_back=True)]
        await assistant.answer(turn("hm, the thing"))
        assert server.material()["earlier"][-1] == {"from": "assistant", "text": "The box?", "asked_back": True}
        assert "ask_back" not in kinds(server)
        assert "unknown" in kinds(server)

    async def test_a_model_that_asks_again_is_refused_and_may_then_offer_a_person(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        house.history.append(event(4, ASSISTANT, "The box?", asks_back=True))
        server.plan(decides("ask_back", reply="Which one?"), decides("unknown", reply="Shall I get a person?"))
        outcome = await assistant.answer(turn("hm, the thing"))
        assert (outcome.text, outcome.offers_person) == ("Shall I get a person?", True)
        assert house.onlooker.shown[-1] == "Shall I get a person?"
        assert "Which one?" not in house.onlooker.shown

    async def test_a_model_that_does_nothing_else_is_given_up_on(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        house.history.append(event(4, ASSISTANT, "The box?", asks_back=True))
        server.plan(*[decides("ask_back", reply="Which one?")] * 2)
        with pytest.raises(AssistantUnusable):
            await assistant.answer(turn("hm, the thing"))

    async def test_once_something_else_was_said_it_may_ask_again(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        house.history += [event(4, ASSISTANT, "The box?", asks_back=True), event(5, ASSISTANT, "Skip it online.")]
        await assistant.answer(turn("and the other thing?"))
        assert "ask_back" in kinds(server)


class TestTheOwnersBriefing:
    async def test_it_stands_among_the_rules_from_the_next_turn_on(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        await assistant.answer(turn("hi"))
        assert "own guidance" not in system(server)
        house.briefing.current = Briefing(tone="Cheerful.", guidance="Call us the shop.")
        await assistant.answer(turn("hi"))
        assert "Cheerful." in system(server)
        assert "Call us the shop." in system(server)
        assert "the shop" not in server.requests[-1]["messages"][1]["content"]

    async def test_the_answer_is_in_the_visitors_language_whatever_the_content_is_in(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        question = "Wie lange dauert ein refund?"
        await assistant.answer(turn(question))
        assert "Write in the language that\nthe visitor writes in, whatever language the passages" in system(server)
        assert server.material()["unanswered"] == [question]
        assert any(SENTENCE in each["text"] for each in server.material()["passages"])


class TestWhatIsShownWhileItIsWritten:
    async def test_the_reply_grows_and_ends_as_what_is_said(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        reply = 'Your "box" comes\non Monday 🌿, I think'
        server.plan(decides("converse", reply=reply))
        outcome = await assistant.answer(turn("hi"))
        shown = [text for text in house.onlooker.shown if text]
        assert len(shown) > 2
        assert all(longer.startswith(shorter) for shorter, longer in pairwise(shown))
        assert shown[-1] == outcome.text == reply

    async def test_it_is_shown_before_the_model_has_finished(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        hold = Hold()
        server.plan(writes("converse", "Half of it", hold, " and the rest"))
        answering = asyncio.create_task(assistant.answer(turn("hi")))
        async with asyncio.timeout(30):
            while house.onlooker.shown[-1:] != ["Half of it"]:
                await asyncio.sleep(0.01)
        assert not answering.done()
        hold.release()
        assert (await answering).text == "Half of it and the rest"

    @pytest.mark.parametrize(
        "hidden",
        [
            decides("answer", reply="Sure.", citations=[{"passage": "P99", "quote": "x"}]),
            decides("answer", reply="Sure, without any source."),
            decides("hand_off", reason="frustration", evidence="hm", reply="I refunded you $1000."),
            decides("run_action", action="refund", evidence="hm", reply="Done, you have it."),
            decides("converse", reply="Sign in at https://phishing.example/login and pay."),
            says(json.dumps({"reply": "Too early.", "kind": "dance"})),
        ],
        ids=["no such passage", "no citation", "handoff", "action", "foreign address", "no such kind"],
    )
    async def test_what_will_not_be_said_is_not_shown(
        self, hidden: Reply, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(hidden)
        await assistant.answer(turn("hm"))
        shown = "".join(house.onlooker.shown).replace("Hello!", "")
        for secret in ("Sure", "1000", "Done", "phishing", "Too early"):
            assert secret not in shown

    async def test_what_is_refused_at_its_end_is_withdrawn_before_the_next_try(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(says(decision("converse", reply="Cut off in the mid")[:-2], finish_reason="length"))
        await assistant.answer(turn("hi"))
        shown = house.onlooker.shown
        assert "Cut off in the mid" in shown
        assert shown[shown.index("Cut off in the mid") + 1] == ""
        assert shown[-1] == GREETED


class TestUsage:
    async def test_every_request_is_counted_also_one_whose_answer_was_refused(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(decides("dance"))
        outcome = await assistant.answer(turn("hi"))
        assert outcome.usage == Usage("test-model", 2 * INPUT_TOKENS, 2 * OUTPUT_TOKENS)
        assert house.books.used_by == [("c1", 1, ONE_REQUEST)] * 2

    async def test_what_led_to_no_outcome_is_counted_too(
        self, house: ModelHouse, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(decides("dance"), decides("dance"))
        with pytest.raises(AssistantUnusable):
            await assistant.answer(turn("hi"))
        assert len(house.books.used_by) == 2


def system(server: OpenAIServer) -> str:
    return str(server.requests[-1]["messages"][0]["content"])


def kinds(server: OpenAIServer) -> list[str]:
    schema = server.requests[-1]["response_format"]["json_schema"]["schema"]
    return list(schema["$defs"]["Kind"]["enum"])


class TestRefusals:
    @pytest.mark.parametrize(
        "nonsense",
        [
            decides("answer", reply="Sure.", citations=[{"passage": "P99", "quote": "x"}]),
            decides("answer", reply="Sure, without any source."),
            decides("run_action", action="delete-everything"),
            decides("hand_off"),
            decides("converse"),
            decides("dance", reply="la la"),
            says("not even JSON"),
            says(""),
            says('{"kind": "converse", "rep', finish_reason="length"),
            says(decision("converse", reply="Half an ans"), finish_reason="length"),
            says(decision("converse", reply="Half an ans"), finish_reason="content_filter"),
            says(decision("converse", reply="https://elsewhere.example/pay")),
            streams(chunk('{"kind"'), b"data: {not json\n\n"),
            garbage(),
            garbage("{not json", "application/json"),
            garbage("{}", "application/json"),
        ],
        ids=str,
    )
    async def test_nonsense_is_refused_once_and_given_up_on_the_second_time(
        self, nonsense: Reply, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(nonsense)
        assert (await assistant.answer(turn("hi"))).text == "Hello!"
        assert "refused" in server.requests[-1]["messages"][-1]["content"]
        server.plan(nonsense, nonsense)
        with pytest.raises(AssistantUnusable):
            await assistant.answer(turn("hi"))


class TestFailures:
    @pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
    async def test_what_may_pass_is_said_to_be_so_and_not_retried_here(
        self, status: int, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(fails(status))
        with pytest.raises(AssistantUnavailable):
            await assistant.answer(turn("hi"))
        assert len(server.requests) == 1

    async def test_a_rate_limit_says_how_long_to_wait(self, assistant: OpenAIAssistant, server: OpenAIServer) -> None:
        server.plan(fails(429, retry_after="7"))
        with pytest.raises(AssistantUnavailable) as caught:
            await assistant.answer(turn("hi"))
        assert caught.value.retry_after == timedelta(seconds=7)

    @pytest.mark.parametrize(
        "reply", [fails(400), fails(401), fails(403), fails(404), fails(422), fails(429, code="insufficient_quota")]
    )
    async def test_what_will_not_pass_is_given_up_at_once(
        self, reply: Reply, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(reply)
        with pytest.raises(AssistantUnusable):
            await assistant.answer(turn("hi"))
        assert len(server.requests) == 1

    async def test_a_wrong_key_is_given_up_at_once(self, house: ModelHouse) -> None:
        with pytest.raises(AssistantUnusable, match="401"):
            await house.assistant(key="sk-wrong").answer(turn("hi"))

    async def test_a_model_that_refuses_is_not_asked_again(
        self, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(refuses())
        with pytest.raises(AssistantUnusable, match="refuses"):
            await assistant.answer(turn("hi"))
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        "slow",
        [stalls(), stalls('{"kind": "conv'), stalls(decision("converse", reply="Nearly th")[:-1])],
        ids=["before its answer", "in its decision", "in its reply"],
    )
    async def test_a_model_that_falls_silent_is_not_waited_for(
        self, slow: Reply, house: ModelHouse, server: OpenAIServer
    ) -> None:
        server.plan(slow)
        with pytest.raises(AssistantUnavailable, match="too long"):
            await house.assistant(silence=0.5).answer(turn("hi"))

    @pytest.mark.parametrize(
        "broken",
        [
            drops(),
            drops(decision("converse", reply="Half an ans")[:-5]),
            breaks_off(decision("converse", reply="Half an ans")[:-5]),
            fails_midway(decision("converse", reply="Half an ans")[:-5]),
        ],
        ids=["at once", "connection", "end", "error"],
    )
    async def test_what_breaks_in_the_middle_may_pass_and_is_not_retried_here(
        self, broken: Reply, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(broken)
        with pytest.raises(AssistantUnavailable):
            await assistant.answer(turn("hi"))
        assert len(server.requests) == 1

    async def test_a_server_that_is_not_there_may_come_back(self, house: ModelHouse) -> None:
        with pytest.raises(AssistantUnavailable):
            await house.assistant(url="http://127.0.0.1:9/v1").answer(turn("hi"))

    @pytest.mark.parametrize(
        "telltale",
        [fails(400, message=f"not this: {SECRET}"), fails_midway('{"kind"', message=f"what does {SECRET} mean?")],
        ids=["at once", "in the middle"],
    )
    async def test_errors_do_not_repeat_what_the_customer_said(
        self, telltale: Reply, assistant: OpenAIAssistant, server: OpenAIServer
    ) -> None:
        server.plan(telltale)
        with pytest.raises((AssistantUnusable, AssistantUnavailable)) as caught:
            await assistant.answer(turn(f"my secret is {SECRET}"))
        # As a log and a workflow's history have it.
        assert SECRET not in "".join(traceback.format_exception(caught.value))
        assert caught.value.__cause__ is None
