"""A question to the owner's content, by words and, where that is to be had in time, by meaning."""

from chatref.embedding.meaning import Meaning
from chatref.knowledge.holder import Holder
from chatref.knowledge.index import Found, Index


class Search:
    """Searches the index in force. Lives as long as the process."""

    def __init__(self, index: Holder[Index], meaning: Meaning | None = None) -> None:
        self._index = index
        self._meaning = meaning or Meaning()

    async def find(self, text: str, limit: int = 5) -> Found:
        """The passages that fit best, best first."""
        index = self._index.current
        meaning = await self._meaning.of(text) if index.knows_meaning else None
        return index.search(text, limit, meaning)
