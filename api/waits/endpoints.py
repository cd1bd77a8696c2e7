"""Who waits for a person now and is somebody sure to be told; and, of one conversation, who ever did."""

import asyncio
from uuid import UUID

from fastapi import APIRouter

from api.problems import not_found, problems, unavailable
from api.services import Use
from api.session.caller import AUTHENTICATED, Caller
from api.waits.schemas import LedgerOut
from chatref.conversation.waits import ledger
from chatref.engine import EngineUnavailable
from chatref.store import conversations, waits
from chatref.waits_report import LiveWaits

LOOK_SECONDS = 120.0

router = APIRouter(prefix="/api/v1", tags=["waits"], dependencies=AUTHENTICATED)


@router.get("/waits", responses=problems(401, 503))
async def list_live_waits(caller: Caller, services: Use) -> LiveWaits:
    """Every live wait, and what protects it: the database compared with Temporal's own histories.

    An unprotected wait is one of which nobody can be sure to hear. Each wait costs two calls to Temporal, and a flaw is
    looked at again before it is told, which takes seconds.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return LiveWaits.of(await services.waits.report())
    except (EngineUnavailable, TimeoutError) as error:
        raise unavailable("engine_unavailable", "Temporal did not answer in time: nothing is known now.") from error


@router.get("/conversations/{conversation_id}/waits", responses=problems(401, 404, 503))
async def read_ledger(conversation_id: UUID, caller: Caller, services: Use) -> LedgerOut:
    """The conversation's ledger: every wait, who was told when and how, who took it, and why it ended."""
    log = await waits.log(services.database, conversation_id)
    if not log and not await conversations.exists(services.database, conversation_id):
        raise not_found("conversation")
    return LedgerOut.of(ledger(log))
