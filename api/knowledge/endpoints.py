"""What the assistant would find in the owner's content."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.fields import MessageText
from api.problems import problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Caller

router = APIRouter(prefix="/api/v1/knowledge", tags=["sources"], dependencies=AUTHENTICATED)


class Question(BaseModel):
    text: MessageText
    limit: int = Field(5, ge=1, le=50)


class SourceOfPassage(BaseModel):
    id: UUID
    title: str
    url: str


class PassageOut(BaseModel):
    id: UUID
    text: str
    title: str
    score: float = Field(description="How well it fits, from 0 to 1.")
    source: SourceOfPassage


class SearchResult(BaseModel):
    """`found` is false where even the best is below the floor: then the assistant says that it does not know."""

    found: bool
    floor: float = Field(description="The score that the best passage has to reach.")
    passages: list[PassageOut]


@router.post("/search", responses=problems(401, 422, 503))
async def search(body: Question, caller: Caller, services: Use) -> SearchResult:
    """The passages that fit a question best, best first."""
    result = await services.configuration.search.find(body.text, body.limit)
    return SearchResult(
        found=result.found,
        floor=result.floor,
        passages=[
            PassageOut(
                id=UUID(hit.passage.id),
                text=hit.passage.text,
                title=hit.passage.title,
                score=hit.score,
                source=SourceOfPassage(
                    id=UUID(hit.passage.source_id), title=hit.passage.source_title, url=hit.passage.url
                ),
            )
            for hit in result.hits
        ],
    )
