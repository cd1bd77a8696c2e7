"""What clients are shown, as JSON: one shape for answers and live streams.

Plain functions from database rows to bytes, because they run for every event and every stream.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic_core import to_json

Row = Any
"""Of asyncpg or SQLAlchemy: columns by name."""

EVENT_COLUMNS = """
    e.conversation_id, e.seq, e.id, e.type, e.at, e.author_kind, e.author_id, e.author_name, e.text, e.public, e.data
"""

CONVERSATION_COLUMNS = """
    c.id, c.state, c.owner_id, c.owner_name, c.tags, c.priority, c.last_message, c.waiting_since, c.deadline,
    c.target, c.opens_at, c.handoff, c.details, c.last_seq, c.created_at, c.changed_at, c.page, c.time_zone,
    c.changed_xid, c.visitor_id, c.visitor_seen_seq, v.name as visitor_name, v.email as visitor_email,
    v.attributes as visitor_attributes, v.identified, t.slug as team_slug, t.name as team_name
"""

# A team that was removed leaves its work to the default team.
CONVERSATION_TABLES = """
    conversations c
    join visitors v on v.id = c.visitor_id
    left join lateral (
        select slug, name from teams
        where c.team <> '' and (slug = c.team or is_default)
        order by slug = c.team desc limit 1
    ) t on true
"""

_VISITORS_TRANSITION = ("to", "from", "event")
_AGENTS_ONLY = frozenset({"waited_seconds", "waiting_since", "deadline", "target", "opens_at"})


def event(row: Row) -> dict[str, Any]:
    """An event as agents see it."""
    return {
        "seq": row["seq"],
        "id": row["id"],
        "type": row["type"],
        "at": _time(row["at"]),
        "author": {"kind": row["author_kind"], "name": row["author_name"], "id": row["author_id"]},
        "text": row["text"],
        "public": row["public"],
        "data": row["data"],
    }


def visitors_event(row: Row) -> dict[str, Any]:
    """A public event as the visitor sees it: no agent's id, and of a transition only who is in control now."""
    data = row["data"]
    if row["type"] == "transition":
        shown = {key: data[key] for key in _VISITORS_TRANSITION if key in data}
        if data.get("owner"):
            shown["owner"] = {"name": data["owner"]["name"]}
        data = shown
    elif not _AGENTS_ONLY.isdisjoint(data):
        data = {key: value for key, value in data.items() if key not in _AGENTS_ONLY}
    return {
        "seq": row["seq"],
        "id": row["id"],
        "type": row["type"],
        "at": _time(row["at"]),
        "author": {"kind": row["author_kind"], "name": row["author_name"]},
        "text": row["text"],
        "data": data,
    }


def conversation(row: Row) -> dict[str, Any]:
    """A row of the inbox."""
    page = row["page"]
    return {
        "id": str(row["id"]),
        "state": row["state"],
        "owner": {"id": str(row["owner_id"]), "name": row["owner_name"]} if row["owner_id"] else None,
        "team": {"slug": row["team_slug"], "name": row["team_name"]} if row["team_slug"] else None,
        "tags": row["tags"],
        "priority": row["priority"],
        "visitor": {
            "id": str(row["visitor_id"]),
            "name": row["visitor_name"],
            "email": row["visitor_email"],
            "attributes": row["visitor_attributes"],
            "identified": row["identified"],
        },
        "last_message": row["last_message"],
        "waiting_since": _time(row["waiting_since"]),
        "deadline": _time(row["deadline"]),
        "target": _time(row["target"]),
        "opens_at": _time(row["opens_at"]),
        "handoff": row["handoff"],
        "details": row["details"],
        "last_seq": row["last_seq"],
        "created_at": _time(row["created_at"]),
        "changed_at": _time(row["changed_at"]),
        "page": {"url": page.get("url", ""), "title": page.get("title", "")},
    }


def earlier(row: Row) -> dict[str, Any]:
    """Another conversation of the same visitor, in short."""
    return {
        "id": str(row["id"]),
        "state": row["state"],
        "created_at": _time(row["created_at"]),
        "last_message": row["last_message"],
        "handoff": row["handoff"],
    }


def as_json(value: Any) -> bytes:
    return to_json(value)


def page_of_events(events: Iterable[dict[str, Any]], after: int) -> bytes:
    """The answer to "what is new": `last_seq` is what to ask after next."""
    listed = list(events)
    return to_json({"events": listed, "last_seq": listed[-1]["seq"] if listed else after})


def _time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the millisecond: what a browser keeps of it."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
