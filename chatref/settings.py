"""Settings from the environment (`CHATREF_…`, and the usual names of what others define). Read once, at the start."""

from functools import cached_property
from hashlib import sha256

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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


class Settings(TemporalSettings):
    """Where everything is. `chatref up` fills in what it starts itself."""

    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "CHATREF_DATABASE_URL"))
    """A PostgreSQL address: `postgresql://user:password@host:port/database`."""
    secret: SecretStr = Field(min_length=32)
    """Signs visitor tokens; at least 32 characters, the same for every API process, and kept."""
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
    visitor_messages_per_minute: int = 3000
    """Per conversation; more answers 429. Bursts become one turn, so this guards the server, not the model."""

    read_private_addresses: bool = False
    """Whether web pages of private networks and of this machine may be read as sources."""

    @cached_property
    def token_key(self) -> bytes:
        """The key of the visitor tokens, derived so that the secret can sign other things too."""
        return sha256(b"visitor-token\0" + self.secret.get_secret_value().encode()).digest()
