"""The link back into a conversation, for whoever has left the page that they wrote on."""

from uuid import UUID

from chatref import tokens
from chatref.store import conversations
from chatref.store.database import Database
from chatref.store.record import UnknownConversation
from chatref.tokens import VisitorClaims

THREAD_PAGE = "/chat"


class ThreadLinks:
    """Makes links to the page that shows one conversation. `key` signs visitor tokens."""

    def __init__(self, database: Database, public_url: str, key: bytes) -> None:
        self._database = database
        self._page = public_url.rstrip("/") + THREAD_PAGE
        self._key = key

    async def to(self, conversation_id: UUID) -> str:
        """A link that lets whoever has it read the conversation and write in it, for as long as visitors' tokens last:
        only for the visitor's own eyes. Raises `UnknownConversation`, or `DatabaseUnavailable`."""
        parties = await conversations.parties(self._database, conversation_id)
        if parties is None:
            raise UnknownConversation(str(conversation_id))
        visitor, site = parties
        # Behind `#`, because a browser sends that to no server: it stands in no log, and in no Referer.
        return f"{self._page}#{tokens.issue(VisitorClaims(conversation_id, visitor, site), self._key)}"
