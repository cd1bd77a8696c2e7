"""The order in which a turn is decided: details being asked for, then custom actions, then an assistant."""

from collections.abc import Sequence
from dataclasses import replace

from chatref.assistant import smalltalk
from chatref.assistant.earlier import without_circles
from chatref.assistant.interface import Assistant
from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.triggers import Match, Triggers
from chatref.conversation import collecting
from chatref.conversation.actions import ActionKind, CustomAction
from chatref.conversation.events import HandoffReason
from chatref.conversation.replies import Reply, reply_of
from chatref.conversation.turns import Collecting, Escalation, Outcome, OutcomeKind, Turn, VisitorMessage
from chatref.conversation.words import handoff_text
from chatref.embedding.meaning import Meaning
from chatref.knowledge.holder import Holder

_THINK = Outcome(OutcomeKind.THINK)
REPEATED = "I think I have told you this before. If it is not what you need, shall I get a person from our team?"


class Responder:
    """Decides turns. A `model` is asked what no rule decides; without one, the keyless assistant answers at once."""

    def __init__(
        self,
        triggers: Holder[Triggers],
        keyless: KeylessAssistant,
        model: Assistant | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        self._triggers = triggers
        self._keyless = keyless
        self._model = model
        self._meaning = meaning or Meaning()

    async def consider(self, turn: Turn) -> Outcome:
        """Everything that takes milliseconds. `THINK` where only the model can decide."""
        triggers = self._triggers.current
        matches = await self._matches(turn, triggers)
        if turn.collecting is not None:
            return _with_words(turn, await self._collect(turn, turn.collecting, triggers, matches))
        if outcome := _accepted_offer(turn, triggers) or _fired(turn, triggers, matches):
            return _with_words(turn, outcome)
        return await self._without_model(turn) if self._model is None else _THINK

    async def think(self, turn: Turn) -> Outcome:
        """What the model decides. Raises as `Assistant.answer` does."""
        if self._model is None:
            return await self._without_model(turn)
        return without_circles(turn, _with_words(turn, await self._model.answer(turn)))

    async def _without_model(self, turn: Turn) -> Outcome:
        outcome = without_circles(turn, _with_words(turn, await self._keyless.answer(turn)))
        if outcome.repeats:
            outcome = replace(outcome, text=f"{outcome.text}\n\n{REPEATED}", offers_person=True)
        return replace(outcome, settled=outcome.settled and not smalltalk.unfinished(turn.messages[-1].text))

    async def _matches(self, turn: Turn, triggers: Triggers) -> list[Match]:
        """What each message asks for by its words, and by their meaning where that is to be had in time."""
        texts = [message.text for message in turn.messages]
        meanings = await self._meaning.all(part for text in texts for part in triggers.telling(text))
        return [triggers.match(text, meanings) for text in texts]

    async def _collect(self, turn: Turn, state: Collecting, triggers: Triggers, matches: Sequence[Match]) -> Outcome:
        """Go on with an action's questions, unless the visitor wants something else."""
        for message, match in zip(turn.messages, matches, strict=True):
            if outcome := _leaves(turn, message, match, state, triggers):
                return outcome
        repeated = any(match.action is not None and match.action.id == state.action.id for match in matches)
        outcome = collecting.proceed(state, turn.messages, repeated=repeated)
        if repeated or outcome.collecting is None:
            return outcome
        if any(collecting.understood(state, message) for message in turn.messages):
            return outcome
        if answer := await self._answer_between(turn):
            return collecting.ask_again(outcome.collecting, answer)
        # The same question again, after nothing that answers it: the rest may be about to come.
        return replace(outcome, settled=bool(outcome.details) or outcome.collecting.asked != state.asked)

    async def _answer_between(self, turn: Turn) -> str | None:
        """The quoted answer to a question that the visitor asks before answering ours."""
        asked = next((message.text for message in reversed(turn.messages) if "?" in message.text), None)
        return await self._keyless.quoted(asked) if asked else None


def _fired(turn: Turn, triggers: Triggers, matches: Sequence[Match]) -> Outcome | None:
    """What follows the action that a message asks for: a button outweighs words, earlier words later ones."""
    for message in turn.messages:
        if action := triggers.action(message.action):
            return collecting.begin(action, turn, message.id, message.text or action.name)
    found = list(zip(matches, turn.messages, strict=True))
    person = next((each for each in found if each[0].kind is ActionKind.HUMAN_REQUEST), None)
    fired = person or next((each for each in found if each[0].action), None)
    if fired is None or fired[0].action is None:
        return None
    match, message = fired
    return collecting.begin(fired[0].action, turn, message.id, match.evidence)


def _leaves(turn: Turn, message: VisitorMessage, match: Match, state: Collecting, triggers: Triggers) -> Outcome | None:
    """The ways out: a person at any time; another action where the words do not answer the question."""
    if button := triggers.action(message.action):
        if button.kind is ActionKind.HUMAN_REQUEST:
            return _to_person(state, message, message.text or button.name, button)
        return collecting.begin(button, turn, message.id, message.text or button.name)
    if message.details:
        return None
    if match.action is None or match.action.id == state.action.id:
        return None
    if match.kind is ActionKind.HUMAN_REQUEST:
        return _to_person(state, message, match.evidence, match.action)
    if collecting.understood(state, message):
        return None
    if match.kind is ActionKind.FRUSTRATION:
        return collecting.escalate(state, HandoffReason.FRUSTRATION, match.evidence, message.id, match.action.reply)
    return collecting.begin(match.action, turn, message.id, match.evidence)


def _accepted_offer(turn: Turn, triggers: Triggers) -> Outcome | None:
    """To a person, when one was just offered and the visitor says yes."""
    if not turn.offered_person or not turn.messages or reply_of(turn.messages[-1].text) is not Reply.YES:
        return None
    message = turn.messages[-1]
    action = triggers.of_kind(ActionKind.HUMAN_REQUEST)
    reason, evidence = _why_offered(turn)
    escalation = Escalation(reason, evidence or message.text, message.id)
    if action is not None:
        # It was not what the visitor asked for: it only says how the business wants a person to be had.
        escalation = replace(
            escalation, tags=action.tags, team=action.team, priority=action.priority, webhook=action.webhook
        )
    text = action.reply if action else ""
    return Outcome(OutcomeKind.ESCALATE, text or handoff_text(reason), escalation=escalation)


def _why_offered(turn: Turn) -> tuple[HandoffReason, str]:
    """Why the person was offered whom the visitor now accepts, and the words that showed it."""
    last = next((exchange for exchange in reversed(turn.earlier) if not exchange.agent), None)
    if last is not None and last.unknown:
        return HandoffReason.NO_ANSWER, last.asked
    if last is not None and last.repeats:
        return HandoffReason.GOING_IN_CIRCLES, last.asked
    return HandoffReason.ASKED_FOR_PERSON, ""


def _with_words(turn: Turn, outcome: Outcome) -> Outcome:
    """With what the visitor said in it. A button's label is nobody's words."""
    texts = [message.text for message in turn.messages if not message.action]
    # "And why?" has no word that tells what it is about; what was taken on as a question was one all the same.
    taken_on = outcome.unknown or outcome.citations
    return replace(outcome, asked=smalltalk.substance(texts) or (" ".join(texts) if taken_on else ""))


def _to_person(state: Collecting, message: VisitorMessage, evidence: str, asked: CustomAction) -> Outcome:
    """To a person with what the interrupted action has so far: its team and tags still say what it is about."""
    text = asked.reply or handoff_text(HandoffReason.ASKED_FOR_PERSON)
    return collecting.escalate(state, HandoffReason.ASKED_FOR_PERSON, evidence, message.id, text)
