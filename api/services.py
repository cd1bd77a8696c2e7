"""What endpoints work with, built once by `create_app` and handed to them by FastAPI's dependencies."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from api.deliveries import Deliveries
from api.engine import Conversations, Start
from api.ingestions import Ingestions
from api.problems import Problem
from api.rates import Rates
from chatref.configuration import Configuration
from chatref.push.vapid import Vapid
from chatref.settings import Settings
from chatref.store.database import Database
from chatref.store.feed import Feed
from chatref.waits import Waits
from workflows.inspection import Executions


@dataclass(frozen=True)
class Services:
    """Lives as long as the application."""

    settings: Settings
    database: Database
    conversations: Conversations
    ingestions: Ingestions
    deliveries: Deliveries
    executions: Executions
    waits: Waits
    configuration: Configuration
    feed: Feed
    rates: Rates
    vapid: Vapid

    def run_start(self, site_id: UUID) -> Start | None:
        """What a conversation's run begins with, from memory; None while that is not known yet."""
        if not self.configuration.is_read:
            return None
        site = self.configuration.sites.get(site_id)
        summary = f"Chat on {site.name}" if site else "Chat"
        return Start(self.configuration.policy_of(), self.configuration.default_team, summary)


# Both are `async` for speed: FastAPI runs what is not in another thread.
async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Use = Annotated[Services, Depends(_services)]


async def _last_event_id(request: Request) -> int | None:
    given = request.headers.get("last-event-id", "")
    return int(given) if given.isdecimal() and len(given) < 19 else None


LastEventId = Annotated[int | None, Depends(_last_event_id)]


def address(request: Request) -> str:
    return request.client.host if request.client else ""


def key_of(request: Request) -> str:
    """The caller's idempotency key; empty for none."""
    key = request.headers.get("idempotency-key", "")
    if len(key) > 200:
        raise Problem(422, "invalid", "Idempotency-Key may have at most 200 characters.")
    return key
