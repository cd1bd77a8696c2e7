"""The tables. Times are `timestamptz` in UTC; ids are UUIDs but for slugs, which people type."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(*, nullable: bool = False, index: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable, index=index)


def _json(default: str = "{}") -> Any:
    return Column(JSONB, nullable=False, server_default=text(f"'{default}'::jsonb"))


def _texts() -> Any:
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))


class Site(SQLModel, table=True):
    """One embed of the widget. `key` is public; `identity_secret` signs the owner's identity tokens."""

    __tablename__ = "sites"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    key: str = Field(unique=True)
    name: str
    allowed_origins: list[str] = Field(default_factory=list, sa_column=_texts())
    identity_secret: str
    look: dict[str, Any] = Field(default_factory=dict, sa_column=_json())
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class Visitor(SQLModel, table=True):
    """A customer. `identified` is true where the owner's server vouched for who it is."""

    __tablename__ = "visitors"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", ondelete="CASCADE")
    name: str = ""
    email: str = ""
    attributes: dict[str, Any] = Field(default_factory=dict, sa_column=_json())
    identified: bool = False
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class Conversation(SQLModel, table=True):
    """The read model of one conversation; but for who and where, its workflow writes it.

    `last_seq` is 0 while nothing has been said. `changed_xid` is the transaction that wrote the row last, so that a
    stream resumes without missing one. `time_zone` is the visitor's, empty where it is not known.
    """

    __tablename__ = "conversations"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", ondelete="CASCADE")
    visitor_id: UUID = Field(foreign_key="visitors.id", ondelete="CASCADE", index=True)
    page: dict[str, Any] = Field(default_factory=dict, sa_column=_json())
    time_zone: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())
    changed_at: datetime = Field(default_factory=_now, sa_column=_moment(index=True))
    changed_xid: int = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            nullable=False,
            index=True,
            server_default=text("(pg_current_xact_id()::text)::bigint"),
        ),
    )
    fence: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    last_seq: int = 0
    state: str = "ai_handling"
    owner_id: UUID | None = None
    owner_name: str = ""
    team: str = ""
    tags: list[str] = Field(default_factory=list, sa_column=_texts())
    priority: str = "normal"
    waiting_since: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    deadline: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    target: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    opens_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    handoff: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    details: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json("[]"))
    episode: int = 0
    last_message: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    visitor_seen_seq: int = 0

    __table_args__ = (
        Index("ix_conversations_waiting", "waiting_since", postgresql_where=text("waiting_since is not null")),
        Index("ix_conversations_owner", "owner_id", postgresql_where=text("state <> 'resolved'")),
    )


# What the inbox's search looks through. Here, because the class below has a field that is called `text`.
_WORDS = text("to_tsvector('simple'::regconfig, text)")
_WRITTEN = text("type in ('message', 'note')")
# What tells when an agent last took a chat or gave one back.
_MOVES = text("type = 'transition' and author_kind = 'agent'")


class EventRecord(SQLModel, table=True):
    """`chatref.conversation.events.Event`, stored. Immutable once its workflow's attempt is durable."""

    __tablename__ = "events"
    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE", primary_key=True)
    seq: int = Field(primary_key=True)
    id: str
    type: str
    at: datetime = Field(sa_column=_moment())
    author_kind: str
    author_id: str = ""
    author_name: str = ""
    text: str = ""
    public: bool = False
    data: dict[str, Any] = Field(default_factory=dict, sa_column=_json())

    __table_args__ = (
        Index("ux_events_id", "conversation_id", "id", unique=True),
        Index("ix_events_words", _WORDS, postgresql_using="gin", postgresql_where=_WRITTEN),
        Index("ix_events_moves", "author_id", "at", postgresql_where=_MOVES),
    )


class LedgerFacts(SQLModel, table=True):
    """What reports count of one conversation (`chatref.conversation.facts.Facts` in `facts`), derived from its log.

    It holds for the log as the transaction `changed_xid` of the conversation left it, and for that `version` of what is
    derived. `first_at` and `last_at` are the first and last moment in it, null where nothing is counted.
    """

    __tablename__ = "ledger_facts"
    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE", primary_key=True)
    changed_xid: int = Field(sa_column=Column(BigInteger, nullable=False))
    version: int
    first_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    last_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True, index=True))
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class Team(SQLModel, table=True):
    """A group of agents. Exactly one is the default: the one for whatever names no team."""

    __tablename__ = "teams"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    is_default: bool = False

    __table_args__ = (Index("ux_teams_default", "is_default", unique=True, postgresql_where=text("is_default")),)


