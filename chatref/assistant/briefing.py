"""What the owner tells the assistant that a model writes for: how to sound, and what to keep to."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LONGEST_TONE = 300
LONGEST_GUIDANCE = 4_000


def _clean(text: str) -> str:
    # PostgreSQL stores every character but this one.
    return text.replace("\0", "").strip()


_Words = Annotated[str, AfterValidator(_clean)]


class Briefing(BaseModel):
    """The owner's own words: trusted, unlike passages and whatever is said in a conversation. Empty is fine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tone: Annotated[_Words, Field(max_length=LONGEST_TONE)] = ""
    """How answers sound: "warm, short sentences, no exclamation marks"."""
    guidance: Annotated[_Words, Field(max_length=LONGEST_GUIDANCE)] = ""
    """What to keep to: "call us the shop, never promise a delivery date"."""
