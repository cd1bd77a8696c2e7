"""What goes over the wire about the session."""

from uuid import UUID

from pydantic import BaseModel, Field

from api.fields import Email, Text
from chatref.store.agents import Identity


class SignIn(BaseModel):
    email: Email = Field(examples=["ada@example.com"])
    password: Text = Field(min_length=1, max_length=1000)


class Me(BaseModel):
    """Who is signed in. `teams` are slugs."""

    id: UUID
    email: str
    name: str
    role: str = Field(description="`agent`, `supervisor` or `admin`.")
    available: bool
    teams: list[str]


class Session(BaseModel):
    agent: Me

    @classmethod
    def of(cls, identity: Identity) -> "Session":
        return cls(agent=Me(**{**vars(identity), "teams": list(identity.teams)}))


class Availability(BaseModel):
    available: bool = Field(description="Whether new chats may be brought to you.")
