"""The log's entries: what the `data` of an event holds, in the shapes that `EventType` lists. Pure.

What is written here is read again by the ledger (`waits`), by the database's queries and by the clients: a key keeps
its name and its meaning for as long as there are logs.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chatref.conversation.deadlines import Deadline
from chatref.conversation.events import HandoffReason, Person, Summary
from chatref.conversation.policy import Audience
from chatref.conversation.standing import Telling, Told
from chatref.conversation.state import Wait
from chatref.conversation.turns import Collecting, Escalation, FormField, Outcome

Data = dict[str, Any]
"""JSON values only."""


def waiting(wait: Wait | None, deadline: Deadline | None) -> Data:
    """Since when the visitor waits for a person and what the deadline is; empty where they do not wait.

    While the team is closed, also when it opens.
    """
    if wait is None or deadline is None:
        return {}
    known = {
        "waiting_since": wait.since,
        "deadline": deadline.at,
        "target": wait.target,
        "opens_at": wait.opens_at,
    }
    return {name: moment.isoformat() for name, moment in known.items() if moment is not None}


def waited(since: datetime, now: datetime) -> Data:
    """How long the visitor had waited for what an agent does now."""
    return {"waited_seconds": max(0, round((now - since).total_seconds()))}


def away(wait: Wait | None) -> Data:
    """For the widget: that nobody is there, and until when, where that is known."""
    opens_at = wait.opens_at if wait else None
    return {"away": {"until": opens_at.isoformat() if opens_at else None}}


def form(fields: Iterable[FormField]) -> Data:
    """For the widget; empty where there is nothing to fill in."""
    offered = [{**vars(field), "choices": list(field.choices)} for field in fields]
    return {"form": offered} if offered else {}


def said(outcome: Outcome) -> Data:
    """What goes with the assistant's words."""
    data: Data = {}
    if outcome.citations:
        data["citations"] = [vars(citation) for citation in outcome.citations]
    if outcome.quick_replies:
        data["quick_replies"] = list(outcome.quick_replies)
    data |= form(outcome.form)
    if outcome.offers_person:
        data["offers_person"] = True
    if outcome.asks_back:
        data["asks_back"] = True
    return data


def started(collecting: Collecting) -> Data:
    """The action that details are collected for from now on, and what fired it."""
    action = collecting.action
    return {
        "action": action.name,
        "action_id": action.id,
        "action_version": action.version,
        "evidence": collecting.evidence,
        "message_id": collecting.message_id,
    }


def escalated(escalation: Escalation, team: str, summary: Summary) -> Data:
    """`team` is the slug of the one that gets it."""
    data: Data = {
        "reason": escalation.reason.value,
        "evidence": escalation.evidence,
        "message_id": escalation.message_id,
        "action": escalation.action,
        "action_id": escalation.action_id,
        "action_version": escalation.action_version,
        "team": team,
        "summary": asdict(summary),
    }
    if escalation.webhook:
        data["webhook"] = escalation.webhook
    return data


def alerted(
    step: int, audience: Audience, team: str, agent: Person, channel: str, outcome: str, reason: HandoffReason
) -> Data:
    """An attempt to tell somebody. `agent` is the one who is meant; one without an id means nobody in person."""
    return {
        "step": step,
        "audience": audience.value,
        "team": team,
        "agent": agent.id,
        "agent_name": agent.name,
        "channel": channel,
        "outcome": outcome,
        "reason": reason.value,
    }


def told(telling: Telling, result: Told, reason: HandoffReason) -> Data:
    """What came of an attempt over another channel than the inbox."""
    agent = Person(telling.agent, telling.agent_name)
    data = alerted(telling.step, telling.audience, telling.team, agent, telling.channel, result.outcome, reason)
    return data | {"recipients": result.recipients, "why": result.why, "about": telling.event_id}
