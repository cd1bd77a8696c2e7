"""The live feed: PostgreSQL's hints in, Server-Sent Events out to everybody who is connected to this process.

Hints only wake the feed; what is sent is read from the tables, for all who want it at once: one query for events, one
for rows. Each is serialized once, however many are connected.
"""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatref.store import views
from chatref.store.agents import Identity
from chatref.store.channels import Channel, Config
from chatref.store.database import Database, DatabaseUnavailable
from chatref.store.listener import Listener
from chatref.store.presence import Presence
from chatref.store.streams import InboxStream, VisitorStream, frame, read_live, standing

logger = logging.getLogger(__name__)

_NEVER = 2**31 - 1
_PAUSE = 0.2
TYPING_EVERY = 1.0
STREAMS_PER_CONVERSATION = 20
STREAMS_AT_MOST = 10_000
_RESUMED_AT_MOST = 1000
EVENTS_AT_ONCE = 500
"""Of one conversation; what is left comes with the next query, after everybody else's."""

_EVENTS = f"""
    select {views.EVENT_COLUMNS}
    from unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) as wanted(id, after, first, last)
    cross join lateral (
        select * from events
        where conversation_id = wanted.id and seq > least(wanted.after, wanted.first - 1)
          and (public and seq > wanted.after or type = 'alert' and seq between wanted.first and wanted.last)
        order by seq limit $5
    ) e
    order by e.conversation_id, e.seq
"""

# A transaction that began before another may commit after it. So the position in the inbox's stream is not the newest
# transaction that was seen but the oldest that was still running: everything before it was there, and was read.
_POSITION = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint as position"
_ROWS = f"""
    select {views.CONVERSATION_COLUMNS}, {_POSITION} from {views.CONVERSATION_TABLES}
    where c.changed_xid >= $1 and c.last_seq > 0 order by c.changed_xid desc limit $2
"""
_ALERTS = f"""
    select {views.EVENT_COLUMNS} from conversations c join events e on e.conversation_id = c.id
    where c.changed_xid >= $1 and e.type = 'alert' and e.at > now() - interval '1 hour' order by e.at
"""


@dataclass(frozen=True)
class _Hint:
    """What to look at in a conversation's log.

    Its events from `first` to `last` were written; visitors' streams may hold something else from `again` on.
    """

    again: int = _NEVER
    first: int = _NEVER
    last: int = 0

    def __or__(self, other: "_Hint") -> "_Hint":
        return _Hint(min(self.again, other.again), min(self.first, other.first), max(self.last, other.last))


