"""What a new installation starts with."""

import asyncio

from chatref.canned_replies import check_variables
from chatref.credentials import password_fits
from chatref.store import actions, agents, canned_replies, policies, sites, sources, teams
from chatref.store.database import Database
from chatref.store.seed import DEMO_SITE_KEY, seed
from chatref.store.tables import CannedReply


async def test_a_first_start_has_what_a_chat_needs(database: Database) -> None:
    seeded = await seed(database, demo=False)
    assert seeded.admin is not None
    async with database.session() as session:
        assert [team.slug for team in await teams.everyone(session) if team.is_default] == ["support"]
        assert [site.key == DEMO_SITE_KEY for site in await sites.everyone(session)] == [False]
        assert await policies.current(session)
        assert {action.kind for action in await actions.latest(session)} >= {"cancellation", "refund", "human_request"}
        admin = await agents.by_email(session, seeded.admin.email)
        assert admin is not None
        assert admin.role == "admin"
        assert password_fits(seeded.admin.password, admin.password_hash)
        assert await sources.everyone(session) == []
        assert await canned_replies.everyone(session) == []


async def test_the_given_admin_is_taken(database: Database) -> None:
    seeded = await seed(database, demo=False, admin_email="Owner@Example.com", admin_password="a long password")
    assert seeded.admin is not None
    assert (seeded.admin.email, seeded.admin.password) == ("owner@example.com", "a long password")


async def test_the_demo_has_its_own_site_agents_and_content(database: Database) -> None:
    seeded = await seed(database, demo=True)
    assert len(seeded.agents) == 2
    async with database.session() as session:
        assert [site.key for site in await sites.everyone(session)] == [DEMO_SITE_KEY]
        assert {team.slug for team in await teams.everyone(session)} == {"support", "billing"}
        content = await sources.everyone(session)
        assert content
        assert {passage.source_id for passage in await sources.passages(session)} == {str(each.id) for each in content}
        replies = await canned_replies.everyone(session)
        assert [(reply.shortcut, team) for reply, team in replies] == [
            ("anything-else", ""),
            ("hello", ""),
            ("photo-please", ""),
            ("refund-sent", "billing"),
        ]
        for reply, _ in replies:
            check_variables(reply.text)


async def test_the_demos_canned_replies_are_not_mixed_with_the_owners(database: Database) -> None:
    async with database.session() as session:
        await canned_replies.save(session, CannedReply(shortcut="mine", title="Mine", text="Hello"))
    await seed(database, demo=True)
    async with database.session() as session:
        assert [reply.shortcut for reply, _ in await canned_replies.everyone(session)] == ["mine"]


async def test_starting_again_changes_nothing(database: Database) -> None:
    await asyncio.gather(seed(database, demo=True), seed(database, demo=True))
    async with database.session() as session:
        before = [await actions.latest(session), await agents.everybody(session), await sources.passages(session)]
    again = await seed(database, demo=True)
    assert again.admin is None
    assert again.agents == []
    async with database.session() as session:
        after = [await actions.latest(session), await agents.everybody(session), await sources.passages(session)]
    assert after == before
