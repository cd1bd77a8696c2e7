"""What a new installation starts with. Running it again changes nothing that is there."""

from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.conversation.policy import ServicePolicy
from chatref.credentials import hash_password, new_password, new_token
from chatref.demo import canned_replies as demo_replies
from chatref.demo import default_actions, pages
from chatref.knowledge.passages import read_markdown
from chatref.store import actions, agents, canned_replies, policies, sites, sources, teams
from chatref.store.database import Database
from chatref.store.tables import ActionVersion, Agent, CannedReply, Site, Source, SourceContent, Team

DEMO_SITE_KEY = "demo"
ADMIN_EMAIL = "admin@chatref.local"

_ONE_SEEDER = text("select pg_advisory_xact_lock(hashtext('chatref seed'))")
_DEMO_AGENTS = (("ada@chatref.local", "Ada Palmer", "support"), ("bo@chatref.local", "Bo Lindqvist", "billing"))


@dataclass(frozen=True)
class SignIn:
    """An agent's way in, known only at the moment in which it is made."""

    email: str
    password: str = field(repr=False)


@dataclass
class Seeded:
    """What was made now: all of it empty when everything was there."""

    admin: SignIn | None = None
    agents: list[SignIn] = field(default_factory=list)


async def seed(database: Database, *, demo: bool, admin_email: str = "", admin_password: str = "") -> Seeded:
    """Put teams, site, policy, actions and admin there, where they are not; with `demo` its agents and content too.

    The admin is made only while nobody can sign in as one. Processes that start at once wait for one another.
    """
    seeded = Seeded()
    async with database.session() as session:
        await (await session.connection()).execute(_ONE_SEEDER)
        await _teams(session, demo)
        await _site(session, demo)
        if not await policies.current(session):
            await policies.replace(session, ServicePolicy())
        if (await session.exec(select(ActionVersion.action_id).limit(1))).first() is None:
            await _actions(session)
        if not await agents.admins(session):
            seeded.admin = await _agent(
                session, admin_email or ADMIN_EMAIL, "Admin", "admin", "support", admin_password
            )
        if demo:
            for email, name, team in _DEMO_AGENTS:
                if await agents.by_email(session, email) is None:
                    seeded.agents.append(await _agent(session, email, name, "agent", team))
            await _demo_content(session)
            await _demo_replies(session)
    return seeded


async def _teams(session: AsyncSession, demo: bool) -> None:
    if not await teams.everyone(session):
        await teams.save(session, Team(slug="support", name="Support", is_default=True))
    if demo and await teams.by_slug(session, "billing") is None:
        await teams.save(session, Team(slug="billing", name="Billing"))


async def _site(session: AsyncSession, demo: bool) -> None:
    known = await sites.everyone(session)
    if demo and not any(site.key == DEMO_SITE_KEY for site in known):
        look = {
            "color": "#2f6b4f",
            "greeting": "Hi! Ask anything about your plants, orders or subscription.",
            "suggestions": ["When will my box arrive?", "I want to cancel my subscription", "How do I skip a box?"],
        }
        await sites.save(session, Site(key=DEMO_SITE_KEY, name="Fern & Fig", identity_secret=new_token(), look=look))
    elif not known:
        await sites.save(session, Site(key=new_token()[:20], name="My site", identity_secret=new_token()))


async def _actions(session: AsyncSession) -> None:
    known = {team.slug for team in await teams.everyone(session)}
    for action in default_actions():
        # An action for a team that is not there goes to the default team.
        await actions.save(session, action if action.team in known else action.model_copy(update={"team": ""}))


async def _agent(session: AsyncSession, email: str, name: str, role: str, team: str, password: str = "") -> SignIn:
    password = password or new_password()
    known = await agents.by_email(session, email)
    agent = known or Agent(email=email.lower(), name=name)
    agent.role, agent.active, agent.password_hash = role, True, hash_password(password)
    await agents.add(session, agent, [team])
    return SignIn(agent.email, password)


async def _demo_content(session: AsyncSession) -> None:
    for page in pages():
        # The same page is the same source at every start.
        source_id = uuid5(NAMESPACE_URL, f"chatref-demo:{page.name}")
        if await sources.get(session, source_id) is not None:
            continue
        document = read_markdown(page.text, source_id=str(source_id), title=page.name)
        source = Source(id=source_id, kind="text", title=document.title)
        content = SourceContent(source_id=source_id, name=f"{page.name}.md", content=page.text.encode())
        await sources.add_read(session, source, content, document.passages)


async def _demo_replies(session: AsyncSession) -> None:
    """While there is none at all: the owner's own are not mixed with ours."""
    if await canned_replies.everyone(session):
        return
    known = {team.slug: team.id for team in await teams.everyone(session)}
    for reply in demo_replies():
        made = CannedReply(
            shortcut=reply.shortcut, title=reply.title, text=reply.text.strip(), team_id=known.get(reply.team)
        )
        await canned_replies.save(session, made)