class Agent(SQLModel, table=True):
    """A human of the support team. `role` is agent, supervisor or admin; `password_hash` is Argon2id, empty: cannot
    sign in. `seen_at` is when their inbox was last known to be open, `here_since` when it was opened, or when they last
    said that they are available. `chat_limit` is how many chats at once they are offered at most, None for any.
    """

    __tablename__ = "agents"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str = "agent"
    password_hash: str = ""
    available: bool = True
    seen_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    here_since: datetime = Field(default_factory=_now, sa_column=_moment())
    chat_limit: int | None = None
    active: bool = True
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class OfferRecord(SQLModel, table=True):
    """The last time that a chat was offered to an agent, in the wait that began at `waiting_since`."""

    __tablename__ = "offers"
    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE", primary_key=True)
    agent_id: UUID = Field(foreign_key="agents.id", ondelete="CASCADE", primary_key=True)
    waiting_since: datetime = Field(sa_column=_moment())
    at: datetime = Field(sa_column=_moment())
    until: datetime = Field(sa_column=_moment())

    __table_args__ = (Index("ix_offers_agent", "agent_id", "at"),)


class AgentTeam(SQLModel, table=True):
    __tablename__ = "agent_teams"
    agent_id: UUID = Field(foreign_key="agents.id", ondelete="CASCADE", primary_key=True)
    team_id: UUID = Field(foreign_key="teams.id", ondelete="CASCADE", primary_key=True)


class AgentSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its token is kept."""

    __tablename__ = "agent_sessions"
    token_hash: str = Field(primary_key=True)
    agent_id: UUID = Field(foreign_key="agents.id", ondelete="CASCADE", index=True)
    expires_at: datetime = Field(sa_column=_moment())


class ApiKey(SQLModel, table=True):
    """A program's key; it acts as its agent. Only its SHA-256 is kept."""

    __tablename__ = "api_keys"
    token_hash: str = Field(primary_key=True)
    agent_id: UUID = Field(foreign_key="agents.id", ondelete="CASCADE")
    name: str
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class PushSubscription(SQLModel, table=True):
    """A browser that takes pushes for an agent. Whoever knows `endpoint` and the keys can show something in it.

    `session` is the `token_hash` of the session that it was made in: it ends with that. Empty for a program's key.
    """

    __tablename__ = "push_subscriptions"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    agent_id: UUID = Field(foreign_key="agents.id", ondelete="CASCADE", index=True)
    session: str = Field(default="", index=True)
    endpoint: str = Field(unique=True)
    p256dh: str
    auth: str
    user_agent: str = ""
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class CannedReply(SQLModel, table=True):
    """A text that agents keep at hand. `shortcut` is what they type for it; without a team it is for everybody.

    `text` has variables (`chatref.canned_replies`), which are filled in when it is chosen.
    """

    __tablename__ = "canned_replies"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    shortcut: str = Field(unique=True)
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    team_id: UUID | None = Field(default=None, foreign_key="teams.id", ondelete="SET NULL")
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class ActionVersion(SQLModel, table=True):
    """One version of a custom action (`chatref.conversation.actions.CustomAction` in `body`). The latest counts."""

    __tablename__ = "action_versions"
    action_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    deleted: bool = False
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class ActionPlace(SQLModel, table=True):
    """Where a custom action stands among the others. One without a place comes after those that have one."""

    __tablename__ = "action_places"
    action_id: str = Field(primary_key=True)
    place: int


class PolicyVersion(SQLModel, table=True):
    """One version of a team's service policy (`chatref.conversation.policy.ServicePolicy` in `body`).

    The latest of its `team` (a slug; empty for the default policy) counts, unless it says that there is none any more.
    """

    __tablename__ = "policy_versions"
    version: int | None = Field(default=None, primary_key=True)
    team: str = Field(default="", sa_column_kwargs={"server_default": ""})
    deleted: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class BriefingVersion(SQLModel, table=True):
    """One version of what the owner tells the assistant (`chatref.assistant.briefing.Briefing` in `body`)."""

    __tablename__ = "briefing_versions"
    version: int | None = Field(default=None, primary_key=True)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class ModelRequest(SQLModel, table=True):
    """One request to a model that was answered, and what it cost. `answers_seq` is the turn's."""

    __tablename__ = "model_requests"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE", index=True)
    answers_seq: int
    model: str
    input_tokens: int
    output_tokens: int
    at: datetime = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, index=True, server_default=func.now())
    )


class Source(SQLModel, table=True):
    """A piece of the owner's content. `status`: pending, reading, ready, failed (then `error` says why).

    Each reading has a number, `run`; the passages are those of `published_run`, which answers until a later reading is
    complete. 0 is none.
    """

    __tablename__ = "sources"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str
    title: str
    url: str = ""
    status: str = "pending"
    error: str = ""
    page_limit: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    every_seconds: int | None = None
    run: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    published_run: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    read_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())
    changed_at: datetime = Field(default_factory=_now, sa_column=_moment(index=True))


