"""What reports count, kept for each conversation: derived from its log when a report is asked for, if the log has
changed since. Those who ask at the same time may derive the same; who is later wins.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from chatref.conversation.facts import FACTS_VERSION, Facts, facts
from chatref.conversation.waits import ledger
from chatref.store.database import Database
from chatref.store.record import read_event
from chatref.store.waits import LEDGER_COLUMNS, LEDGER_EVENTS

BATCH = 250
"""Conversations that are derived at once: tens of milliseconds of work between two looks at the database."""
_CLOCKS_DIFFER = timedelta(days=1)
"""More than the clocks of workers and database do: what was written down long before the period has nothing in it."""
_FIRST = UUID(int=0)

# In the order of their ids, each once: conversations that change all the time hold nobody up for ever.
_STALE = """
select c.id, c.changed_xid from conversations c left join ledger_facts f on f.conversation_id = c.id
where c.last_seq > 0 and c.changed_at >= $1 and c.created_at < $2 and c.id > $3
  and (f.changed_xid is distinct from c.changed_xid or f.version is distinct from $4)
order by c.id limit $5
"""
_LOGS = f"""
select conversation_id, {LEDGER_COLUMNS} from events
where conversation_id = any($1) and {LEDGER_EVENTS} order by conversation_id, seq
"""
# A conversation that is deleted meanwhile is left out, and one that is here stays until this is written. All take the
# rows in one order, so that two who write the same never wait for each other.
_KEEP = """
insert into ledger_facts (conversation_id, changed_xid, version, first_at, last_at, facts)
select c.id, kept.changed_xid, $2, kept.first_at, kept.last_at, kept.facts
from jsonb_to_recordset($1) as kept(
        conversation_id uuid, changed_xid bigint, first_at timestamptz, last_at timestamptz, facts jsonb)
    join conversations c on c.id = kept.conversation_id
order by c.id
for key share of c
on conflict (conversation_id) do update set
    changed_xid = excluded.changed_xid, version = excluded.version, first_at = excluded.first_at,
    last_at = excluded.last_at, facts = excluded.facts
"""
_READ = "select facts::text from ledger_facts where first_at < $2 and last_at >= $1"

_FACTS = TypeAdapter(Facts)


async def between(database: Database, since: datetime, until: datetime) -> list[Facts]:
    """Of every conversation in which something that is counted began then; as the log is now, or later.

    Raises `DatabaseUnavailable`.
    """
    await _derive(database, since - _CLOCKS_DIFFER, until + _CLOCKS_DIFFER)
    async with database.driver() as connection:
        rows = await connection.fetch(_READ, since, until)
    return await asyncio.to_thread(_read, rows)


async def _derive(database: Database, since: datetime, until: datetime) -> None:
    last = _FIRST
    while True:
        # Each batch gives the connection back: other requests are not to wait for all of them.
        async with database.driver() as connection:
            # Which state of the conversation it is comes first: a log that is read afterwards is that, or later, and
            # then it is derived once more.
            stale = await connection.fetch(_STALE, since, until, last, FACTS_VERSION, BATCH)
            if not stale:
                return
            last = stale[-1]["id"]
            changed = {row["id"]: row["changed_xid"] for row in stale}
            records = await connection.fetch(_LOGS, list(changed))
            # In a thread, so that live streams go on meanwhile.
            kept = await asyncio.to_thread(_derived, changed, records)
            await connection.execute(_KEEP, kept, FACTS_VERSION)


def _derived(changed: Mapping[UUID, int], records: Iterable[asyncpg.Record]) -> str:
    """The rows to keep, as JSON."""
    logs = groupby(records, key=lambda record: record["conversation_id"])
    known = {key: facts(ledger(map(read_event, log))) for key, log in logs}
    return json.dumps([_row(key, xid, known.get(key, Facts())) for key, xid in changed.items()])


def _row(conversation_id: UUID, changed_xid: int, found: Facts) -> dict[str, Any]:
    moments = found.moments
    return {
        "conversation_id": str(conversation_id),
        "changed_xid": changed_xid,
        "first_at": moments[0].isoformat() if moments else None,
        "last_at": moments[-1].isoformat() if moments else None,
        "facts": _FACTS.dump_python(found, mode="json"),
    }


def _read(rows: Sequence[asyncpg.Record]) -> list[Facts]:
    return [_FACTS.validate_json(row["facts"]) for row in rows]
