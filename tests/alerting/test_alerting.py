"""Alerts over real servers: who gets them, what they say, and what each answer of a receiver comes to."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.duty import ChannelActivities
from chatref.alerting.alerting import Alerting, Postman
from chatref.alerting.channels import Channel, Command, Hooks, Mail, Push, TryAgain
from chatref.configuration import Configuration
from chatref.conversation.hours import OfficeHours, Shift, Weekday
from chatref.conversation.policy import Audience, ServicePolicy
from chatref.conversation.standing import TeamQuestion, Telling, Told
from chatref.duty import Duty
from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.mail import MailServer
from chatref.push.pusher import Pusher
from chatref.push.vapid import Vapid
from chatref.store import agents, people, policies, push, teams, webhooks
from chatref.store.channels import Config
from chatref.store.database import Database
from chatref.store.tables import Agent, Conversation, EventRecord, PushSubscription, Site, Team, Visitor, Webhook
from chatref.thread_link import ThreadLinks
from chatref.webhooks.posting import Poster
from chatref.webhooks.signing import new_secret
from tests.push.browser import SubscribedBrowser
from tests.receiver import Answer, Receiver, receiver
from tests.watchdog.receivers import Mailbox, mailbox

SENDER = "Fern & Fig <chat@shop.example.com>"
HANDOFF = {
    "reason": "action",
    "evidence": "cancel my box",
    "message_id": "m1",
    "at": "2026-01-05T09:00:00Z",
    "action_id": "cancel",
    "action": "Cancel subscription",
    "action_version": 2,
    "summary": {
        "wants": ["cancel my <!channel> box, @Channel"],
        "tried": [],
        "details": [{"name": "account", "label": "Account ID", "value": "FF-204", "verified": True}],
    },
}


@dataclass
class Desk:
    """A conversation that waits, a team for it, and every way to tell that."""

    database: Database
    alerting: Alerting
    duty: Duty
    configuration: Configuration
    box: Mailbox
    hook: Receiver
    conversation_id: UUID
    team: list[Agent] = field(default_factory=list)

    async def tell(self, channel: str, audience: Audience = Audience.TEAM, step: int = 1, **more: Any) -> Told:
        telling = Telling(str(uuid4()), step, audience, channel, "billing", **more)
        return await self.alerting.tell(self.conversation_id, telling)

    async def webhook(self, kind: str = "standard") -> Webhook:
        webhook = Webhook(slug="ops", name="Ops", url=self.hook.url, format=kind, secret=new_secret())
        async with self.database.session() as session:
            await webhooks.save(session, webhook)
            session.expunge(webhook)
        return webhook

    async def stored_webhook(self) -> Webhook:
        async with self.database.session() as session:
            webhook = await webhooks.by_slug(session, "ops")
        assert webhook is not None
        return webhook


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(database_url)
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(mailbox())
        hook = await stack.enter_async_context(receiver())
        poster = Poster(allow_private=True, seconds=2)
        pusher = Pusher(Vapid.derived(b"s" * 32, "https://chat.example.com"), allow_private=True, seconds=2)
        stack.push_async_callback(database.close)
        stack.push_async_callback(poster.close)
        stack.push_async_callback(pusher.close)
        site = Site(key="k", name="Fern & Fig", identity_secret="s")
        visitor = Visitor(site_id=site.id, name="Mia")
        waiting = datetime.now(UTC) - timedelta(minutes=5)
        conversation = Conversation(
            site_id=site.id, visitor_id=visitor.id, team="billing", waiting_since=waiting, handoff=HANDOFF
        )
        people_here = [Agent(email=f"{name}@example.com", name=name) for name in ("ada", "bo", "sue")]
        people_here[2].role = "supervisor"
        async with database.session() as session:
            await teams.save(session, Team(slug="support", name="Support", is_default=True))
            await teams.save(session, Team(slug="billing", name="Billing"))
            session.add(site)
            await session.flush()
            session.add(visitor)
            await session.flush()
            session.add(conversation)
            for agent, team in zip(people_here, ("billing", "support", "support"), strict=True):
                await agents.add(session, agent, [team])
            await policies.replace(session, ServicePolicy())
            await session.flush()
            session.expunge_all()
        configuration = Configuration(database)
        await configuration.refresh(*Config)
        server = MailServer(LOOPBACK, box.port, tls=False)
        ways: dict[str, Channel] = {"email": Mail(server, SENDER), "push": Push(database, pusher)}
        postman = Postman(server, SENDER, ThreadLinks(database, "https://chat.example.com", b"k" * 32))
        alerting = Alerting(
            database, configuration, ways, Hooks(database, poster, pause=0.2), postman, "https://chat.example.com/"
        )
        duty = Duty(database, configuration, mail=True, command=False)
        yield Desk(database, alerting, duty, configuration, box, hook, conversation.id, people_here)


class TestMail:
    async def test_goes_to_the_audience_and_says_what_a_person_needs(self, desk: Desk) -> None:
        assert await desk.tell("email") == Told(True, 1)
        assert desk.box.recipients == ["ada@example.com"]
        [mail] = desk.box.messages
        assert mail["Subject"] == "Mia is waiting for 5 min (reminder 1)"
        body = mail.get_body()
        assert body is not None
        text = body.get_content()
        for part in (
            "Cancel subscription",
            "cancel my <!channel> box, @Channel",
            "Account ID: FF-204 (verified)",
            "Team: Billing",
        ):
            assert part in text
        assert f"https://chat.example.com/inbox/all/{desk.conversation_id}" in text

    @pytest.mark.parametrize(
        ("audience", "who"),
        [
            (Audience.EVERYBODY, ["ada", "bo", "sue"]),
            (Audience.SUPERVISORS, ["sue"]),
            (Audience.FALLBACK, ["bo", "sue"]),
        ],
    )
    async def test_reaches_wider_audiences(self, desk: Desk, audience: Audience, who: list[str]) -> None:
        assert await desk.tell("email", audience) == Told(True, len(who))
        assert desk.box.recipients == [f"{name}@example.com" for name in who]

    async def test_to_several_is_one_that_shows_none_of_them_who_the_others_are(self, desk: Desk) -> None:
        await desk.tell("email", Audience.EVERYBODY)
        [mail] = desk.box.messages
        assert mail["To"] == SENDER
        assert not any(agent.email in mail.as_string() for agent in desk.team)

    async def test_reaches_one_agent_alone(self, desk: Desk) -> None:
        await desk.tell("email", Audience.OWNER, agent=str(desk.team[1].id))
        assert desk.box.recipients == ["bo@example.com"]

    async def test_that_the_server_refuses_has_told_nobody(self, desk: Desk) -> None:
        desk.box.refuses = True
        with pytest.raises(TryAgain, match="451"):
            await desk.tell("email")

    async def test_that_the_server_refuses_for_good_has_told_nobody_and_is_not_tried_again(self, desk: Desk) -> None:
        desk.box.unknown = {"ada@example.com"}
        told = await desk.tell("email")
        assert told == Told(False, why="the mail server did not take it (SMTPRecipientsRefused 550)")
        assert (await desk.tell("email", Audience.EVERYBODY)).recipients == 2, "the others"

    async def test_says_whatever_name_the_visitor_gave(self, desk: Desk) -> None:
        async with desk.database.driver() as connection:
            await connection.execute("update visitors set name = $1", "Mia\r\nBcc: all@example.com\n")
        assert (await desk.tell("email")).delivered
        [mail] = desk.box.messages
        assert mail["Subject"] == "Mia Bcc: all@example.com is waiting for 5 min (reminder 1)"
        assert mail["Bcc"] is None
        assert desk.box.recipients == ["ada@example.com"]

    async def test_to_a_team_without_people_has_told_nobody(self, desk: Desk) -> None:
        async with desk.database.session() as session:
            await agents.set_teams(session, desk.team[0].id, [])
        assert await desk.tell("email") == Told(False, why="nobody is in this team")

    async def test_without_supervisors_admins_are_called(self, desk: Desk) -> None:
        async with desk.database.driver() as connection:
            await connection.execute("update agents set role = 'admin' where email = 'bo@example.com'")
            await connection.execute("update agents set role = 'agent' where email = 'sue@example.com'")
        await desk.tell("email", Audience.SUPERVISORS)
        assert desk.box.recipients == ["bo@example.com"]


class TestTheAnswerByMail:
    async def test_reaches_the_visitor_with_a_link_into_the_thread(self, desk: Desk) -> None:
        event = EventRecord(
            conversation_id=desk.conversation_id,
            seq=1,
            id="r1",
            type="message",
            at=datetime.now(UTC),
            author_kind="agent",
            author_name="Ada",
            text="It is cancelled.",
            public=True,
        )
        async with desk.database.session() as session:
            session.add(event)
        telling = Telling("r1", 0, Audience.VISITOR, "email", "billing", address="mia@example.com")
        assert await desk.alerting.tell(desk.conversation_id, telling) == Told(True, 1)
        [mail] = desk.box.messages
        assert (desk.box.recipients, mail["Subject"]) == (["mia@example.com"], "Your chat with Fern & Fig")
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "It is cancelled." in text
        assert "https://chat.example.com/chat#" in text

    async def test_that_is_no_more_is_not_sent(self, desk: Desk) -> None:
        telling = Telling("r9", 0, Audience.VISITOR, "email", "billing", address="mia@example.com")
        assert await desk.alerting.tell(desk.conversation_id, telling) == Told(False, why="the answer is no more")


class TestSignedWebhooks:
    async def test_are_told_what_the_standard_verifies(self, desk: Desk) -> None:
        webhook = await desk.webhook()
        assert await desk.tell("webhook:ops") == Told(True, 1)
        [post] = desk.hook.posts
        notice = post.verified(webhook.secret)
        assert notice["type"] == "wait.alert"
        assert notice["data"]["handoff"]["action"] == "Cancel subscription"
        assert (notice["data"]["team"], notice["data"]["step"]) == ("billing", 1)
        assert (notice["data"]["audience"], notice["data"]["agent"]) == ("team", None)
        assert "secret" not in json.dumps(notice)

    async def test_are_told_which_agent_is_meant(self, desk: Desk) -> None:
        webhook = await desk.webhook()
        await desk.tell("webhook:ops", Audience.AGENT, agent=str(desk.team[0].id), agent_name="Ada Palmer")
        said = desk.hook.posts[0].verified(webhook.secret)["data"]
        assert (said["audience"], said["agent"]) == ("agent", {"id": str(desk.team[0].id), "name": "Ada Palmer"})

    @pytest.mark.parametrize("status", [429, 500, 404])
    async def test_are_tried_again_when_the_receiver_would_not_have_it(self, desk: Desk, status: int) -> None:
        await desk.webhook()
        desk.hook.otherwise = Answer(status, {"Retry-After": "7"})
        with pytest.raises(TryAgain, match=str(status)) as error:
            await desk.tell("webhook:ops")
        assert error.value.after == timedelta(seconds=7)

    async def test_that_say_when_they_may_be_tried_again_are_tried_again_then(self, desk: Desk) -> None:
        await desk.webhook()
        desk.hook.otherwise = Answer(429, {"Retry-After": "30"})
        telling = Telling(str(uuid4()), 1, Audience.TEAM, "webhook:ops", "billing")
        activity = ChannelActivities(desk.alerting)
        with pytest.raises(ApplicationError, match="answered 429") as refused:
            await ActivityEnvironment().run(activity.tell, str(desk.conversation_id), telling)
        assert refused.value.next_retry_delay == timedelta(seconds=30)

    async def test_that_are_slow_have_told_nobody(self, desk: Desk) -> None:
        await desk.webhook()
        desk.hook.otherwise = Answer(gate=asyncio.Event())
        with pytest.raises(TryAgain, match="longer than 2 seconds"):
            await desk.tell("webhook:ops")

    async def test_that_are_down_have_told_nobody(self, desk: Desk) -> None:
        desk.hook.url = f"http://{LOOPBACK}:{free_ports(1)[0]}/hook"
        await desk.webhook()
        with pytest.raises(TryAgain, match="cannot be reached"):
            await desk.tell("webhook:ops")

    async def test_that_are_gone_are_switched_off(self, desk: Desk) -> None:
        await desk.webhook()
        desk.hook.otherwise = Answer(410)
        told = await desk.tell("webhook:ops")
        assert not told.delivered
        assert (await desk.stored_webhook()).enabled is False
        assert not (await desk.tell("webhook:ops")).delivered
        assert len(desk.hook.posts) == 1


class TestSlack:
    async def test_gets_a_burst_as_one_post_that_calls_no_whole_channel(self, desk: Desk) -> None:
        await desk.webhook("slack")
        told = await asyncio.gather(*(desk.tell("webhook:ops") for _ in range(5)))
        assert told == [Told(True, 1)] * 5
        [post] = desk.hook.posts
        text = json.loads(post.body)["text"]
        assert text.count("Mia is waiting for 5 min") == 5
        assert "<!channel>" not in text
        assert "@channel" not in text.casefold()
        assert "webhook-signature" not in post.headers

    async def test_tells_apart_what_is_said_of_one_chat(self, desk: Desk) -> None:
        await desk.webhook("slack")
        ada, bo, _ = (str(agent.id) for agent in desk.team)
        said = (
            (Audience.TEAM, 0, "", ""),
            (Audience.AGENT, 0, ada, "Ada Palmer"),
            (Audience.AGENT, 1, bo, "Bo Berg"),
            (Audience.TEAM, 1, "", ""),
            (Audience.EVERYBODY, 2, "", ""),
            (Audience.FALLBACK, 3, "", ""),
            (Audience.SUPERVISORS, 4, "", ""),
            (Audience.OWNER, 0, ada, "Ada Palmer"),
            (Audience.OWNER, 1, ada, "Ada Palmer"),
        )
        for audience, step, agent, name in said:
            await desk.tell("webhook:ops", audience, step, agent=agent, agent_name=name)
        texts = [json.loads(post.body)["text"] for post in desk.hook.posts]
        assert [text.split("\n")[0] for text in texts] == [
            "*Mia is waiting for 5 min*",
            "*Mia is waiting for 5 min (offered to Ada Palmer)*",
            "*Mia is waiting for 5 min (offered to Bo Berg)*",
            "*Mia is waiting for 5 min (reminder 1)*",
            "*Mia is waiting for 5 min (reminder 2, to everybody)*",
            "*Mia is waiting for 5 min (reminder 3, to the fallback team)*",
            "*Mia is waiting for 5 min (reminder 4, to the supervisors)*",
            "*Mia is waiting for 5 min (owned by Ada Palmer)*",
            "*Mia is waiting for 5 min (reminder 1, owned by Ada Palmer)*",
        ]
        assert all("Team: Billing" in text for text in texts)

    async def test_that_refuses_a_burst_has_told_none_of_it(self, desk: Desk) -> None:
        await desk.webhook("slack")
        desk.hook.otherwise = Answer(429, {"Retry-After": "3"})
        told = await asyncio.gather(*(desk.tell("webhook:ops") for _ in range(3)), return_exceptions=True)
        assert [getattr(each, "after", None) for each in told] == [timedelta(seconds=3)] * 3
        assert len(desk.hook.posts) == 1

    async def test_still_gets_what_others_wait_for_when_one_is_called_off(self, desk: Desk) -> None:
        await desk.webhook("slack")
        first, second = (asyncio.create_task(desk.tell("webhook:ops")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == Told(True, 1)


class TestPush:
    async def test_reaches_every_browser_and_forgets_those_that_are_gone(self, desk: Desk) -> None:
        browser = SubscribedBrowser()
        async with desk.database.session() as session:
            for path in ("/one", "/two"):
                given = browser.subscription(desk.hook.url + path)
                await push.add(
                    session,
                    PushSubscription(
                        agent_id=desk.team[0].id, endpoint=given.endpoint, p256dh=given.p256dh, auth=given.auth
                    ),
                )
        desk.hook.answers = [Answer(201), Answer(410)]
        assert await desk.tell("push") == Told(True, 1)
        said = browser.read(desk.hook.posts[0])
        assert (said["title"], said["body"]) == ("Mia is waiting for 5 min (reminder 1)", "Cancel subscription")
        assert said["url"] == f"https://chat.example.com/inbox/all/{desk.conversation_id}"
        async with desk.database.session() as session:
            assert await push.count(session, desk.team[0].id) == 1
        desk.hook.otherwise = Answer(500)
        with pytest.raises(TryAgain):
            await desk.tell("push")

    async def test_to_nobody_has_told_nobody(self, desk: Desk) -> None:
        assert (await desk.tell("push")).outcome == "nobody_there"


class TestACommand:
    async def test_gets_the_alert_on_its_standard_input(self, desk: Desk, tmp_path: Path) -> None:
        heard = tmp_path / "heard.json"
        script = tmp_path / "hook.py"
        script.write_text(f"import sys; open({str(heard)!r}, 'w').write(sys.stdin.read())\n")
        desk.alerting._channels = {"command": Command(f"{sys.executable} {script}")}
        assert await desk.tell("command") == Told(True, 1)
        said = json.loads(heard.read_text())
        assert (said["subject"], said["emails"]) == ("Mia is waiting for 5 min (reminder 1)", ["ada@example.com"])
        assert (said["team"], said["audience"], said["agent"], said["step"]) == ("billing", "team", None, 1)
        assert said["handoff"]["summary"]["details"][0]["value"] == "FF-204"

    async def test_that_fails_or_does_not_end_has_told_nobody(self, desk: Desk) -> None:
        desk.alerting._channels = {"command": Command(f"{sys.executable} -c 'raise SystemExit(3)'")}
        with pytest.raises(TryAgain, match="ended with 3"):
            await desk.tell("command")
        desk.alerting._channels = {"command": Command("sleep 600", seconds=0.3)}
        with pytest.raises(TryAgain, match="longer than"):
            await desk.tell("command")
        desk.alerting._channels = {"command": Command("/nowhere/at-all")}
        assert not (await desk.tell("command")).delivered


class TestWhoIsOnDuty:
    async def there(self, desk: Desk) -> dict[Audience, int]:
        return (await desk.duty.look(TeamQuestion("billing", 0))).there

    async def test_is_whoever_is_available_and_was_seen_within_a_minute(self, desk: Desk) -> None:
        assert (await self.there(desk))[Audience.TEAM] == 0
        ada = desk.team[0].id
        await people.seen(desk.database, ada)
        assert await self.there(desk) == {
            Audience.TEAM: 1,
            Audience.FALLBACK: 0,
            Audience.SUPERVISORS: 0,
            Audience.EVERYBODY: 1,
        }
        async with desk.database.session() as session:
            await agents.set_availability(session, ada, False)
        assert (await self.there(desk))[Audience.TEAM] == 0
        async with desk.database.session() as session:
            await agents.set_availability(session, ada, True)
        async with desk.database.driver() as connection:
            await connection.execute("update agents set seen_at = now() - interval '61 seconds'")
        assert (await self.there(desk))[Audience.TEAM] == 0, "a closed laptop does not sign off"

    async def test_is_not_known_without_the_database(self, desk: Desk) -> None:
        away = Duty(Database(f"postgresql://x@{LOOPBACK}:1/x"), desk.configuration, mail=True, command=False)
        standing = await away.look(TeamQuestion("billing", 0))
        assert (standing.there, standing.channels) == ({}, frozenset({"email"}))

    async def test_the_policy_is_the_teams_own_and_told_only_where_it_is_news(self, desk: Desk) -> None:
        own = ServicePolicy(first_response=timedelta(minutes=1))
        async with desk.database.session() as session:
            version = await policies.replace(session, own, "billing")
        await desk.configuration.refresh(Config.POLICY)
        assert (await desk.duty.look(TeamQuestion("billing", 0))).policy == own
        assert (await desk.duty.look(TeamQuestion("billing", version))).policy is None
        assert (await desk.duty.look(TeamQuestion("support", version))).policy == ServicePolicy()
        newer = await desk.duty.look(TeamQuestion("support", version + 1))
        assert newer.policy is None, "whoever knows a newer one keeps it"

    async def test_a_policy_that_is_removed_is_news_too(self, desk: Desk) -> None:
        async with desk.database.session() as session:
            version = await policies.replace(session, ServicePolicy(first_response=timedelta(minutes=1)), "billing")
            await policies.remove(session, "billing")
        await desk.configuration.refresh(Config.POLICY)
        assert (await desk.duty.look(TeamQuestion("billing", version))).policy == ServicePolicy()

    async def test_a_clock_that_is_behind_the_engines_goes_by_that(self, desk: Desk) -> None:
        hours = OfficeHours(
            time_zone="Europe/Berlin", shifts=(Shift(day=Weekday.MONDAY, opens="09:00", closes="17:00"),)
        )
        async with desk.database.session() as session:
            await policies.replace(session, ServicePolicy(office_hours=hours), "billing")
        await desk.configuration.refresh(Config.POLICY)
        opens = datetime(2026, 1, 5, 8, tzinfo=UTC)
        standing = await desk.duty.look(TeamQuestion("billing", 0, at=opens), opens - timedelta(seconds=3))
        assert standing.opens_at is None

    async def test_single_agents_are_known_where_they_are_asked_about(self, desk: Desk) -> None:
        ada, bo, _ = (str(agent.id) for agent in desk.team)
        await people.seen(desk.database, desk.team[0].id)
        standing = await desk.duty.look(TeamQuestion("billing", 0, agents=(ada, bo)))
        assert standing.agents == {ada: True, bo: False}
        assert standing.nobody_of(Audience.OWNER, bo)
        assert not standing.nobody_of(Audience.AGENT, ada)
        assert not standing.nobody_of(Audience.OWNER, "somebody not asked about")

    async def test_hours_are_told_by_the_visitors_clock(self, desk: Desk) -> None:
        hours = OfficeHours(
            time_zone="Europe/Berlin", shifts=(Shift(day=Weekday.MONDAY, opens="09:00", closes="17:00"),)
        )
        async with desk.database.session() as session:
            await policies.replace(session, ServicePolicy(office_hours=hours), "billing")
        await desk.configuration.refresh(Config.POLICY)
        sunday = datetime(2026, 1, 4, 12, tzinfo=UTC)
        standing = await desk.duty.look(TeamQuestion("billing", 0, "America/New_York"), sunday)
        assert standing.opens_at == datetime(2026, 1, 5, 8, tzinfo=UTC)
        assert standing.opens_words == "tomorrow at 03:00"
        at_noon = await desk.duty.look(TeamQuestion("billing", 0), sunday + timedelta(days=1))
        assert (at_noon.opens_at, at_noon.closes_at) == (None, datetime(2026, 1, 5, 16, tzinfo=UTC))

    async def test_only_channels_that_are_set_up_count(self, desk: Desk) -> None:
        assert (await desk.duty.look(TeamQuestion("billing", 0))).channels == frozenset({"email"})
        await desk.webhook()
        assert (await desk.duty.look(TeamQuestion("billing", 0))).channels == frozenset({"email"}), "nobody names it"

    async def test_a_webhook_that_the_policy_names_counts_though_it_was_switched_off(self, desk: Desk) -> None:
        webhook = await desk.webhook()
        async with desk.database.session() as session:
            await policies.replace(session, ServicePolicy(at_once=("webhook:ops",)), "billing")
            await webhooks.stop(session, webhook.id, "gone")
        await desk.configuration.refresh(Config.POLICY)
        assert (await desk.duty.look(TeamQuestion("billing", 0))).channels == frozenset({"email", "webhook:ops"})
        told = await desk.tell("webhook:ops")
        assert told == Told(False, why="the webhook is switched off or no more")
