"""How the watchdog tells: by e-mail, to a Slack-compatible webhook, in its log. None needs Temporal or PostgreSQL."""

import logging
from abc import ABC, abstractmethod

import httpx

from chatref.mail import MailFailed, MailServer
from chatref.settings import WatchdogSettings
from chatref.watchdog.incidents import Notice, NoticeKind
from chatref.webhooks.payload import slack_text

log = logging.getLogger(__name__)

SEND_SECONDS = 20.0
JSON = {"content-type": "application/json"}


class NotTold(Exception):
    """The channel did not take it: it stays due. The message says why, without secrets."""


class Channel(ABC):
    """`name` is what is remembered of whom was told."""

    name: str

    @abstractmethod
    async def tell(self, notice: Notice) -> None:
        """Raises `NotTold`."""


class Log(Channel):
    name = "log"

    async def tell(self, notice: Notice) -> None:
        level = logging.INFO if notice.kind is NoticeKind.OVER else logging.ERROR
        log.log(level, "%s. %s", notice.subject, " ".join(notice.text.split()))


class Mail(Channel):
    name = "email"

    def __init__(self, server: MailServer, sender: str, recipients: list[str], installation: str) -> None:
        self._server = server
        self._sender = sender
        self._recipients = recipients
        self._installation = installation

    async def tell(self, notice: Notice) -> None:
        text = f"{notice.subject}.\n\n{notice.text}\n\nThe watchdog of {self._installation}\n"
        try:
            await self._server.send(self._sender, self._recipients, f"[Chatref] {notice.subject}", text)
        except MailFailed as error:
            raise NotTold(str(error)) from error


class Webhook(Channel):
    """Posts `{"text": …}`, as Slack, Mattermost, Rocket.Chat and others take it. Its address is a secret."""

    name = "webhook"

    def __init__(self, url: str, installation: str) -> None:
        self._url = url
        self._installation = installation

    async def tell(self, notice: Notice) -> None:
        text = f"*{notice.subject}*\n{notice.text}\n{self._installation}"
        try:
            async with httpx.AsyncClient(timeout=SEND_SECONDS) as http:
                answer = await http.post(self._url, content=slack_text(text), headers=JSON)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotTold(type(error).__name__) from error
        if not answer.is_success:
            raise NotTold(f"answered {answer.status_code}")


def channels(settings: WatchdogSettings) -> list[Channel]:
    """The log always, and what else is set."""
    found: list[Channel] = [Log()]
    recipients = [each.strip() for each in settings.watchdog_email.split(",") if each.strip()]
    if recipients and settings.mail_server is not None:
        found.append(Mail(settings.mail_server, settings.email_from, recipients, settings.public_url))
    if settings.watchdog_webhook is not None:
        found.append(Webhook(settings.watchdog_webhook.get_secret_value(), settings.public_url))
    if len(found) == 1:
        log.warning("nobody is told but this log: set CHATREF_WATCHDOG_EMAIL or CHATREF_WATCHDOG_WEBHOOK")
    return found
