"""Settings from the environment (`CHATREF_…`, and the usual names of what others define). Read once, at the start."""

import shlex
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Self

from annotated_types import Gt
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatref.mail import MailServer


class TemporalSettings(BaseSettings):
    """Where Temporal is, and how to get in."""

    model_config = SettingsConfigDict(env_prefix="CHATREF_", populate_by_name=True, env_ignore_empty=True)

    temporal_address: str = Field("127.0.0.1:7233", validation_alias=AliasChoices("TEMPORAL_ADDRESS"))
    """Host and port of a Temporal frontend."""
    temporal_namespace: str = Field("default", validation_alias=AliasChoices("TEMPORAL_NAMESPACE"))
    """The namespace that holds the conversations' workflows."""
    temporal_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("TEMPORAL_API_KEY"))
    """For Temporal Cloud; use it with `TEMPORAL_TLS=true`."""
    temporal_tls: bool = Field(False, validation_alias=AliasChoices("TEMPORAL_TLS"))
    """Whether to connect by TLS."""


class MailSettings(TemporalSettings):
    """How mail is sent."""

    smtp_url: SecretStr | None = None
    """The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. Without one nobody is
    alerted by e-mail, and no visitor is sent an answer."""
    email_from: str = "chatref@localhost"
    """The sender of e-mails."""

    @model_validator(mode="after")
    def _server_can_be_read(self) -> Self:
        try:
            _ = self.mail_server
        except ValueError as error:
            raise ValueError(f"CHATREF_SMTP_URL {error}") from None
        return self

    @cached_property
    def mail_server(self) -> MailServer | None:
        """Where mail is handed in; None where that is not set."""
        return None if self.smtp_url is None else MailServer.at(self.smtp_url.get_secret_value())


def _seconds(value: Any) -> Any:
    """Environment variables are text; pydantic takes a number of seconds only as a number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


Pause = Annotated[timedelta, BeforeValidator(_seconds), Gt(timedelta(0))]
"""In seconds, or as in ISO 8601 (`PT10S`)."""


class WatchdogSettings(MailSettings):
    """What the watchdog looks at, and whom it tells without needing any of it."""

    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "CHATREF_DATABASE_URL"))
    """The same as that of the API and the workers."""
    public_url: str = "http://127.0.0.1:8080"
    """Stands under each notice, to say which installation it is."""
    watchdog_email: str = ""
    """Whom to tell by e-mail: an address, or several with commas between."""
    watchdog_webhook: SecretStr | None = None
    """An incoming webhook of Slack, or of whatever else takes `{"text": …}`."""
    watchdog_every: Pause = timedelta(seconds=10)
    """The pause between two looks."""
    watchdog_patience: Pause = timedelta(seconds=20)
    """For how long something has to be wrong, or right again, before it is told."""
    watchdog_remind_after: Pause = timedelta(minutes=10)
    """While it lasts it is told again after this, then after twice as long each time, up to four hours."""

    @model_validator(mode="after")
    def _email_can_be_sent(self) -> "WatchdogSettings":
        if self.watchdog_email and self.smtp_url is None:
            raise ValueError("CHATREF_WATCHDOG_EMAIL needs CHATREF_SMTP_URL")
        return self


class Settings(MailSettings):
    """Where everything is. `chatref up` fills in what it starts itself."""

    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "CHATREF_DATABASE_URL"))
    """A PostgreSQL address: `postgresql://user:password@host:port/database`."""
    secret: SecretStr = Field(min_length=32)
    """Signs visitor tokens, and is what the key for browser pushes is made from; at least 32 characters, the same for
    every process, and kept."""
    public_url: str = "http://127.0.0.1:8080"
    """Where browsers reach the API: its pages are ours, and with `https` cookies and pages insist on it."""
    openai_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("OPENAI_API_KEY"))
    """Without it the keyless assistant answers. Read by workers."""
    openai_base_url: str | None = Field(None, validation_alias=AliasChoices("OPENAI_BASE_URL"))
    """Another server that speaks the same protocol."""
    openai_model: str = "gpt-4.1-mini"
    """Which model to ask; it has to support structured output."""
    embedding_base_url: str | None = None
    """A server of the OpenAI embeddings protocol, such as `https://api.openai.com/v1`: passages and questions are sent
    there, so that they are found by meaning. Without it, a small model on this machine does that, fetched once."""
    embedding_api_key: SecretStr | None = None
    """For that server, where it wants one."""
    embedding_model: str | None = None
    """Default: `text-embedding-3-small` with a server, `sentence-transformers/all-MiniLM-L6-v2` on this machine.
    `none` searches by words alone."""
    alert_command: str = ""
    """A command that is run for the alerts of the channel `command`, with the alert as JSON on its standard input."""
    visitor_messages_per_minute: int = 3000
    """Per conversation; more answers 429. Bursts become one turn, so this guards the server, not the model."""

    private_addresses: bool = False
    """Whether private networks and this machine may be connected to: to read their pages as sources, and to deliver to
    webhooks and push services there, which then need no `https`."""

    @model_validator(mode="after")
    def _command_can_be_read(self) -> "Settings":
        try:
            shlex.split(self.alert_command)
        except ValueError as error:
            raise ValueError(f"CHATREF_ALERT_COMMAND cannot be read: {error}") from None
        return self

    @cached_property
    def token_key(self) -> bytes:
        """The key of the visitor tokens, derived so that the secret can sign other things too."""
        return sha256(b"visitor-token\0" + self.secret.get_secret_value().encode()).digest()

    @cached_property
    def push_seed(self) -> bytes:
        """What the key pair for browser pushes is made from (`chatref.push.vapid`), in every process the same."""
        return sha256(b"push-key\0" + self.secret.get_secret_value().encode()).digest()
