"""From a telling to whoever is to hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chatref.alerting.alert import Alert
from chatref.alerting.channels import Channel, Hooks, not_mailed
from chatref.configuration import Configuration
from chatref.conversation.events import Person
from chatref.conversation.policy import WEBHOOK, Audience
from chatref.conversation.standing import Telling, Told
from chatref.mail import MailFailed, MailServer, domain_of
from chatref.reply_mail import reply_mail
from chatref.store import alerts, people
from chatref.store.database import Database
from chatref.thread_link import ThreadLinks

_OF_ONE = (Audience.OWNER, Audience.AGENT)


@dataclass(frozen=True)
class Postman:
    """How visitors are written to."""

    server: MailServer
    sender: str
    links: ThreadLinks


class Alerting:
    """`channels` by their names, but for webhooks. `public_url` is where agents reach the inbox."""

    def __init__(
        self,
        database: Database,
        configuration: Configuration,
        channels: Mapping[str, Channel],
        hooks: Hooks,
        postman: Postman | None,
        public_url: str,
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._channels = channels
        self._hooks = hooks
        self._postman = postman
        self._public_url = public_url.rstrip("/")

    async def tell(self, conversation_id: UUID, telling: Telling) -> Told:
        """Try once. Raises `TryAgain`, or `DatabaseUnavailable`."""
        if telling.audience is Audience.VISITOR:
            return await self._mail_answer(conversation_id, telling)
        alert = await self._alert(conversation_id, telling)
        if alert is None:
            return Told(False, why="the conversation is no more")
        if telling.channel.startswith(WEBHOOK):
            return await self._hooks.tell(telling.channel.removeprefix(WEBHOOK), alert)
        channel = self._channels.get(telling.channel)
        if channel is None:
            return Told(False, why="this channel is not set up")
        fallback = self._configuration.policy_of(telling.team).policy.fallback_team
        agent = UUID(telling.agent) if telling.agent else None
        colleagues = await people.of_audience(self._database, telling.audience, telling.team, fallback, agent)
        return await channel.tell(alert, colleagues)

    async def _alert(self, conversation_id: UUID, telling: Telling) -> Alert | None:
        subject = await alerts.subject(self._database, conversation_id)
        if subject is None:
            return None
        return Alert(
            id=telling.event_id,
            conversation_id=str(conversation_id),
            visitor=subject.visitor,
            team=telling.team,
            team_name=self._name_of(telling.team),
            audience=telling.audience,
            agent=Person(telling.agent, telling.agent_name) if telling.audience in _OF_ONE else None,
            step=telling.step,
            waiting_since=subject.waiting_since,
            handoff=subject.handoff,
            link=f"{self._public_url}/inbox/all/{conversation_id}",
        )

    def _name_of(self, team: str) -> str:
        """As the slug, where the team is no more or not known here yet."""
        return next((known.name for known in self._configuration.teams if known.slug == team), team)

    async def _mail_answer(self, conversation_id: UUID, telling: Telling) -> Told:
        """To the visitor, who was promised it."""
        if self._postman is None:
            return Told(False, why="no mail server is set up")
        answer = await alerts.answer(self._database, conversation_id, telling.event_id)
        if answer is None:
            return Told(False, why="the answer is no more")
        postman = self._postman
        mail = reply_mail(
            site=answer.site,
            author=answer.author,
            answer=answer.text,
            link=await postman.links.to(conversation_id),
            conversation_id=str(conversation_id),
            event_id=telling.event_id,
            domain=domain_of(postman.sender),
        )
        try:
            await postman.server.send(
                postman.sender,
                [telling.address],
                mail.subject,
                mail.text,
                html=mail.html,
                message_id=mail.message_id,
                in_reply_to=mail.in_reply_to,
            )
        except MailFailed as error:
            return not_mailed(error)
        return Told(True, 1)
