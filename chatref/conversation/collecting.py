"""From an action that fired to its escalation: confirmation, then one detail after the other. Pure.

Nothing here ever holds an escalation up: what cannot be had is skipped after two more tries.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from chatref.conversation.actions import ActionKind, CustomAction, DetailField, FieldType
from chatref.conversation.events import Detail, HandoffReason
from chatref.conversation.replies import Reply, reply_of
from chatref.conversation.turns import (
    Collecting,
    Escalation,
    FormField,
    Outcome,
    OutcomeKind,
    Stage,
    Turn,
    VisitorMessage,
)
from chatref.conversation.values import LONGEST_VALUE, checked, found_in
from chatref.conversation.words import handoff_text
from chatref.lexicon import word_set

_SHORT = 3
TRIES_AT_MOST = 3
"""How often one thing is asked for: once, and twice again."""

_DECLINED = "All right, I have not passed anything on. Is there something else I can help with?"
_DONE = "Thank you. I have passed this on to a colleague, who will answer right here."
_YES, _NO = "Yes, please", "No"
_DEFAULT_INVALID = {
    FieldType.TEXT: "I did not catch that.",
    FieldType.EMAIL: "That does not look like an e-mail address.",
    FieldType.PHONE: "That does not look like a phone number; please include the country code.",
    FieldType.NUMBER: "I need a number here.",
    FieldType.DATE: "I could not read a date in that; please write it like 2026-03-14.",
    FieldType.CHOICE: "Please pick one of the choices.",
    FieldType.PATTERN: "That does not have the form I expected.",
}
# Visitors write what is matched here: no two neighbours in a pattern may take the same characters without a limit.
_LABELLED_LINE = re.compile(r"^([^:=\n]{2,80})[:=]\s*(\S.*)$", re.MULTILINE)
_OPEN_QUESTION = re.compile(r"\b(?:what|which|who|whose|when|where|why|how|describe|tell)\b", re.IGNORECASE)
"""No answer to it is yes."""
_ASKS_REASON = re.compile(r"\b(?:reason|why)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since|due to|reason is(?: that)?|reason being)\b\s*,?\s*(.+)", re.IGNORECASE | re.DOTALL
)
# What goes wrong with things that are bought, and why people stop paying for them.
_GRIEVANCE = re.compile(
    r"\b(?:brok(?:e|en)|damaged?|smashed|crushed|cracked|torn|ripped|leak\w*|defect\w*|faulty|dead|died|dying|wilted"
    r"|rotten|mou?ld\w*|stale|expired|wrong|incorrect|mistake|missing|incomplete|late|delayed|lost|stolen|twice"
    r"|overcharged|disappoint\w*|unhappy|expensive|moving|moved"
    r"|too (?:much|many|big|small|large|long|short|slow|dear|heavy|old)|can(?:'?t|not) (?:afford|use)"
    r"|(?:never|not|no longer|(?:did|do|does|has|have|is|was|are|wo)n'?t) (?:even |really |ever )?"
    r"(?:arriv|c[ao]me|receiv|get|got|work|fit|like|need|using|used?|order|show|happy|satisf)\w*)\b",
    re.IGNORECASE,
)
_ASKS_CHANGE = re.compile(r"\bchange\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b((?:change|update|correct|edit|modify|switch|move|set)\b[^.!?\n]{2,80}?\bto\s+(?!do\b|be\b)[^!?\n]+)",
    re.IGNORECASE,
)
_CHANGED_MIND = re.compile(r"(?:i(?:'ve| have)? )?(?:just )?changed my mind[.! ]*$", re.IGNORECASE)
_BREAK = re.compile(r"[,;\n]|[.!?](?=\s|$)|\s[-\u2013\u2014]\s|\band\b|\bbecause\b", re.IGNORECASE)
_FILLER = word_set(
    """my the a an is it its it's id number no and for of to in on this that here are i am i'm im was be you
    your please thanks thank so order account reason email e-mail phone date address code ref reference sure
    yes ok okay hi hello sorry well um because want cancel would like should that's thats there go got found
    have think believe mine yep yeah cheers hope helps ve"""
)
_IDENTIFIER = re.compile(r"^#|^[A-Za-z]+[-_]?\d{2}|\d[-_]\d")
_LABEL_REACH = 40


def begin(action: CustomAction, turn: Turn, message_id: str, evidence: str) -> Outcome:
    """What follows when an action fires: the confirmation, the first question, or the escalation at once."""
    stage = Stage.CONFIRMING if action.confirmation else Stage.ASKING
    state = Collecting(action=action, stage=stage, evidence=evidence, message_id=message_id)
    values = _known(action, turn)
    fired = False
    for message in turn.messages:
        if fired and reply_of(message.text) is Reply.DROP:
            return Outcome(OutcomeKind.ANSWER, _DECLINED)
        values |= _from_form(action, message.details)
        values |= _mentioned(action.fields, message.text)
        fired = fired or message.id == message_id
    return _next(replace(state, values=values), "", tuple(values))


def proceed(collecting: Collecting, messages: Sequence[VisitorMessage], *, repeated: bool = False) -> Outcome:
    """What follows the visitor's next words. `repeated`: they ask for the same action again, which confirms it."""
    state, lead = collecting, ""
    taken: tuple[str, ...] = ()
    for message in messages:
        reply = _reply(state, message)
        if reply is Reply.DROP or (reply is Reply.NO and state.stage is Stage.CONFIRMING):
            return Outcome(OutcomeKind.ANSWER, _DECLINED)
        if state.stage is Stage.CONFIRMING:
            state, names, lead = _confirmed(state, message, repeated or reply is Reply.YES)
        else:
            state, names, lead = _answered(state, message, reply)
        taken = (*taken, *names)
        if state.stage is Stage.ASKING:
            still = _open(state)
            if not still:
                break
            if all(field.name != state.asked for field in still):
                state = replace(state, asked=still[0].name, attempts=0)
    return _next(state, lead, taken)


