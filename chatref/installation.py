"""Making and mending an installation: schema, first contents, Temporal's search attributes, agents by command."""

from collections.abc import Iterable, Sequence

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client

from chatref.conversation.action_plan import ActionPlan
from chatref.conversation.actions import CustomAction
from chatref.credentials import hash_password, new_password, new_token, token_hash
from chatref.store import actions, agents, conversations, teams
from chatref.store.database import Database
from chatref.store.migrations import upgrade
from chatref.store.seed import Seeded, SignIn, seed
from chatref.store.tables import Agent


class UnknownAgent(Exception):
    """An agent was named who is not there."""


class UnknownTeam(Exception):
    """A team was named that is not there."""


async def prepare_database(url: str, *, demo: bool = False, admin_email: str = "", admin_password: str = "") -> Seeded:
    """The newest schema and what every installation has. Changes nothing that is there already."""
    await upgrade(url)
    database = Database(url)
    try:
        await conversations.renumber_restored(database)
        return await seed(database, demo=demo, admin_email=admin_email, admin_password=admin_password)
    finally:
        await database.close()


async def prepare_temporal(client: Client, keywords: Iterable[str]) -> list[str]:
    """Register the search attributes that are missing, and say which those were.

    Raises `RPCError` where the server leaves that to its own tools, as Temporal Cloud does.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = [name for name in keywords if name not in listed.custom_attributes]
    if missing:
        kinds = dict.fromkeys(missing, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
        )
    return missing


async def add_or_change_agent(
    database_url: str,
    email: str,
    *,
    name: str = "",
    role: str | None = None,
    password: str = "",
    team_slugs: Sequence[str] | None = None,
    chat_limit: int | None = None,
) -> SignIn:
    """A new agent; or a new password for one who is there, and what else is given. Earlier sessions end."""
    password = password or new_password()
    database = Database(database_url)
    try:
        async with database.session() as session:
            unknown = await teams.missing(session, team_slugs or [])
            if unknown:
                raise UnknownTeam(f"There is no team {', '.join(sorted(unknown))}.")
            agent = await agents.by_email(session, email)
            if agent is None:
                agent = Agent(email=email.lower(), name=name or email.split("@")[0], role=role or "agent")
                team_slugs = team_slugs or [team.slug for team in await teams.everyone(session) if team.is_default]
            agent.name, agent.role, agent.active = name or agent.name, role or agent.role, True
            agent.chat_limit = chat_limit or agent.chat_limit
            agent.password_hash = hash_password(password)
            session.add(agent)
            await session.flush()
            if team_slugs:
                await agents.set_teams(session, agent.id, team_slugs)
            await agents.end_sessions(session, agent.id)
        return SignIn(agent.email, password)
    finally:
        await database.close()


async def make_api_key(database_url: str, email: str, name: str) -> str:
    """A key for a program that acts as this agent; only its hash is kept. Raises `UnknownAgent`."""
    key = new_token()
    database = Database(database_url)
    try:
        async with database.session() as session:
            agent = await agents.by_email(session, email)
            if agent is None or not agent.active:
                raise UnknownAgent(f"There is no agent {email}.")
            await agents.add_key(session, agent.id, name, token_hash(key))
        return key
    finally:
        await database.close()


async def plan_actions(database_url: str, wanted: Sequence[CustomAction]) -> ActionPlan:
    """What making these the custom actions would change. Raises `ActionFileInvalid`."""
    database = Database(database_url)
    try:
        async with database.session() as session:
            return await actions.planned(session, wanted)
    finally:
        await database.close()


async def apply_actions(database_url: str, wanted: Sequence[CustomAction], basis: str) -> ActionPlan:
    """Make these the custom actions; whatever runs takes them up at once. Raises `PlanOutdated`."""
    database = Database(database_url)
    try:
        async with database.session() as session:
            return await actions.apply(session, wanted, basis)
    finally:
        await database.close()
