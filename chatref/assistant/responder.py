"""The order in which a turn is decided: details being asked for, then custom actions, then an assistant."""

from dataclasses import replace

from chatref.assistant.interface import Assistant
from chatref.assistant.keyless import KeylessAssistant
from chatref.assistant.triggers import Triggers
from chatref.conversation import collecting
from chatref.conversation.actions import ActionKind, CustomAction
from chatref.conversation.events import HandoffReason
from chatref.conversation.replies import Reply, reply_of
from chatref.conversation.turns import Collecting, Escalation, Outcome, OutcomeKind, Turn, VisitorMessage
from chatref.conversation.words import handoff_text
from chatref.knowledge.holder import Holder

_THINK = Outcome(OutcomeKind.THINK)


class Responder:
    """Decides turns. A `model` is asked what no rule decides; without one, the keyless assistant answers at once."""

    def __init__(self, triggers: Holder[Triggers], keyless: KeylessAssistant, model: Assistant | None = None) -> None:
        self._triggers = triggers
        self._keyless = keyless
        self._model = model

    async def consider(self, turn: Turn) -> Outcome:
        """Everything that takes milliseconds. `THINK` where only the model can decide."""
        triggers = self._triggers.current
        if turn.collecting is not None:
            return await self._collect(turn, turn.collecting, triggers)
        return _accepted_offer(turn, triggers) or self._fired(turn, triggers) or await self._assistant_first(turn)

    async def think(self, turn: Turn) -> Outcome:
        """What the model decides. Raises as `Assistant.answer` does."""
        return await (self._model or self._keyless).answer(turn)

    async def _assistant_first(self, turn: Turn) -> Outcome:
        return await self._keyless.answer(turn) if self._model is None else _THINK

    def _fired(self, turn: Turn, triggers: Triggers) -> Outcome | None:
        """What follows the action that a message asks for: a button outweighs words, earlier words later ones."""
        for message in turn.messages:
            if action := triggers.action(message.action):
                return collecting.begin(action, turn.messages, message.id, message.text or action.name)
        matches = [(triggers.match(message.text), message) for message in turn.messages]
        person = next((found for found in matches if found[0].kind is ActionKind.HUMAN_REQUEST), None)
        fired = person or next((found for found in matches if found[0].action), None)
        if fired is None or fired[0].action is None:
            return None
        match, message = fired
        return collecting.begin(fired[0].action, turn.messages, message.id, match.evidence)

    async def _collect(self, turn: Turn, state: Collecting, triggers: Triggers) -> Outcome:
        """Go on with an action's questions, unless the visitor wants something else."""
        for message in turn.messages:
            if outcome := self._leaves(turn, message, state, triggers):
                return outcome
        matches = [triggers.match(message.text) for message in turn.messages]
        repeated = any(match.action is not None and match.action.id == state.action.id for match in matches)
        outcome = collecting.proceed(state, turn.messages, repeated=repeated)
        if repeated or outcome.collecting is None:
            return outcome
        if any(collecting.understood(state, message) for message in turn.messages):
            return outcome
        answer = await self._answer_between(turn)
        return collecting.ask_again(outcome.collecting, answer) if answer else outcome

    def _leaves(self, turn: Turn, message: VisitorMessage, state: Collecting, triggers: Triggers) -> Outcome | None:
        """The ways out: a person at any time; another action where the words do not answer the question."""
        if button := triggers.action(message.action):
            if button.kind is ActionKind.HUMAN_REQUEST:
                return _to_person(state, message, message.text or button.name, button)
            return collecting.begin(button, turn.messages, message.id, message.text or button.name)
        if message.details:
            return None
        match = triggers.match(message.text)
        if match.action is None or match.action.id == state.action.id:
            return None
        if match.kind is ActionKind.HUMAN_REQUEST:
            return _to_person(state, message, match.evidence, match.action)
        if collecting.understood(state, message):
            return None
        if match.kind is ActionKind.FRUSTRATION:
            return collecting.escalate(state, HandoffReason.FRUSTRATION, match.evidence, message.id, match.action.reply)
        return collecting.begin(match.action, turn.messages, message.id, match.evidence)

    async def _answer_between(self, turn: Turn) -> str | None:
        """The quoted answer to a question that the visitor asks before answering ours."""
        asked = next((message.text for message in reversed(turn.messages) if "?" in message.text), None)
        return await self._keyless.quoted(asked) if asked else None


def _accepted_offer(turn: Turn, triggers: Triggers) -> Outcome | None:
    """To a person, when one was just offered and the visitor says yes."""
    if not turn.offered_person or not turn.messages or reply_of(turn.messages[-1].text) is not Reply.YES:
        return None
    message = turn.messages[-1]
    action = triggers.of_kind(ActionKind.HUMAN_REQUEST)
    escalation = Escalation(HandoffReason.NO_ANSWER, message.text, message.id)
    if action is not None:
        escalation = replace(escalation, tags=action.tags, team=action.team, priority=action.priority)
    text = action.reply if action else ""
    return Outcome(OutcomeKind.ESCALATE, text or handoff_text(HandoffReason.NO_ANSWER), escalation=escalation)


def _to_person(state: Collecting, message: VisitorMessage, evidence: str, asked: CustomAction) -> Outcome:
    """To a person with what the interrupted action has so far: its team and tags still say what it is about."""
    text = asked.reply or handoff_text(HandoffReason.ASKED_FOR_PERSON)
    return collecting.escalate(state, HandoffReason.ASKED_FOR_PERSON, evidence, message.id, text)