def understood(collecting: Collecting, message: VisitorMessage) -> bool:
    """Whether the visitor's words answer what was asked, so that nothing else should be read into them."""
    reply = _reply(collecting, message)
    if message.details or reply is Reply.DROP:
        return True
    if collecting.stage is Stage.CONFIRMING:
        return reply in (Reply.YES, Reply.NO)
    if reply is Reply.UNKNOWN or (reply is Reply.NO and len(message.text.split()) <= _SHORT):
        return True
    field = _field(collecting.action, collecting.asked)
    if field is None:
        return False
    return field.type is FieldType.TEXT or bool(_mentioned(_open(collecting), message.text, asked=field.name))


def ask_again(collecting: Collecting, lead: str) -> Outcome:
    """The same question again after something else was said, with `lead` before it."""
    return _ask(collecting, lead, ())


def escalate(collecting: Collecting, reason: HandoffReason, evidence: str, message_id: str, text: str) -> Outcome:
    """To a person at once, with what was collected so far."""
    escalation = Escalation.by(collecting.action, reason, evidence, message_id)
    return Outcome(OutcomeKind.ESCALATE, text, escalation=escalation)


def _reply(state: Collecting, message: VisitorMessage) -> Reply | None:
    """The fixed sense of a message where the collection stands now."""
    if message.details:
        return None
    asked = _field(state.action, state.asked) if state.stage is Stage.ASKING else None
    free = asked is not None and asked.type is FieldType.TEXT
    reply = reply_of(message.text, free=free)
    if (
        free
        and reply is Reply.DROP
        and state.action.kind is ActionKind.REFUND
        and _CHANGED_MIND.match(message.text.strip())
    ):
        return None  # the commonest reason for sending something back
    return reply


def _confirmed(state: Collecting, message: VisitorMessage, yes: bool) -> tuple[Collecting, tuple[str, ...], str]:
    asked = state.action.fields[0].name if yes and state.action.fields else ""
    values = _from_form(state.action, message.details) | _mentioned(state.action.fields, message.text, asked=asked)
    if yes or values:
        merged = state.values | values
        return replace(state, stage=Stage.ASKING, values=merged, asked="", attempts=0), tuple(values), ""
    return state, (), "Sorry, I am not sure I understood."


