"""Sites: where the widget is embedded."""

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field

from api.fields import Name
from api.problems import Problem, not_found, problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from api.visitors.schemas import Look
from chatref.credentials import new_token
from chatref.store import sites
from chatref.store.channels import Config
from chatref.store.tables import Site

router = APIRouter(
    prefix="/api/v1/sites", tags=["sites"], dependencies=AUTHENTICATED, responses=problems(401, 403, 404, 409, 422, 503)
)


def _is_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or f"{parts.scheme}://{parts.netloc}" != value:
        raise ValueError("must be an origin such as https://shop.example.com, without a path")
    return value.lower()


class SiteBody(BaseModel):
    name: Name
    allowed_origins: list[Annotated[str, Field(max_length=300), AfterValidator(_is_origin)]] = Field(
        default_factory=list,
        max_length=100,
        description="The pages that may embed the widget; without any, every page may.",
        examples=[["https://shop.example.com"]],
    )
    look: Look = Look()


class SiteOut(SiteBody):
    id: UUID
    key: str = Field(description="Public: the `site` of the visitor's routes.")

    @classmethod
    def of(cls, site: Site) -> "SiteOut":
        return cls(
            id=site.id,
            key=site.key,
            name=site.name,
            allowed_origins=site.allowed_origins,
            look=Look.model_validate(site.look),
        )


class SiteWithSecret(SiteOut):
    identity_secret: str = Field(description="Signs identity tokens, on the owner's server. Never in a page.")


class SiteList(BaseModel):
    items: list[SiteOut]


async def _site(site_id: UUID, services: Use) -> Site:
    async with services.database.session() as session:
        site = await sites.get(session, site_id)
    if site is None:
        raise not_found("site")
    return site


Known = Annotated[Site, Depends(_site)]


@router.get("")
async def list_sites(caller: Caller, services: Use) -> SiteList:
    """Every site, the oldest first."""
    async with services.database.session() as session:
        return SiteList(items=[SiteOut.of(site) for site in await sites.everyone(session)])


@router.post("", status_code=201)
async def create(body: SiteBody, admin: Admin, services: Use) -> SiteWithSecret:
    """A new site, with a key and a secret of its own."""
    site = Site(key=new_token()[:20], name=body.name, identity_secret=new_token())
    return await _save(site, body, services)


@router.get("/{site_id}")
async def read(site: Known, admin: Admin) -> SiteWithSecret:
    """One site, with its secret."""
    return _with_secret(site)


@router.put("/{site_id}")
async def replace(site: Known, body: SiteBody, admin: Admin, services: Use) -> SiteWithSecret:
    """Change a site. Key and secret stay."""
    return await _save(site, body, services)


@router.delete("/{site_id}", status_code=204)
async def delete(site: Known, admin: Admin, services: Use) -> None:
    """Remove a site, with every conversation that was held on it. Open ones have to be resolved before."""
    async with services.database.session() as session:
        if count := await sites.open_conversations(session, site):
            raise Problem(409, "in_use", f"Resolve its open conversations first: there are {count}.")
        await sites.remove(session, site)
    await services.configuration.refresh(Config.SITES)


async def _save(site: Site, body: SiteBody, services: Use) -> SiteWithSecret:
    site.name, site.allowed_origins, site.look = body.name, body.allowed_origins, body.look.model_dump()
    async with services.database.session() as session:
        await sites.save(session, site)
    await services.configuration.refresh(Config.SITES)
    return _with_secret(site)


def _with_secret(site: Site) -> SiteWithSecret:
    return SiteWithSecret(**SiteOut.of(site).model_dump(), identity_secret=site.identity_secret)
