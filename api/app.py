"""The application: every route, with everything that they depend on handed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import api.actions.endpoints
import api.agents.endpoints
import api.assistant.endpoints
import api.canned_replies.endpoints
import api.conversations.commands
import api.conversations.endpoints
import api.health.endpoints
import api.knowledge.endpoints
import api.live.endpoints
import api.policy.endpoints
import api.push.endpoints
import api.reports.endpoints
import api.session.endpoints
import api.sites.endpoints
import api.sources.endpoints
import api.teams.endpoints
import api.visitors.endpoints
import api.waits.endpoints
import api.webhooks.endpoints
from api import problems
from api.deliveries import Deliveries
from api.engine import Conversations
from api.ingestions import Ingestions
from api.middleware import BodyLimit, SecurityHeaders, WidgetOrigins, WithoutNul
from api.pages import pages
from api.problems import ProblemBody
from api.rates import Rates
from api.services import Services
from chatref.configuration import Configuration
from chatref.embedding.interface import Embedder
from chatref.embedding.meaning import PATIENT_TIME_LIMIT
from chatref.push.vapid import Vapid
from chatref.settings import Settings
from chatref.store.database import Database
from chatref.store.feed import Feed
from chatref.waits import Waits
from workflows.inspection import Executions

_ROUTERS = (
    api.visitors.endpoints.router,
    api.session.endpoints.router,
    api.push.endpoints.router,
    api.conversations.endpoints.router,
    api.conversations.commands.router,
    api.waits.endpoints.router,
    api.reports.endpoints.router,
    api.live.endpoints.router,
    api.actions.endpoints.router,
    api.sources.endpoints.router,
    api.knowledge.endpoints.router,
    api.teams.endpoints.router,
    api.agents.endpoints.router,
    api.sites.endpoints.router,
    api.policy.endpoints.router,
    api.assistant.endpoints.router,
    api.webhooks.endpoints.router,
    api.canned_replies.endpoints.router,
    api.health.endpoints.router,
)

_DESCRIPTION = """
Visitors chat through `/widget/v1`, agents work through `/api/v1`. JSON; ids are UUIDs; times are RFC 3339 in UTC.
Errors are `application/problem+json` (RFC 9457) with a stable `code`. What is accepted happens once, however often it
is sent: messages carry an `id`, and agents' other decisions an `Idempotency-Key`.
"""


def create_app(
    *,
    settings: Settings,
    database: Database,
    conversations: Conversations,
    ingestions: Ingestions,
    deliveries: Deliveries,
    executions: Executions,
    embedder: Embedder | None = None,
    dist: Path | None = None,
) -> FastAPI:
    """The application. It runs the live feed while it runs; the database and the Temporal client stay the caller's.

    `dist` is where the web pages were built; without it only the API is served.
    """
    configuration = Configuration(database, embedder, question_limit=PATIENT_TIME_LIMIT)
    feed = Feed(database, configuration.outdated)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await configuration.start()
        await feed.start()
        yield
        await feed.stop()
        await configuration.stop()

    app = FastAPI(
        title="Chatref",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = Services(
        settings=settings,
        database=database,
        conversations=conversations,
        ingestions=ingestions,
        deliveries=deliveries,
        executions=executions,
        waits=Waits(database, executions),
        configuration=configuration,
        feed=feed,
        rates=Rates(settings.visitor_messages_per_minute),
        vapid=Vapid.derived(settings.push_seed, settings.public_url),
    )
    problems.install(app)
    for router in _ROUTERS:
        app.include_router(router)
    if dist is not None and dist.is_dir():
        app.mount("/", pages(dist))
    # The last one added is the outermost.
    app.add_middleware(WithoutNul)
    app.add_middleware(BodyLimit)
    app.add_middleware(WidgetOrigins, configuration=configuration)
    app.add_middleware(SecurityHeaders, https=settings.public_url.startswith("https:"))
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the body of every problem into the OpenAPI description, also where FastAPI describes an error of its own."""
    generate = app.openapi
    invalid = problems.problems(422)[422]

    def openapi() -> dict[str, Any]:
        described = generate()
        schemas = described["components"]["schemas"]
        schemas["ProblemBody"] = ProblemBody.model_json_schema()
        for own in ("HTTPValidationError", "ValidationError"):
            schemas.pop(own, None)
        for methods in described["paths"].values():
            for operation in methods.values():
                if "422" in operation["responses"]:
                    operation["responses"]["422"] = invalid
        return described

    app.openapi = openapi  # type: ignore[method-assign]