def _answered(
    state: Collecting, message: VisitorMessage, reply: Reply | None
) -> tuple[Collecting, tuple[str, ...], str]:
    asked = _field(state.action, state.asked)
    if message.details:
        values = _from_form(state.action, message.details)
        wrong = [
            field for field in _open(state) if message.details.get(field.name, "").strip() and field.name not in values
        ]
        state = replace(state, values=state.values | values)
        if wrong:
            attempts = state.attempts if asked is wrong[0] else 1
            return replace(state, asked=wrong[0].name, attempts=attempts), tuple(values), _invalid(wrong[0])
        return state, tuple(values), ""
    if asked is not None and reply in (Reply.UNKNOWN, Reply.NO):
        return replace(state, skipped=(*state.skipped, asked.name)), (), ""
    values = _mentioned(_open(state), message.text, asked=state.asked)
    if not values and asked is not None:
        if reply is Reply.YES and len(message.text.split()) <= _SHORT and _OPEN_QUESTION.search(asked.prompt):
            return state, (), _invalid(asked)
        value = checked(asked, message.text[:LONGEST_VALUE]) if asked.type is FieldType.TEXT else None
        if value is None:
            return state, (), _invalid(asked)
        values = {asked.name: value}
    return replace(state, values=state.values | values), tuple(values), ""


def _next(state: Collecting, lead: str, taken: tuple[str, ...]) -> Outcome:
    if state.stage is Stage.CONFIRMING:
        if state.attempts >= TRIES_AT_MOST:
            return _escalated(state, taken)
        return _ask(replace(state, attempts=state.attempts + 1), lead, taken)
    while remaining := _open(state):
        field = next((field for field in remaining if field.name == state.asked), remaining[0])
        attempts = state.attempts + 1 if field.name == state.asked else 1
        if attempts > TRIES_AT_MOST:
            state, lead = replace(state, skipped=(*state.skipped, field.name), asked="", attempts=0), ""
            continue
        return _ask(replace(state, asked=field.name, attempts=attempts), lead, taken)
    return _escalated(state, taken)


def _ask(state: Collecting, lead: str, taken: tuple[str, ...]) -> Outcome:
    details = _details(state, taken)
    if state.stage is Stage.CONFIRMING:
        text = _led(lead, state.action.confirmation)
        return Outcome(OutcomeKind.ASK, text, collecting=state, details=details, quick_replies=(_YES, _NO))
    field = _field(state.action, state.asked)
    return Outcome(
        OutcomeKind.ASK,
        _led(lead, field.prompt if field else ""),
        collecting=state,
        details=details,
        quick_replies=field.choices if field else (),
        form=tuple(
            FormField(
                open_field.name,
                open_field.label,
                open_field.type.value,
                open_field.required,
                open_field.choices,
                open_field.placeholder,
            )
            for open_field in _open(state)
        ),
    )


def _led(lead: str, question: str) -> str:
    """The question with what leads to it: an answer of several lines stands apart."""
    if not lead:
        return question
    return f"{lead}\n\n{question}" if "\n" in lead else f"{lead} {question}"


def _escalated(state: Collecting, taken: tuple[str, ...]) -> Outcome:
    reply = state.action.reply or (_DONE if state.action.fields else handoff_text(state.action.reason))
    return Outcome(OutcomeKind.ESCALATE, reply, escalation=_escalation(state), details=_details(state, taken))


def _escalation(state: Collecting) -> Escalation:
    return Escalation.by(state.action, state.action.reason, state.evidence, state.message_id)


def _details(state: Collecting, names: tuple[str, ...]) -> tuple[Detail, ...]:
    return tuple(
        Detail(field.name, field.label, state.values[field.name])
        for field in state.action.fields
        if field.name in names
    )


def _open(state: Collecting) -> list[DetailField]:
    """The fields still to be asked for, in their order."""
    return [
        field for field in state.action.fields if field.name not in state.values and field.name not in state.skipped
    ]


def _field(action: CustomAction, name: str) -> DetailField | None:
    return next((field for field in action.fields if field.name == name), None)


def _invalid(field: DetailField) -> str:
    return field.invalid or _DEFAULT_INVALID[field.type]


def _from_form(action: CustomAction, details: dict[str, str]) -> dict[str, str]:
    given = ((field, checked(field, details[field.name])) for field in action.fields if field.name in details)
    return {field.name: value for field, value in given if value is not None}


