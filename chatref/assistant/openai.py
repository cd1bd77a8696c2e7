"""The assistant behind any model that speaks the OpenAI protocol. It decides by structured output, not by its text."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError, RateLimitError
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from chatref.assistant.decision import SCHEMA, Decision, Kind, Nonsense, read_decision
from chatref.assistant.interface import Assistant, AssistantUnavailable, AssistantUnusable
from chatref.assistant.keyless import UNKNOWN
from chatref.assistant.prompt import Material, instructions
from chatref.assistant.triggers import Triggers
from chatref.conversation import collecting
from chatref.conversation.actions import ActionKind
from chatref.conversation.events import Citation, Event, HandoffReason
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, Turn
from chatref.conversation.words import handoff_text
from chatref.knowledge.holder import Holder
from chatref.knowledge.search import Search

Transcript = Callable[[str], Awaitable[Sequence[Event]]]
"""Loads the events of a conversation, oldest first."""

REQUEST_LIMIT = timedelta(seconds=12)
_TRIES_AT_MOST = 2
_OUT_OF_CREDIT = "insufficient_quota"
_KIND_OF_REASON = {
    HandoffReason.ASKED_FOR_PERSON: ActionKind.HUMAN_REQUEST,
    HandoffReason.FRUSTRATION: ActionKind.FRUSTRATION,
}


def connect(api_key: str, base_url: str | None = None) -> AsyncOpenAI:
    """A client that never retries by itself: Temporal does, and knows how much of the turn's time is left."""
    return AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0)


class OpenAIAssistant(Assistant):
    """Answers from the same passages as the keyless assistant. Lives as long as the worker."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        search: Search,
        triggers: Holder[Triggers],
        transcript: Transcript,
        request_limit: timedelta = REQUEST_LIMIT,
    ) -> None:
        self._client = client
        self._model = model
        self._search = search
        self._triggers = triggers
        self._transcript = transcript
        self._request_limit = request_limit

    async def answer(self, turn: Turn) -> Outcome:
        triggers = self._triggers.current
        events = await self._transcript(turn.conversation_id)
        material = await Material.gather(turn, events, self._search, triggers.for_model)
        decision = await self._decide(material)
        return _outcome(decision, material, turn, triggers)

    async def _decide(self, material: Material) -> Decision:
        """The model's decision. What cannot be used is asked for once more, with what was wrong with it."""
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": instructions()},
            {"role": "user", "content": material.as_json()},
        ]
        for _ in range(_TRIES_AT_MOST):
            said = await self._complete(messages)
            try:
                return read_decision(said, material.passages, material.actions)
            except Nonsense as nonsense:
                messages = [
                    *messages[:2],
                    {"role": "assistant", "content": said},
                    {"role": "user", "content": json.dumps({"refused": str(nonsense)})},
                ]
        raise AssistantUnusable("the model gave no usable decision, twice")

    async def _complete(self, messages: Sequence[ChatCompletionMessageParam]) -> str:
        """What the model wrote; empty where it wrote nothing that could be read."""
        try:
            # The client's own time-out counts from byte to byte, so that a trickle would never end.
            async with asyncio.timeout(self._request_limit.total_seconds()):
                completion = await self._client.chat.completions.create(
                    model=self._model,
                    messages=messages,
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": "decision", "strict": True, "schema": SCHEMA},
                    },
                )
        except TimeoutError as error:
            raise AssistantUnavailable("the model took too long") from error
        except OpenAIError as error:
            raise _translated(error) from error
        except ValueError:
            return ""  # a body that claims to be JSON and is not
        # A body that is not JSON at all comes through the client as it is.
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            return ""
        choice = completion.choices[0]
        return choice.message.content or "" if choice.finish_reason == "stop" else ""


def _translated(error: OpenAIError) -> AssistantUnavailable | AssistantUnusable:
    """Whether trying again may help. Only the status is told on: an error's text may quote the customer."""
    match error:
        case APITimeoutError():
            return AssistantUnavailable("the model took too long")
        case APIConnectionError():
            return AssistantUnavailable("the model's server cannot be reached")
        case RateLimitError() if error.code == _OUT_OF_CREDIT:
            return AssistantUnusable("the model's account is out of credit")
        case APIStatusError() if error.status_code >= 500 or error.status_code in (408, 409, 429):
            wait = _retry_after(error.response.headers.get("retry-after"))
            return AssistantUnavailable(f"the model's server answered {error.status_code}", wait)
        case APIStatusError():
            return AssistantUnusable(f"the model's server answered {error.status_code}")
        case _:
            return AssistantUnusable(f"the model's client failed: {type(error).__name__}")


def _retry_after(header: str | None) -> timedelta | None:
    """Seconds only: no model's server is known to send a date."""
    try:
        return timedelta(seconds=float(header)) if header else None
    except (ValueError, OverflowError):
        return None


def _outcome(decision: Decision, material: Material, turn: Turn, triggers: Triggers) -> Outcome:
    match decision.kind:
        case Kind.ANSWER:
            return Outcome(OutcomeKind.ANSWER, decision.reply, citations=_citations(decision, material))
        case Kind.CONVERSE:
            return Outcome(OutcomeKind.ANSWER, decision.reply)
        case Kind.UNKNOWN:
            return Outcome(OutcomeKind.ANSWER, decision.reply or UNKNOWN, offers_person=True)
        case Kind.RUN_ACTION:
            evidence, message_id = _evidence(decision, turn)
            return collecting.begin(material.actions[decision.action], turn.messages, message_id, evidence)
        case Kind.HAND_OFF:
            return _handed_off(decision, turn, triggers)


def _handed_off(decision: Decision, turn: Turn, triggers: Triggers) -> Outcome:
    """To a person, the way the business configured it for that reason, if it did."""
    reason = HandoffReason(decision.reason)
    evidence, message_id = _evidence(decision, turn)
    escalation = Escalation(reason, evidence, message_id)
    kind = _KIND_OF_REASON.get(reason)
    action = triggers.of_kind(kind) if kind else None
    if action is not None:
        escalation = replace(collecting.immediate(action, message_id, evidence), reason=reason)
    text = action.reply if action else ""
    return Outcome(OutcomeKind.ESCALATE, text or handoff_text(reason), escalation=escalation)


def _evidence(decision: Decision, turn: Turn) -> tuple[str, str]:
    """The visitor's own words and the message that holds them: what the model quotes counts only if it was said."""
    quoted = " ".join(decision.evidence.split()).casefold()
    for message in turn.messages:
        if quoted and quoted in " ".join(message.text.split()).casefold():
            return decision.evidence, message.id
    return turn.messages[-1].text, turn.messages[-1].id


def _citations(decision: Decision, material: Material) -> tuple[Citation, ...]:
    cited = []
    for citation in decision.citations:
        passage = material.passages[citation.passage]
        # A quote that is not in the passage is replaced by the passage: what is shown as quoted must be so.
        quote = citation.quote if citation.quote.strip() and citation.quote in passage.text else passage.text
        title = passage.title if passage.title == passage.source_title else f"{passage.source_title}: {passage.title}"
        cited.append(Citation(passage.id, title, passage.url, quote))
    return tuple(cited)
