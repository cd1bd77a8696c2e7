"""The roster over a real database: who is offered what, and whose chats are taken back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chatref.configuration import Configuration
from chatref.conversation.events import Person
from chatref.conversation.hours import OfficeHours, Shift, Weekday
from chatref.conversation.policy import ServicePolicy
from chatref.engine import Dispatch, EngineUnavailable
from chatref.roster import Roster
from chatref.store import agents, people, policies, roster, teams
from chatref.store.channels import Config
from chatref.store.database import Database
from chatref.store.tables import Agent, Conversation, EventRecord, Site, Team, Visitor

CLOSED = OfficeHours(
    time_zone="UTC",
    shifts=tuple(
        Shift(day=day, opens="09:00", closes="17:00")
        for day in Weekday
        if day not in (list(Weekday)[(datetime.now(UTC) + timedelta(days=n)).weekday()] for n in (-1, 0, 1))
    ),
)


@dataclass
class Heard(Dispatch):
    """Instead of conversations: what they would have heard."""

    offers: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False
    sick: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)

    async def offer(self, conversation_id: str, to: Person) -> None:
        self._check(conversation_id)
        self.offers.append((conversation_id, to.name))

    async def owner_left(self, conversation_id: str, agent_id: str) -> None:
        self._check(conversation_id)
        self.left.append((conversation_id, agent_id))

    def _check(self, conversation_id: str) -> None:
        self.tried.append(conversation_id)
        if self.down or conversation_id in self.sick:
            raise EngineUnavailable("no Temporal")


@dataclass
class Hall:
    """A team of two for billing, one for support, and chats that the test makes."""

    database: Database
    configuration: Configuration
    heard: Heard
    roster: Roster
    site: Site
    ids: dict[str, UUID]

    async def waits(self, minutes: float, team: str = "billing") -> str:
        """A chat that has been waiting so long."""
        return await self._chat(state="escalated", team=team, waiting_since=_before(minutes=minutes))

    async def owned(self, name: str, *, waits: bool = True, seconds_ago: float = 120) -> str:
        """A chat that this agent took so long ago."""
        since = _before(minutes=1) if waits else None
        chat = await self._chat(state="human_owned", team="billing", waiting_since=since, owner_id=self.ids[name])
        async with self.database.session() as session:
            session.add(
                EventRecord(
                    conversation_id=UUID(chat),
                    seq=1,
                    id="taken",
                    type="transition",
                    at=_before(seconds=seconds_ago),
                    author_kind="agent",
                    author_id=str(self.ids[name]),
                    data={"to": "human_owned"},
                )
            )
        return chat

    async def _chat(self, **more: Any) -> str:
        visitor = Visitor(site_id=self.site.id)
        chat = Conversation(site_id=self.site.id, visitor_id=visitor.id, **more)
        async with self.database.session() as session:
            session.add(visitor)
            await session.flush()
            session.add(chat)
        return str(chat.id)

    async def come(self, *names: str) -> None:
        """Their inboxes open, one after the other."""
        for name in names:
            await people.seen(self.database, self.ids[name])

    async def run(self, sql: str, *arguments: object) -> None:
        async with self.database.driver() as connection:
            await connection.execute(sql, *arguments)

    async def look(self) -> list[tuple[str, str]]:
        """What is offered at this look."""
        before = len(self.heard.offers)
        await self.roster.look()
        return self.heard.offers[before:]

    async def offers_run_out(self) -> None:
        await self.run("update offers set until = now()")


@pytest.fixture
async def hall(database_url: str) -> AsyncIterator[Hall]:
    database = Database(database_url)
    site = Site(key="k", name="Fern & Fig", identity_secret="s")
    here = {name: Agent(email=f"{name}@example.com", name=name) for name in ("ada", "bo", "sue")}
    async with database.session() as session:
        await teams.save(session, Team(slug="support", name="Support", is_default=True))
        await teams.save(session, Team(slug="billing", name="Billing"))
        session.add(site)
        for name, agent in here.items():
            await agents.add(session, agent, ["support" if name == "sue" else "billing"])
        await policies.replace(session, ServicePolicy())
        session.expunge_all()
    configuration = Configuration(database)
    await configuration.refresh(*Config)
    heard = Heard()
    ids = {name: agent.id for name, agent in here.items()}
    yield Hall(database, configuration, heard, Roster(database, configuration, heard), site, ids)
    await database.close()


def _before(*, minutes: float = 0, seconds: float = 0) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes, seconds=seconds)


class TestOffers:
    async def test_go_first_in_first_out_to_whoever_came_first(self, hall: Hall) -> None:
        late, early, other = await hall.waits(1), await hall.waits(5), await hall.waits(9, "support")
        assert await hall.look() == [], "nobody is there"
        await hall.come("bo", "ada")
        assert await hall.look() == [(early, "bo"), (late, "ada")]
        assert await hall.look() == [], "they have not answered yet"
        await hall.come("sue")
        assert await hall.look() == [(other, "sue")]

    async def test_go_on_to_the_next_who_has_not_been_asked(self, hall: Hall) -> None:
        chat = await hall.waits(5)
        await hall.come("ada", "bo")
        assert await hall.look() == [(chat, "ada")]
        await hall.offers_run_out()
        assert await hall.look() == [(chat, "bo")]
        await hall.offers_run_out()
        assert await hall.look() == [], "both have been asked"
        await hall.run("update offers set at = at - interval '11 minutes'")
        assert await hall.look() == [(chat, "ada")], "it is long ago"

    async def test_do_not_wait_for_who_has_gone(self, hall: Hall) -> None:
        chat = await hall.waits(5)
        await hall.come("ada", "bo")
        assert await hall.look() == [(chat, "ada")]
        await hall.run("update agents set seen_at = now() - interval '61 seconds' where name = 'ada'")
        assert await hall.look() == [(chat, "bo")]

    async def test_follow_the_room_that_somebody_has(self, hall: Hall) -> None:
        await hall.run("update agents set chat_limit = 1 where name = 'ada'")
        await hall.come("ada")
        mine = await hall.owned("ada", waits=False, seconds_ago=0)
        first, second = await hall.waits(5), await hall.waits(1)
        assert await hall.look() == [], "she has as many as she takes"
        await hall.run("update conversations set state = 'resolved', owner_id = null where id = $1::text::uuid", mine)
        assert await hall.look() == [(first, "ada")], "what waits longest gets what has become free"
        await hall.run(
            "update conversations set state = 'human_owned', owner_id = $2 where id = $1::text::uuid",
            first,
            hall.ids["ada"],
        )
        assert await hall.look() == [], second
        await hall.run("update agents set chat_limit = 2 where name = 'ada'")
        assert await hall.look() == [(second, "ada")]

    async def test_pass_over_who_has_just_taken_or_given_back_a_chat(self, hall: Hall) -> None:
        await hall.come("ada", "bo")
        await hall.owned("ada", waits=False, seconds_ago=-1)
        chat = await hall.waits(1)
        assert await hall.look() == [(chat, "bo")], "though Ada came before Bo"

    async def test_are_not_for_who_is_not_available_or_not_there(self, hall: Hall) -> None:
        await hall.waits(5)
        await hall.come("ada", "bo")
        async with hall.database.session() as session:
            await agents.set_availability(session, hall.ids["ada"], False)
        await hall.run("update agents set seen_at = now() - interval '61 seconds' where name = 'bo'")
        assert await hall.look() == []

    async def test_begin_anew_for_who_comes_back(self, hall: Hall) -> None:
        chat = await hall.waits(5)
        await hall.come("ada", "bo")
        async with hall.database.session() as session:
            await agents.set_availability(session, hall.ids["ada"], False)
        async with hall.database.session() as session:
            await agents.set_availability(session, hall.ids["ada"], True)
        assert await hall.look() == [(chat, "bo")], "who has just come was not free for longest"

    async def test_rest_while_the_team_is_closed(self, hall: Hall) -> None:
        await hall.waits(5)
        await hall.come("ada")
        async with hall.database.session() as session:
            await policies.replace(session, ServicePolicy(office_hours=CLOSED))
        await hall.configuration.refresh(Config.POLICY)
        assert await hall.look() == []

    async def test_that_could_not_be_made_are_made_later(self, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chatref.roster.LEFT_ALONE_FOR", timedelta(0))
        chats = [await hall.waits(minutes, team) for minutes, team in ((5, "billing"), (4, "billing"), (3, "support"))]
        await hall.come("ada", "bo", "sue")
        hall.heard.down = True
        with pytest.raises(EngineUnavailable):
            await hall.look()
        hall.heard.down = False
        assert await hall.look() == list(zip(chats, ("ada", "bo", "sue"), strict=True))

    async def test_go_on_past_however_many_chats_that_cannot_be_told(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hall.heard.sick = {await hall.waits(minutes, "support") for minutes in (9, 8, 7, 6)}
        chat = await hall.waits(3)
        await hall.come("ada", "sue")
        assert await hall.look() == [(chat, "ada")]

    async def test_go_on_past_a_chat_that_cannot_be_told(self, hall: Hall) -> None:
        first, sick, third = [await hall.waits(minutes) for minutes in (9, 5, 3)]
        await hall.come("ada", "bo")
        hall.heard.sick.add(sick)
        assert await hall.look() == [(first, "ada")]
        assert await hall.look() == [(third, "bo")], "whoever could not be offered the sick one is free"
        assert await hall.look() == []
        assert hall.heard.tried == [first, sick, third]

    async def test_are_made_by_one_process_at_a_time(self, hall: Hall) -> None:
        await hall.waits(5)
        await hall.come("ada")
        async with roster.floor(hall.database) as floor:
            assert floor is not None
            assert await hall.look() == []
        assert len(await hall.look()) == 1


class TestWhoHasLeft:
    async def test_gives_back_the_chats_in_which_a_visitor_waits(self, hall: Hall) -> None:
        await hall.come("ada")
        waiting = await hall.owned("ada", seconds_ago=-1)
        await hall.owned("ada", waits=False, seconds_ago=-1)
        await hall.look()
        assert hall.heard.left == [], "she is there"
        await hall.run("update agents set seen_at = now() - interval '61 seconds', here_since = now()")
        await hall.run("update events set at = at - interval '61 seconds'")
        await hall.look()
        assert hall.heard.left == [(waiting, str(hall.ids["ada"]))]
        await hall.look()
        assert len(hall.heard.left) == 1, "said once"

    async def test_keeps_them_at_the_desk_though_they_take_no_new_ones(self, hall: Hall) -> None:
        await hall.come("ada")
        await hall.owned("ada", seconds_ago=-1)
        async with hall.database.session() as session:
            await agents.set_availability(session, hall.ids["ada"], False)
        await hall.look()
        assert hall.heard.left == []

    async def test_is_never_a_program_whose_inbox_was_never_open(self, hall: Hall) -> None:
        await hall.owned("ada")
        await hall.run("update agents set seen_at = now() - interval '1 day' where name = 'bo'")
        await hall.owned("bo")
        await hall.look()
        assert hall.heard.left == []

    async def test_is_said_again_for_a_later_wait(self, hall: Hall) -> None:
        await hall.come("ada")
        chat = await hall.owned("ada", seconds_ago=-1)
        await hall.run("update agents set seen_at = now() - interval '61 seconds'")
        await hall.run("update events set at = at - interval '61 seconds'")
        await hall.look()
        await hall.run("update conversations set waiting_since = now()")
        await hall.look()
        assert [conversation for conversation, _ in hall.heard.left] == [chat, chat]
