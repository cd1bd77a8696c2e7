"""The assistant behind any model that speaks the OpenAI protocol. It decides by structured output, not by its text."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    OpenAIError,
)
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from chatref.assistant.briefing import Briefing
from chatref.assistant.decision import Decision, Kind, Nonsense, draft, read_decision, schema
from chatref.assistant.interface import Assistant, AssistantUnavailable, AssistantUnusable, Draft, Drafts, Meter
from chatref.assistant.keyless import UNKNOWN
from chatref.assistant.prompt import Material, instructions
from chatref.assistant.triggers import Triggers
from chatref.conversation import collecting
from chatref.conversation.actions import ActionKind
from chatref.conversation.events import Citation, Event, HandoffReason
from chatref.conversation.turns import Escalation, Outcome, OutcomeKind, Turn, Usage
from chatref.conversation.words import handoff_text
from chatref.knowledge.holder import Holder
from chatref.knowledge.search import Search

Transcript = Callable[[str], Awaitable[Sequence[Event]]]
"""Loads the events of a conversation, oldest first."""

SILENCE_LIMIT = timedelta(seconds=12)
"""How long a model may be silent, before its answer and in it. How long it may write, the turn's limit says."""
_TRIES_AT_MOST = 2
_LONGEST_DECISION = 32_000
_OUT_OF_CREDIT = "insufficient_quota"
_KIND_OF_REASON = {
    HandoffReason.ASKED_FOR_PERSON: ActionKind.HUMAN_REQUEST,
    HandoffReason.FRUSTRATION: ActionKind.FRUSTRATION,
}


def connect(api_key: str, base_url: str | None = None) -> AsyncOpenAI:
    """A client that never retries by itself: Temporal does, and knows how much of the turn's time is left."""
    return AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0)


@dataclass
class _Written:
    """What a model has written so far. `ended` is the reason that it gave for having stopped."""

    text: str = ""
    ended: str = ""
    refused: bool = False

    def take(self, chunk: ChatCompletionChunk) -> None:
        for choice in chunk.choices or ():
            self.text += choice.delta.content or ""
            self.refused = self.refused or bool(choice.delta.refusal)
            self.ended = choice.finish_reason or self.ended


class OpenAIAssistant(Assistant):
    """Answers from the same passages as the keyless assistant. Lives as long as the worker."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        search: Search,
        triggers: Holder[Triggers],
        briefing: Holder[Briefing],
        transcript: Transcript,
        drafts: Drafts,
        meter: Meter,
        silence_limit: timedelta = SILENCE_LIMIT,
    ) -> None:
        self._client = client
        self._model = model
        self._search = search
        self._triggers = triggers
        self._briefing = briefing
        self._transcript = transcript
        self._drafts = drafts
        self._meter = meter
        self._silence_limit = silence_limit.total_seconds()

    async def answer(self, turn: Turn) -> Outcome:
        triggers, briefing = self._triggers.current, self._briefing.current
        events = await self._transcript(turn.conversation_id)
        material = await Material.gather(turn, events, self._search, triggers.for_model, briefing)
        async with self._drafts.of(turn) as shown:
            decision, usage = await self._decide(turn, material, briefing, shown)
        return replace(_outcome(decision, material, turn, triggers), usage=usage)

    async def _decide(self, turn: Turn, material: Material, briefing: Briefing, shown: Draft) -> tuple[Decision, Usage]:
        """The model's decision. What cannot be used is asked for once more, with what was wrong with it."""
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": instructions(briefing)},
            {"role": "user", "content": material.as_json()},
        ]
        total = Usage(self._model, 0, 0)
        for _ in range(_TRIES_AT_MOST):
            said, usage = await self._complete(messages, material, shown)
            total += usage
            await self._meter.used(turn, usage)
            try:
                return read_decision(said, material), total
            except Nonsense as nonsense:
                shown.show("")
                messages = [
                    *messages[:2],
                    {"role": "assistant", "content": said or "(nothing)"},
                    {"role": "user", "content": json.dumps({"refused": str(nonsense)})},
                ]
        raise AssistantUnusable("the model gave no usable decision, twice")

    async def _complete(
        self, messages: Sequence[ChatCompletionMessageParam], material: Material, shown: Draft
    ) -> tuple[str, Usage]:
        """What the model wrote, shown while it is written; empty where it is nothing whole that could be read."""
        written = _Written()
        usage = Usage(self._model, 0, 0)
        form = schema(asks_back=material.may_ask_back)
        try:
            # The client's own time-out counts from byte to byte, and a server may say for ever that it is still there.
            async with asyncio.timeout(self._silence_limit) as silence:
                stream = await self._client.chat.completions.create(
                    model=self._model,
                    messages=messages,
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": "decision", "strict": True, "schema": form},
                    },
                    stream=True,
                    stream_options={"include_usage": True},
                )
                async with stream:
                    async for chunk in stream:
                        silence.reschedule(asyncio.get_running_loop().time() + self._silence_limit)
                        written.take(chunk)
                        if chunk.usage is not None:
                            usage = Usage(self._model, chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
                        if len(written.text) > _LONGEST_DECISION:
                            return "", usage
                        shown.show(draft(written.text, material))
        except TimeoutError:
            raise AssistantUnavailable("the model took too long") from None
        except OpenAIError as error:
            # Not as its cause: that would bring its text into the logs and into the workflow's history.
            raise _translated(error) from None
        except ValueError:
            return "", usage  # a part of the stream that claims to be JSON and is not
        if written.refused:
            raise AssistantUnusable("the model refuses")
        if written.text and not written.ended:
            raise AssistantUnavailable("the model broke off")
        return (written.text if written.ended == "stop" else ""), usage


def _translated(error: OpenAIError) -> AssistantUnavailable | AssistantUnusable:
    """Whether trying again may help. Only the status is told on: an error's text may quote the customer."""
    match error:
        case APITimeoutError():
            return AssistantUnavailable("the model took too long")
        case APIConnectionError():
            return AssistantUnavailable("the model's server cannot be reached, or broke off")
        case APIError() if error.code == _OUT_OF_CREDIT:
            return AssistantUnusable("the model's account is out of credit")
        case APIStatusError() if error.status_code >= 500 or error.status_code in (408, 409, 429):
            wait = _retry_after(error.response.headers.get("retry-after"))
            return AssistantUnavailable(f"the model's server answered {error.status_code}", wait)
        case APIStatusError():
            return AssistantUnusable(f"the model's server answered {error.status_code}")
        case APIError():
            return AssistantUnavailable("the model's server failed in the middle of its answer")
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
        case Kind.ASK_BACK:
            return Outcome(OutcomeKind.ANSWER, decision.reply, asks_back=True)
        case Kind.UNKNOWN:
            return Outcome(OutcomeKind.ANSWER, decision.reply or UNKNOWN, offers_person=True, unknown=True)
        case Kind.RUN_ACTION:
            evidence, message_id = _evidence(decision, turn)
            return collecting.begin(material.actions[decision.action], turn, message_id, evidence)
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
        escalation = Escalation.by(action, reason, evidence, message_id)
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
