"""An answer goes out by e-mail, to a real server."""

import re
from email.message import EmailMessage

from chatref.embedded.ports import LOOPBACK
from chatref.mail import MailServer, domain_of
from chatref.reply_mail import ReplyMail, reply_mail
from tests.watchdog.receivers import mailbox

CONVERSATION = "5f0c1a52-9a51-4c5b-8f0d-6d7f4b1f6a10"
LINK = f"https://chat.example.com/chat#{'header.' + 'p' * 240 + '.signature'}"
SENDER = "Fern & Fig <chat@shop.example.com>"


def composed(
    answer: str = "Yes, it can.", *, event: str = "event-1", site: str = "Fern & Fig", author: str = "Ada P."
) -> ReplyMail:
    return reply_mail(
        site=site,
        author=author,
        answer=answer,
        link=LINK,
        conversation_id=CONVERSATION,
        event_id=event,
        domain=domain_of(SENDER),
    )


async def delivered(*mails: ReplyMail) -> list[EmailMessage]:
    async with mailbox() as box:
        server = MailServer.at(f"smtp://{LOOPBACK}:{box.port}")
        for mail in mails:
            await server.send(
                SENDER,
                ["mia@example.com"],
                mail.subject,
                mail.text,
                html=mail.html,
                message_id=mail.message_id,
                in_reply_to=mail.in_reply_to,
            )
        assert box.recipients == ["mia@example.com"] * len(mails)
    return box.messages


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert isinstance(body, EmailMessage)
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


async def test_it_says_who_answered_what_and_how_to_go_on() -> None:
    [message] = await delivered(composed("Yes, it can.\nShall I?  ✓"))
    assert message["Subject"] == "Your chat with Fern & Fig"
    assert message["From"] == SENDER
    text = part(message, "plain")
    assert text.startswith("Ada P. from Fern & Fig wrote:\n\nYes, it can.\nShall I?  ✓\n")
    assert "replies to this e-mail are not read" in text
    assert LINK in text.splitlines()
    html = part(message, "html")
    assert "<b>Ada P. from Fern &amp; Fig wrote:</b>" in html
    assert "Yes, it can.<br>\nShall I?" in html
    assert f'<a href="{LINK}"' in html


async def test_nothing_in_it_is_fetched_and_nothing_that_was_written_is_markup() -> None:
    [message] = await delivered(composed('<img src="https://evil.example/x.png"> & <script>', author="<b>Eve</b>"))
    html = part(message, "html")
    assert set(re.findall("<([a-z0-9]+)", html)) == {*["html", "head", "meta", "title", "body", "div", "p", "b", "a"]}
    assert "&lt;b&gt;Eve&lt;/b&gt; from" in html
    assert '<img src="https://evil.example/x.png"> & <script>' in part(message, "plain")


async def test_answers_of_one_conversation_are_one_thread() -> None:
    first, second, again = await delivered(
        composed(event="event-1"), composed(event="event-2"), composed("Yes, it can.")
    )
    assert first["References"] == second["References"] == second["In-Reply-To"] == f"<{CONVERSATION}@shop.example.com>"
    assert first["Message-ID"] == again["Message-ID"] == f"<event-1.{CONVERSATION}@shop.example.com>"
    assert second["Message-ID"] != first["Message-ID"]
    assert first["Subject"] == second["Subject"]


async def test_names_add_no_headers() -> None:
    [message] = await delivered(composed(site="Fern\r\nBcc: everybody@example.com", author="Ada\nX: y"))
    assert message["Bcc"] is None
    assert message["Subject"] == "Your chat with Fern Bcc: everybody@example.com"
    assert part(message, "plain").startswith("Ada X: y from Fern Bcc: everybody@example.com wrote:")


async def test_an_answer_may_come_from_nobody_by_name() -> None:
    [message] = await delivered(composed(author=""))
    assert part(message, "plain").startswith("Fern & Fig wrote:")


async def test_mail_without_a_thread_stands_alone() -> None:
    async with mailbox() as box:
        await MailServer.at(f"smtp://{LOOPBACK}:{box.port}").send(SENDER, ["boss@example.com"], "Subject", "Text")
    [message] = box.messages
    assert message["In-Reply-To"] is None
    assert message["Message-ID"].endswith("@shop.example.com>")
    assert message.get_content_type() == "text/plain"