def _known(action: CustomAction, turn: Turn) -> dict[str, str]:
    """What the visitor said or gave before, where there is no doubt what it is. Nobody is asked for that again."""
    values: dict[str, str] = {}
    for exchange in turn.earlier:
        for field in action.fields:
            for value, start, _ in found_in(field, exchange.asked):
                if field.type is FieldType.EMAIL or _is_named(field, exchange.asked, start):
                    values[field.name] = value
    for detail in turn.details:
        known = _field(action, detail.name)
        # Whoever does the same once more does it to another order, or for another reason.
        if known and known.type is not FieldType.TEXT and action.id != turn.handed_over_by:
            values |= _from_form(action, {detail.name: detail.value})
    if turn.vouched_email:
        values |= {field.name: turn.vouched_email for field in action.fields if field.type is FieldType.EMAIL}
    return values


def _mentioned(fields: Sequence[DetailField], text: str, asked: str = "") -> dict[str, str]:
    """The fields' values in what the visitor wrote. `asked` is the field that the text is to answer, if any."""
    text = text[:LONGEST_VALUE]
    values = _labelled(fields, text)
    rest = text
    for field in fields:
        if field.name in values or field.type is FieldType.TEXT:
            continue
        for value, start, end in found_in(field, rest):
            if field.name == asked or _belongs(field, rest, start, end):
                values[field.name] = value
                rest = rest[:start] + " " * (end - start) + rest[end:]
                break
    typed_answer = asked in values
    for field in fields:
        if field.type is not FieldType.TEXT or field.name in values:
            continue
        if said := _said_for(field, rest) or (_leftover(rest) if typed_answer else ""):
            values[field.name] = said
            rest = ""
    return values


def _labelled(fields: Sequence[DetailField], text: str) -> dict[str, str]:
    """Values on lines like "Order number: 104233"."""
    values: dict[str, str] = {}
    for found in _LABELLED_LINE.finditer(text):
        label = _letters(found.group(1))
        for field in fields:
            named = {_letters(field.label), _letters(field.name)}
            if field.name not in values and any(label == name or label.endswith(name) for name in named):
                value = checked(field, found.group(2).strip().rstrip(",;"))
                if value is not None:
                    values[field.name] = value
    return values


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _belongs(field: DetailField, text: str, start: int, end: int) -> bool:
    """Whether a value found unasked is this field's: its kind is unmistakable, or its label stands before it."""
    if field.type in (FieldType.EMAIL, FieldType.CHOICE):
        return True
    if _is_named(field, text, start):
        return True
    return field.type is FieldType.PATTERN and bool(_IDENTIFIER.search(text[start:end]))


def _is_named(field: DetailField, text: str, start: int) -> bool:
    """Whether the field's label, or a word of it, stands before what begins there."""
    before = text[max(0, start - _LABEL_REACH) : start].casefold()
    named = [
        word for word in re.findall(r"\w+", f"{field.label} {field.name.replace('_', ' ')}".casefold()) if len(word) > 2
    ]
    return any(re.search(rf"\b{re.escape(word)}\b", before) for word in named)


def _said_for(field: DetailField, text: str) -> str:
    """The part of running text that answers a text field that asks for a reason, or for what to change."""
    label = f"{field.name} {field.label}".replace("_", " ")
    for asks, clause in ((_ASKS_REASON, _REASON), (_ASKS_CHANGE, _CHANGE)):
        if asks.search(label) and (found := clause.search(text)):
            return " ".join(found.group(1).split()).strip(" .,;!")
    return _from_first_to_last(text, _is_grievance) if _ASKS_REASON.search(label) else ""


def _is_grievance(part: str) -> bool:
    return bool(_GRIEVANCE.search(part.replace("\u2019", "'")))


def _is_telling(part: str) -> bool:
    return bool(set(re.findall(r"[\w'-]*\w", part.lower())) - _FILLER)


def _leftover(text: str) -> str:
    """What else was said beside a typed value."""
    return _from_first_to_last(text, _is_telling)


def _from_first_to_last(text: str, wanted: Callable[[str], bool]) -> str:
    """From the first part of the text that is as wanted to the last; empty where none is."""
    kept: list[tuple[int, int]] = []
    start = 0
    for end, after in [*((found.start(), found.end()) for found in _BREAK.finditer(text)), (len(text), len(text))]:
        if wanted(text[start:end]):
            kept.append((start, end))
        start = after
    return " ".join(text[kept[0][0] : kept[-1][1]].split()).strip(" .,;:!-") if kept else ""
