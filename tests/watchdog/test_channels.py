"""Telling, on real servers."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.mail import MailFailed, MailServer
from chatref.settings import WatchdogSettings
from chatref.watchdog.channels import Mail, NotTold, Webhook, channels
from chatref.watchdog.incidents import Incident, Notice, NoticeKind, Trouble
from tests.watchdog.receivers import board, mailbox

NOTICE = Notice(NoticeKind.BEGAN, Incident(Trouble.WORKERS, "nobody asks.", datetime(2026, 1, 5, 9, 0, tzinfo=UTC)))
OURS = "https://chat.example.com"


def mail(server: MailServer) -> Mail:
    return Mail(server, "chatref@example.com", ["boss@example.com", "second@example.com"], OURS)


async def test_an_email_says_what_since_when_and_where() -> None:
    async with mailbox() as box:
        await mail(MailServer.at(f"smtp://{LOOPBACK}:{box.port}")).tell(NOTICE)
    [message] = box.messages
    assert box.recipients == ["boss@example.com", "second@example.com"]
    assert message["Subject"] == "[Chatref] No worker is at work"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "Since 2026-01-05 09:00:00 UTC: nobody asks." in text
    assert OURS in text


async def test_a_mail_server_that_refuses_or_is_away_has_not_been_told() -> None:
    async with mailbox() as box:
        box.refuses = True
        with pytest.raises(NotTold, match="451"):
            await mail(MailServer.at(f"smtp://{LOOPBACK}:{box.port}")).tell(NOTICE)
    with pytest.raises(NotTold):
        await mail(MailServer.at(f"smtp://{LOOPBACK}:{free_ports(1)[0]}")).tell(NOTICE)


async def test_a_password_never_travels_in_the_clear() -> None:
    async with mailbox(auth_require_tls=False) as box:
        server = MailServer.at(f"smtp://ada:pa%3Ass@{LOOPBACK}:{box.port}")
        with pytest.raises(MailFailed):
            await server.send("a@example.com", ["b@example.com"], "subject", "text")
        assert (box.signed_in, box.messages) == ([], [])
    assert "pa:ss" not in repr(server)


async def test_a_webhook_gets_the_text_as_slack_takes_it() -> None:
    async with board() as hook:
        await Webhook(hook.url, OURS).tell(NOTICE)
    [post] = hook.posts
    assert list(post) == ["text"]
    assert post["text"].startswith("*No worker is at work*\nSince 2026-01-05")


@pytest.mark.parametrize(
    "status", [HTTPStatus.FOUND, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY]
)
async def test_a_webhook_that_answers_anything_but_success_has_not_been_told(status: HTTPStatus) -> None:
    async with board() as hook:
        hook.answers = [status]
        with pytest.raises(NotTold) as error:
            await Webhook(hook.url, OURS).tell(NOTICE)
    assert "secret-of-the-hook" not in str(error.value)


def read(**given: str) -> WatchdogSettings:
    """As from the environment, where everything is text."""
    return WatchdogSettings.model_validate({"database_url": "postgresql://nowhere/none"} | given)


async def test_settings_say_which_channels_there_are() -> None:
    def names(**given: str) -> list[str]:
        return [channel.name for channel in channels(read(**given))]

    assert names() == ["log"]
    assert names(watchdog_webhook="https://hooks.example.com/x") == ["log", "webhook"]
    assert names(watchdog_email="a@example.com, b@example.com", smtp_url="smtps://mail.example.com") == ["log", "email"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"watchdog_email": "a@example.com"}, "needs CHATREF_SMTP_URL"),
        ({"smtp_url": "mail.example.com"}, "smtp://user:password@host:587"),
        ({"watchdog_every": "0"}, "greater than"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(given: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read(**given)