class SourceContent(SQLModel, table=True):
    """What the owner uploaded or pasted, as it came: read again whenever the source is. Large files come in parts, so
    that nobody who takes them has to hold them whole."""

    __tablename__ = "source_contents"
    source_id: UUID = Field(foreign_key="sources.id", ondelete="CASCADE", primary_key=True)
    part: int = Field(default=0, primary_key=True, sa_column_kwargs={"server_default": "0"})
    name: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SourcePage(SQLModel, table=True):
    """One page of a source in one reading. `status`: waiting, read, skipped, failed; `error` says why.

    `passages` is what was read out of it. It stays empty where nothing was, but for a page that could not be read now
    and was before: that keeps what it had. `gone` is true where the server says that there is no such page.

    `etag`, `last_modified` and `digest` tell whether it says the same when it is read again; then it is `unchanged`,
    and has its passages and `links` (those within the site) from the reading before.
    """

    __tablename__ = "source_pages"
    source_id: UUID = Field(foreign_key="sources.id", ondelete="CASCADE", primary_key=True)
    run: int = Field(primary_key=True)
    url: str = Field(sa_column=Column(Text, primary_key=True))
    position: int
    status: str = "waiting"
    error: str = ""
    gone: bool = False
    title: str = ""
    fingerprint: str = ""
    passages: list[dict[str, Any]] = Field(default_factory=list, sa_column=_json("[]"))
    links: list[str] = Field(default_factory=list, sa_column=_json("[]"))
    etag: str = Field(default="", sa_column_kwargs={"server_default": ""})
    last_modified: str = Field(default="", sa_column_kwargs={"server_default": ""})
    digest: str = Field(default="", sa_column_kwargs={"server_default": ""})
    unchanged: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    read_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class PassageRecord(SQLModel, table=True):
    """A retrievable part of a source. `position` counts from 0 within it; `headings` is the path above the text.

    `page` is the address of the page that it is from, where a source has more than one, and `page_title` its title.
    """

    __tablename__ = "passages"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source_id: UUID = Field(foreign_key="sources.id", ondelete="CASCADE", index=True)
    position: int
    headings: list[str] = Field(default_factory=list, sa_column=_texts())
    title: str
    text: str
    url: str = ""
    page: str = Field(default="", sa_column_kwargs={"server_default": ""})
    page_title: str = Field(default="", sa_column_kwargs={"server_default": ""})


class TextVector(SQLModel, table=True):
    """What a text means to an embedding model. `digest` is the text's SHA-256; `vector` has length 1."""

    __tablename__ = "text_vectors"
    model: str = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    vector: Any = Field(sa_column=Column(VECTOR(), nullable=False))
    created_at: datetime = Field(
        default_factory=_now, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    )


class Webhook(SQLModel, table=True):
    """An address of the business that hears of handoffs and alerts. `slug` is what actions and policies name it by.

    `format`: standard for signed notices, slack for what Slack and its like take, which is not signed.

    `previous_secret` signs beside `secret` until `previous_secret_until`. `stopped_because` says why we switched it
    off; it is empty where an admin did.
    """

    __tablename__ = "webhooks"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    url: str
    format: str = Field(default="standard", sa_column_kwargs={"server_default": "standard"})
    enabled: bool = True
    stopped_because: str = ""
    secret: str
    previous_secret: str = ""
    previous_secret_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())


class WebhookDelivery(SQLModel, table=True):
    """One notice to one webhook. `id` is its `webhook-id`, the same in every attempt; `body` is sent as it stands.

    `status`: pending, delivered, failed. `conversation_id` and `action` are of the handoff, where it tells of one.
    """

    __tablename__ = "webhook_deliveries"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    webhook_id: UUID = Field(foreign_key="webhooks.id", ondelete="CASCADE")
    conversation_id: UUID | None = Field(default=None, foreign_key="conversations.id", ondelete="CASCADE", index=True)
    type: str
    action: str = ""
    body: str = Field(sa_column=Column(Text, nullable=False))
    status: str = "pending"
    created_at: datetime = Field(default_factory=_now, sa_column=_moment())
    next_attempt_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))

    __table_args__ = (Index("ix_webhook_deliveries_log", "webhook_id", "created_at", "id"),)


class WebhookAttempt(SQLModel, table=True):
    """One time that a notice was posted. `status_code` is None where nothing was answered."""

    __tablename__ = "webhook_attempts"
    delivery_id: UUID = Field(foreign_key="webhook_deliveries.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_column=_moment())
    status_code: int | None = None
    outcome: str
    duration_ms: int
