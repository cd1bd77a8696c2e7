"""An answer as an e-mail to the visitor, who has left the page."""

from dataclasses import dataclass
from html import escape

_HOW_TO_GO_ON = "To answer, open the chat: replies to this e-mail are not read."
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{subject}</title></head>'
    '<body style="margin:0;padding:24px;font:16px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif">'
    '<div style="max-width:36em">'
    '<p style="margin:0 0 4px"><b>{who}</b></p>'
    '<div dir="auto" style="margin:0 0 24px">{answer}</div>'
    '<p style="margin:0 0 8px"><a href="{link}" style="font-weight:600">Open the chat</a></p>'
    '<p style="margin:0;font-size:14px">{how}</p>'
    "</div></body></html>\n"
)


@dataclass(frozen=True)
class ReplyMail:
    """What `MailServer.send` takes, but for who sends it to whom."""

    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str


def reply_mail(
    *, site: str, author: str, answer: str, link: str, conversation_id: str, event_id: str, domain: str
) -> ReplyMail:
    """The answer `event_id` of the conversation. `domain` is the sender's; `author` may be empty.

    Composed again it is the same, so that a repetition can be told for one. All answers of a conversation refer to one
    id, that of no message at all: so they are one thread in mail programs, whichever of them arrive.
    """
    site, author = _one_line(site), _one_line(author)
    subject, who = f"Your chat with {site}", f"{author} from {site}" if author else site
    answer = answer.strip()
    return ReplyMail(
        subject=subject,
        text=f"{who} wrote:\n\n{answer}\n\n{_HOW_TO_GO_ON}\n{link}\n",
        html=_PAGE.format(
            subject=escape(subject),
            who=escape(f"{who} wrote:"),
            answer=escape(answer).replace("\n", "<br>\n"),
            link=escape(link),
            how=escape(_HOW_TO_GO_ON),
        ),
        message_id=f"<{event_id}.{conversation_id}@{domain}>",
        in_reply_to=f"<{conversation_id}@{domain}>",
    )


def _one_line(name: str) -> str:
    """A header must not have lines of its own."""
    return " ".join(name.split())