class Feed:
    """Lives as long as the process. `config_changed` is called with what to reread, and with None for everything."""

    def __init__(self, database: Database, config_changed: Callable[[Config | None], None]) -> None:
        self._database = database
        self._config_changed = config_changed
        self._listener = Listener(
            database.url,
            {Channel.EVENTS: self._heard_events, Channel.LIVE: self._heard_live, Channel.CONFIG: self._heard_config},
            self._listening_again,
        )
        self.presence = Presence(self.say, lambda person: self._to_inboxes(frame("presence", person)))
        self._visitors: defaultdict[UUID, set[VisitorStream]] = defaultdict(set)
        self._inboxes: set[InboxStream] = set()
        self._hints: dict[UUID, _Hint] = {}
        self._hinted = asyncio.Event()
        self._position = 0
        self._rows_shown: dict[UUID, int] = {}
        self._alerts_unheard = False
        self._typed: dict[tuple[UUID, str], float] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._deliver_forever(), name="feed")
        await self._listener.start()
        await self.presence.start()

    async def listening(self) -> None:
        """Returns once hints arrive."""
        await self._listener.listening()

    async def stop(self) -> None:
        """Every stream ends; clients connect again, to whoever is there."""
        self._drop_everybody()
        await self.presence.stop()
        await self._listener.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def has_room(self, conversation_id: UUID) -> bool:
        """Whether this process takes another stream of the conversation: a visitor has a few pages open."""
        if len(self._visitors.get(conversation_id, ())) >= STREAMS_PER_CONVERSATION:
            return False
        return sum(map(len, self._visitors.values())) < STREAMS_AT_MOST

    @contextmanager
    def conversation(self, conversation_id: UUID, after: int) -> Iterator[VisitorStream]:
        """What the visitor may see of a conversation, from the event after `after` on, while the block runs."""
        stream = VisitorStream(conversation_id, after)
        self._visitors[conversation_id].add(stream)
        # What is already there is delivered the same way as what will be.
        self._hint(conversation_id, _Hint())
        try:
            yield stream
        finally:
            self._visitors[conversation_id].discard(stream)
            if not self._visitors[conversation_id]:
                del self._visitors[conversation_id]

    @asynccontextmanager
    async def inbox(self, agent: Identity) -> AsyncIterator[InboxStream]:
        """Every changed row, alert and presence from now on, while the block runs. The agent is online meanwhile.

        Raises `DatabaseUnavailable`.
        """
        if not self._inboxes:
            # While nobody looked, the position stood still.
            self._position = await self.position()
        stream = InboxStream(agent.id)
        online = [frame("presence", person) for person in self.presence.online]
        stream.put(b"".join((standing(self._position), *online)))
        self._inboxes.add(stream)
        try:
            with self.presence.connected(agent):
                yield stream
        finally:
            self._inboxes.discard(stream)

    async def position(self) -> int:
        """Where an inbox's stream stands that begins now. Raises `DatabaseUnavailable`."""
        async with self._database.driver() as connection:
            position: int = await connection.fetchval(f"select {_POSITION}")
        return position

    async def resume(self, cursor: int) -> bytes:
        """What an inbox's stream that stood at `cursor` has missed: at least that. Raises `DatabaseUnavailable`.

        Take it after the stream has been opened, and send it first.
        """
        async with self._database.driver() as connection:
            rows = await connection.fetch(_ROWS, cursor, _RESUMED_AT_MOST)
            alerts = await connection.fetch(_ALERTS, cursor)
        frames = [_alert(row) for row in alerts]
        frames += [frame("conversation", views.conversation(row)) for row in reversed(rows)]
        return b"".join(frames)

    async def access_changed(self, agent_id: UUID) -> None:
        """End every stream of the agent, in every process: they signed out, or have a new password, or are gone."""
        await self.say({"kind": "access_changed", "agent_id": str(agent_id)})

    async def say(self, message: dict[str, Any]) -> None:
        """Tell every process something that is not kept."""
        async with self._database.driver() as connection:
            await connection.execute("select pg_notify($1, $2)", Channel.LIVE.value, views.as_json(message).decode())

    def _drop_everybody(self) -> None:
        for stream in [*self._inboxes, *(stream for streams in self._visitors.values() for stream in streams)]:
            stream.close()

    async def typing(self, conversation_id: UUID, author: dict[str, str]) -> None:
        """Show that somebody is writing; not more often than every `TYPING_EVERY` seconds."""
        now = time.monotonic()
        key = (conversation_id, author["id"])
        if self._typed.get(key, 0.0) + TYPING_EVERY > now:
            return
        if len(self._typed) > 10_000:
            self._typed = {who: at for who, at in self._typed.items() if at + TYPING_EVERY > now}
        self._typed[key] = now
        await self.say({"kind": "typing", "conversation_id": str(conversation_id), "author": author})

    async def seen(self, conversation_id: UUID, seq: int) -> None:
        """Show the inboxes how far the visitor has read."""
        await self.say({"kind": "seen", "conversation_id": str(conversation_id), "seq": seq})

    # What is heard

    def _heard_events(self, payload: str) -> None:
        conversation_id, first, last = payload.split(":")
        self._hint(UUID(conversation_id), _Hint(int(first), int(first), int(last)))

    def _heard_live(self, payload: str) -> None:
        message = read_live(payload)
        match message.get("kind"):
            case "presence":
                self.presence.heard(message)
            case "agent":
                self.presence.agent_changed(message["agent"])
            case "access_changed":
                # Who may still look comes back, and proves it again.
                for stream in self._inboxes:
                    if str(stream.agent_id) == message["agent_id"]:
                        stream.close()
            case "typing":
                self._show_typing(message["conversation_id"], message["author"])
            case "seen":
                self._to_inboxes(frame("seen", {"conversation_id": message["conversation_id"], "seq": message["seq"]}))

    def _heard_config(self, payload: str) -> None:
        known = {str(what): what for what in Config}
        self._config_changed(known.get(payload))

    async def _listening_again(self) -> None:
        """Nobody knows what was missed: look for all of it."""
        self._config_changed(None)
        self._alerts_unheard = True
        for conversation_id in self._visitors:
            self._hint(conversation_id, _Hint(again=0))
        self._hinted.set()

    def _hint(self, conversation_id: UUID, hint: _Hint) -> None:
        known = self._hints.get(conversation_id)
        self._hints[conversation_id] = hint if known is None else known | hint
        self._hinted.set()

    def _show_typing(self, conversation_id: str, author: dict[str, Any]) -> None:
        self._to_inboxes(frame("typing", {"conversation_id": conversation_id, "author": author}))
        if author["kind"] == "agent":
            visible = {"kind": author["kind"], "name": author["name"]}
            for stream in self._visitors.get(UUID(conversation_id), ()):
                stream.put(frame("typing", {"author": visible}))

    def _to_inboxes(self, chunk: bytes) -> None:
        for stream in self._inboxes:
            stream.put(chunk)

    # What is delivered

    async def _deliver_forever(self) -> None:
        while True:
            await self._hinted.wait()
            self._hinted.clear()
            hints, self._hints = self._hints, {}
            try:
                await self._deliver(hints)
            except DatabaseUnavailable:
                for conversation_id, hint in hints.items():
                    self._hint(conversation_id, hint)
                self._hinted.set()
                await asyncio.sleep(_PAUSE)
                await self._listener.listening()
            except Exception:
                # A feed that stops is worse than one that drops its clients, who come back and read what they missed.
                logger.exception("the feed could not deliver")
                self._drop_everybody()

    async def _deliver(self, hints: dict[UUID, _Hint]) -> None:
        alerts = await self._deliver_events(hints)
        if self._inboxes:
            if self._alerts_unheard:
                # No hint says which they are. One that was heard comes again; its id tells.
                alerts = b"".join(map(_alert, await self._listener.fetch(_ALERTS, self._position)))
            await self._deliver_rows(alerts)
        self._alerts_unheard = False

    async def _deliver_events(self, hints: dict[UUID, _Hint]) -> bytes:
        """Send visitors what is new to them; returns the alerts among what is new, for the inboxes."""
        wanted: list[tuple[UUID, int, int, int]] = []
        for conversation_id, hint in hints.items():
            streams = self._visitors.get(conversation_id, ())
            after = min((stream.since(hint.again) for stream in streams), default=_NEVER)
            first, last = (hint.first, hint.last) if self._inboxes else (_NEVER, 0)
            if after < _NEVER or last:
                wanted.append((conversation_id, after, first, last))
        if not wanted:
            return b""
        alerts = []
        rows = await self._listener.fetch(_EVENTS, *map(list, zip(*wanted, strict=True)), EVENTS_AT_ONCE)
        for row in rows:
            if row["public"]:
                self._to_visitors(row)
            if row["type"] == "alert":
                alerts.append(_alert(row))
        for conversation_id in hints:
            for stream in self._visitors.get(conversation_id, ()):
                stream.flush()
        self._hint_at_the_rest(rows, hints)
        return b"".join(alerts)

    def _hint_at_the_rest(self, rows: list[views.Row], hints: dict[UUID, _Hint]) -> None:
        """Where a conversation had more than is read at once, look at it again from there on."""
        counts = Counter(row["conversation_id"] for row in rows)
        ends = {row["conversation_id"]: row["seq"] for row in rows}
        for conversation_id, end in ends.items():
            if counts[conversation_id] == EVENTS_AT_ONCE:
                hint = hints[conversation_id]
                self._hint(conversation_id, _Hint(max(hint.again, end + 1), max(hint.first, end + 1), hint.last))

    def _to_visitors(self, row: views.Row) -> None:
        streams = self._visitors.get(row["conversation_id"])
        if streams:
            seq, event_id = row["seq"], row["id"]
            chunk = frame("event", views.visitors_event(row), seq)
            for stream in streams:
                stream.offer(seq, event_id, chunk)

    async def _deliver_rows(self, alerts: bytes) -> None:
        # Alerts come before the position that the rows carry, so that a client cut off between them gets them again.
        rows = await self._listener.fetch(_ROWS, self._position, _RESUMED_AT_MOST)
        if len(rows) == _RESUMED_AT_MOST:
            # Too much to have seen all of it: whoever comes back reads the lists anew.
            for stream in self._inboxes:
                stream.close()
        frames = [alerts]
        for row in reversed(rows):
            if self._rows_shown.get(row["id"]) != row["changed_xid"]:
                self._rows_shown[row["id"]] = row["changed_xid"]
                frames.append(frame("conversation", views.conversation(row), row["position"]))
        if rows:
            self._position = rows[0]["position"]
            self._rows_shown = {row: xid for row, xid in self._rows_shown.items() if xid >= self._position}
        if chunk := b"".join(frames):
            self._to_inboxes(chunk)


def _alert(row: views.Row) -> bytes:
    return frame("alert", {"conversation_id": str(row["conversation_id"]), "event": views.event(row)})
