"""The channels: each tells somebody once, and says what came of it."""

import asyncio
import json
import logging
import shlex
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chatref.alerting.alert import Alert
from chatref.conversation.standing import Told
from chatref.mail import MailFailed, MailServer
from chatref.push.pusher import Pusher, PushVerdict
from chatref.store import push, webhooks
from chatref.store.database import Database
from chatref.store.people import Colleague
from chatref.store.tables import Webhook
from chatref.webhooks.payload import slack_alerts, wait_alert
from chatref.webhooks.posting import Posted, Poster, Verdict
from chatref.webhooks.signing import keys_of, signed_headers

logger = logging.getLogger(__name__)

COMMAND_SECONDS = 20.0
PUSH_KEPT_FOR = timedelta(minutes=10)
COALESCED_FOR = 1.0
"""Seconds in which alerts for one Slack channel become one post."""
COALESCED_AT_MOST = 20


class TryAgain(Exception):
    """Nobody was told, but may be on another attempt; not before `after`, where the receiver said so."""

    def __init__(self, why: str, after: timedelta | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after = after


def not_mailed(error: MailFailed) -> Told:
    """What a mail that the server did not take comes to. Raises `TryAgain` where it may take it another time."""
    why = f"the mail server did not take it ({error})"
    if error.for_good:
        return Told(False, why=why)
    raise TryAgain(why) from error


class Channel(ABC):
    @abstractmethod
    async def tell(self, alert: Alert, colleagues: Sequence[Colleague]) -> Told:
        """Raises `TryAgain`."""


class Mail(Channel):
    """One e-mail to all who are meant: what the server has taken is then one answer for all of them."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def tell(self, alert: Alert, colleagues: Sequence[Colleague]) -> Told:
        if not colleagues:
            return Told(False, why="nobody is in this team")
        now = datetime.now(UTC)
        addresses = [colleague.email for colleague in colleagues]
        try:
            taken = await self._server.send(self._sender, addresses, alert.subject(now), alert.text(now))
        except MailFailed as error:
            return not_mailed(error)
        return Told(True, taken)


class Push(Channel):
    """To every browser of those who are meant."""

    def __init__(self, database: Database, pusher: Pusher) -> None:
        self._database = database
        self._pusher = pusher

    async def tell(self, alert: Alert, colleagues: Sequence[Colleague]) -> Told:
        async with self._database.session() as session:
            browsers = await push.of_agents(session, [colleague.id for colleague in colleagues])
        if not browsers:
            return Told(False, why="nobody of them has a browser that takes pushes", nobody=True)
        now = datetime.now(UTC)
        pushed = await asyncio.gather(
            *(
                self._pusher.push(
                    browser,
                    {
                        "title": alert.subject(now),
                        "body": alert.why,
                        "url": alert.link,
                        "tag": alert.conversation_id,
                        "conversation_id": alert.conversation_id,
                    },
                    ttl=PUSH_KEPT_FOR,
                    topic=alert.conversation_id,
                )
                for browser in browsers
            )
        )
        gone = [browser.id for browser, each in zip(browsers, pushed, strict=True) if each.verdict is PushVerdict.GONE]
        if gone:
            async with self._database.session() as session:
                for browser_id in gone:
                    await push.remove(session, browser_id)
        if delivered := sum(each.verdict is PushVerdict.DELIVERED for each in pushed):
            return Told(True, delivered)
        for each in pushed:
            if each.verdict in (PushVerdict.LATER, PushVerdict.FAILED):
                raise TryAgain(each.outcome, each.retry_after)
        return Told(False, why=pushed[0].outcome)


class Command(Channel):
    """Runs a command of the operator's, with the alert as JSON on its standard input. It has told if it ends with 0."""

    def __init__(self, command: str, seconds: float = COMMAND_SECONDS) -> None:
        self._arguments = shlex.split(command)
        self._seconds = seconds

    async def tell(self, alert: Alert, colleagues: Sequence[Colleague]) -> Told:
        told = alert.data | {
            "id": alert.id,
            "subject": alert.subject(datetime.now(UTC)),
            "handoff": asdict(alert.handoff) if alert.handoff else None,
            "emails": [colleague.email for colleague in colleagues],
        }
        try:
            process = await asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            return Told(False, why=f"the command could not be run ({type(error).__name__})")
        try:
            await asyncio.wait_for(process.communicate(json.dumps(told, default=str).encode()), self._seconds)
        except TimeoutError:
            raise TryAgain(f"the command took longer than {self._seconds:g} seconds") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise TryAgain(f"the command ended with {process.returncode}")
        return Told(True, 1)


class Hooks:
    """Webhooks, by their slug: signed notices, or what Slack takes, of which a burst becomes one post."""

    def __init__(self, database: Database, poster: Poster, pause: float = COALESCED_FOR) -> None:
        self._database = database
        self._poster = poster
        self._pause = pause
        self._gathering: dict[UUID, tuple[list[Alert], asyncio.Task[Posted]]] = {}

    async def tell(self, slug: str, alert: Alert) -> Told:
        """Raises `TryAgain`."""
        async with self._database.session() as session:
            webhook = await webhooks.by_slug(session, slug)
        if webhook is None or not webhook.enabled:
            return Told(False, why="the webhook is switched off or no more")
        posted = await (self._gathered(webhook, alert) if webhook.format == "slack" else self._signed(webhook, alert))
        match posted.verdict:
            case Verdict.DELIVERED:
                return Told(True, 1)
            case Verdict.GONE:
                async with self._database.session() as session:
                    await webhooks.stop(session, webhook.id, posted.verdict)
                return Told(False, why=posted.outcome)
            case Verdict.FAILED:
                raise TryAgain(posted.outcome, posted.retry_after)

    async def _signed(self, webhook: Webhook, alert: Alert) -> Posted:
        now = datetime.now(UTC)
        body = wait_alert(alert, now)
        return await self._poster.post(webhook.url, body, signed_headers(alert.id, body, keys_of(webhook, now), now))

    async def _gathered(self, webhook: Webhook, alert: Alert) -> Posted:
        """With all others for the same channel that come within a moment. Each hears what came of the one post."""
        alerts, posting = self._gathering.get(webhook.id, ([], None))
        if posting is None or len(alerts) >= COALESCED_AT_MOST:
            alerts = []
            posting = asyncio.create_task(self._post_together(webhook, alerts))
            self._gathering[webhook.id] = (alerts, posting)
        alerts.append(alert)
        # One that is called off must not take the others with it.
        return await asyncio.shield(posting)

    async def _post_together(self, webhook: Webhook, alerts: list[Alert]) -> Posted:
        await asyncio.sleep(self._pause)
        if self._gathering.get(webhook.id, ([], None))[0] is alerts:
            del self._gathering[webhook.id]
        return await self._poster.post(webhook.url, slack_alerts(alerts, datetime.now(UTC)), {})
