"""What the model cost, in tokens: one row per request that was answered, also where the answer could not be used."""

import logging
from typing import Any
from uuid import UUID

import asyncpg

from chatref.conversation.turns import Turn, Usage
from chatref.store.database import Database, DatabaseUnavailable

logger = logging.getLogger(__name__)

_USED = """
    insert into model_requests (conversation_id, answers_seq, model, input_tokens, output_tokens)
    values ($1, $2, $3, $4, $5)
"""
_SUMS = """
    count(*) as requests, coalesce(sum(input_tokens), 0)::bigint as input_tokens,
    coalesce(sum(output_tokens), 0)::bigint as output_tokens
"""
_BY_DAY = f"""
    select (at at time zone 'utc')::date as day, model, {_SUMS}, count(distinct conversation_id) as conversations
    from model_requests where at >= now() - make_interval(days => $1) group by 1, 2 order by 1 desc, 2
"""
_OF_CONVERSATION = f"select {_SUMS} from model_requests where conversation_id = $1"


class UsageLog:
    """Implements `chatref.assistant.interface.Meter`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self, turn: Turn, usage: Usage) -> None:
        """A visitor's answer must not fail because its cost could not be written down."""
        try:
            async with self._database.driver() as connection:
                await connection.execute(
                    _USED,
                    UUID(turn.conversation_id),
                    turn.answers_seq,
                    usage.model,
                    usage.input_tokens,
                    usage.output_tokens,
                )
        except DatabaseUnavailable:
            logger.warning("%d tokens are not in the books", usage.input_tokens + usage.output_tokens)


async def by_day(database: Database, days: int) -> list[dict[str, Any]]:
    """The sums of each day (UTC) and model, the newest day first."""
    async with database.driver() as connection:
        return [{**row, "day": row["day"].isoformat()} for row in await connection.fetch(_BY_DAY, days)]


async def of_conversation(connection: asyncpg.Connection, conversation_id: UUID) -> dict[str, int]:
    """The sums of one conversation; all 0 where no model was asked."""
    return dict(await connection.fetchrow(_OF_CONVERSATION, conversation_id))
