"""Sending e-mail by SMTP."""

import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

SEND_SECONDS = 20.0
PERMANENT = 500
_PORTS = {"smtp": 25, "smtps": 465}


class MailFailed(Exception):
    """The server could not be reached or did not take the message; the text says why, without addresses or secrets.

    `for_good` where it will not take it another time either (RFC 5321, 4.2.1: codes from 500 on).
    """

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True)
class MailServer:
    """Where to hand in mail. TLS from the start (`smtps`), or else by STARTTLS: required where there is a password,
    used where it is offered otherwise."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str) -> "MailServer":
        """From `smtp[s]://[user:password@]host[:port]`. Raises `ValueError`."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("must be an address like smtp://user:password@host:587 or smtps://user:password@host")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            tls=parts.scheme == "smtps",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    async def send(
        self,
        sender: str,
        recipients: list[str],
        subject: str,
        text: str,
        *,
        html: str = "",
        message_id: str = "",
        in_reply_to: str = "",
    ) -> int:
        """For how many recipients the server has taken the message: at least one. Raises `MailFailed`.

        Where there are several, none of them sees who the others are.
        `html` is what mail programs show instead of `text` where they can. Ids are in angle brackets. The same
        `message_id` again lets the receiving side see a repetition; the same `in_reply_to` makes messages one thread.
        """
        message = EmailMessage()
        message["From"], message["To"] = sender, recipients[0] if len(recipients) == 1 else sender
        # Names that customers give themselves stand in it: a line break would be another header, and is refused.
        message["Subject"] = " ".join(subject.split())
        message["Date"], message["Message-ID"] = formatdate(), message_id or make_msgid(domain=domain_of(sender))
        if in_reply_to:
            message["In-Reply-To"] = message["References"] = in_reply_to
        # No out-of-office reply to a machine (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        try:
            refused, _ = await aiosmtplib.send(
                message,
                recipients=[parseaddr(recipient)[1] for recipient in recipients],
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls,
                start_tls=None if self.tls or self.password is None else True,
                timeout=SEND_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = sorted({each.code for each in error.recipients})
            why = f"{type(error).__name__} {', '.join(map(str, codes))}"
            raise MailFailed(why, for_good=min(codes) >= PERMANENT) from error
        except aiosmtplib.SMTPResponseException as error:
            # What the server has against us (a password, a sender) says nothing of the message.
            for_good = isinstance(error, aiosmtplib.SMTPDataError) and error.code >= PERMANENT
            raise MailFailed(f"{type(error).__name__} {error.code}", for_good=for_good) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            raise MailFailed(type(error).__name__) from error
        return len(recipients) - len(refused)


def domain_of(sender: str) -> str:
    """What stands behind the @ of an address, with or without a name before it."""
    return parseaddr(sender)[1].rpartition("@")[2]
