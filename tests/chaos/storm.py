"""The storm: who is killed when, what was out for how long, and what is left of everybody's work."""

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import Client

from chatref.embedded.ports import free_ports
from chatref.engine import EngineUnavailable
from tests.chaos import verdict
from tests.chaos.people import ChaosAgent, hire, talk
from tests.chaos.verdict import PAGER, Outage
from tests.receiver import Answer, Receiver, receiver
from tests.running import Event, Installation, Visitor, eventually
from workflows.inspection import Executions

SERVICES = ("api", "worker", "temporal", "postgres")
POLICY = {
    "at_once": ["inbox", PAGER],
    "ladder": [
        {"after": 4, "audience": "team", "channels": ["inbox", PAGER]},
        {"after": 8, "audience": "everybody", "channels": ["inbox", PAGER]},
    ],
    "repeat_every": 30,
    "repeat_at_most": 120,
    "owner_answers_within": 4,
    "owner_grace": 4,
    "collecting_at_most": 10,
}
BEHIND = timedelta(seconds=2)
CALM_SECONDS = 90
READY_SECONDS = 120


@dataclass(frozen=True)
class Plan:
    """How much of everything. `pause` is the shortest and the longest time between two kills, in seconds."""

    conversations: int = 200
    agents: int = 6
    kills: int = 24
    pause: tuple[float, float] = (4, 12)
    seed: int = 1


@dataclass
class Aftermath:
    """What was found. `violations` counts each promise that was broken."""

    violations: Counter[str] = field(default_factory=Counter)
    figures: dict[str, str] = field(default_factory=dict)


async def storm(plan: Plan, say: Callable[[str], None] = lambda line: None) -> Aftermath:
    """Let everybody work through it, wait until it is calm, and look."""
    dice = random.Random(plan.seed)
    async with _installation() as installation, receiver() as crm, receiver() as pager:
        url = installation.run["url"]
        agents = await hire(url, plan.agents, dice)
        [admin, *colleagues] = agents
        await _tell_webhook(admin, crm)
        await _have_paged(admin, pager)
        async with httpx.AsyncClient(base_url=url, timeout=15) as http:
            visitors = [Visitor(http) for _ in range(plan.conversations)]
            for visitor in visitors:
                await visitor.open()
            stop = asyncio.Event()
            behind: list[datetime] = []
            say(f"{plan.conversations} conversations, {len(colleagues)} agents, {plan.kills} kills")
            async with asyncio.TaskGroup() as all_through:
                watching = all_through.create_task(_watch_backlog(installation, behind))
                async with asyncio.TaskGroup() as group:
                    for visitor in visitors:
                        group.create_task(talk(visitor, random.Random(dice.random()), stop))
                    for agent in colleagues:
                        group.create_task(agent.work(stop))
                    for channel in (crm, pager):
                        group.create_task(_fail_at_random(channel, random.Random(dice.random()), stop))
                    outages = await _kill_at_random(plan, installation, http, dice, say)
                    stop.set()
                say("calm; looking at what is left")
                await _calm(visitors, admin, crm)
                await _worked_off(behind)
                watching.cancel()
            recovered = verdict.caught_up(outages, behind)
            found = await _look(visitors, agents, crm, pager, recovered)
            longest = max((outage.seconds for outage in outages), default=0)
            with_catching_up = max((outage.seconds for outage in recovered), default=0)
            found.violations.update(verdict.slow_recoveries(outages, recovered))
            found.figures = {
                "kills": str(len(outages)),
                "longest outage, with catching up": f"{longest:.1f} s, {with_catching_up:.1f} s",
            } | found.figures
            return found


async def _tell_webhook(admin: ChaosAgent, crm: Receiver) -> None:
    made = await admin.http.post("/api/v1/webhooks", json={"slug": "chaos", "name": "Chaos", "url": crm.url})
    made.raise_for_status()
    for action in (await admin.http.get("/api/v1/actions")).json()["items"]:
        if action["kind"] in ("cancellation", "human_request"):
            saved = await admin.http.put(f"/api/v1/actions/{action['id']}", json=action | {"webhook": "chaos"})
            saved.raise_for_status()


async def _have_paged(admin: ChaosAgent, pager: Receiver) -> None:
    slug = PAGER.removeprefix("webhook:")
    made = await admin.http.post("/api/v1/webhooks", json={"slug": slug, "name": "Pager", "url": pager.url})
    made.raise_for_status()
    (await admin.http.put("/api/v1/service-policy", json=POLICY)).raise_for_status()


async def _fail_at_random(crm: Receiver, dice: random.Random, stop: asyncio.Event) -> None:
    """About half of the posts fail; a notice's second attempt comes 5 s later."""
    while not stop.is_set():
        crm.otherwise = Answer(dice.choice((200, 500)))
        await asyncio.sleep(0.3)
    crm.otherwise = Answer()


async def _kill_at_random(
    plan: Plan, installation: Installation, http: httpx.AsyncClient, dice: random.Random, say: Callable[[str], None]
) -> list[Outage]:
    """Each in turn, in an order by chance; and wait each time until all is ready again."""
    outages: list[Outage] = []
    order: list[str] = []
    for _ in range(plan.kills):
        await asyncio.sleep(dice.uniform(*plan.pause))
        order = order or dice.sample(SERVICES, len(SERVICES))
        service = order.pop()
        began = datetime.now(UTC)
        await installation.kill(service)
        await _ready(http)
        outages.append(Outage(service, began, datetime.now(UTC)))
        say(f"  kill -9 {service}: ready again after {outages[-1].seconds:.1f} s")
    await asyncio.sleep(dice.uniform(*plan.pause))
    return outages


async def _watch_backlog(installation: Installation, behind: list[datetime]) -> None:
    """Notes each moment at which work has been waiting for a worker for longer than `BEHIND`, or at which Temporal is
    too busy to say, until it is cancelled."""
    client = await Client.connect(installation.run["temporal_address"], lazy=True)
    while True:
        try:
            async with asyncio.timeout(BEHIND.total_seconds()):
                waits = (await Executions(client).workers()).backlog > BEHIND
        except (EngineUnavailable, TimeoutError):
            waits = True
        if waits:
            behind.append(datetime.now(UTC))
        await asyncio.sleep(0.5)


async def _ready(http: httpx.AsyncClient) -> None:
    last = "nothing"

    async def ready() -> bool:
        nonlocal last
        try:
            answer = await http.get("/health/ready")
        except httpx.HTTPError as error:
            last = type(error).__name__
            return False
        last = answer.text
        # Whether everybody is protected is looked at in the end; until the kill has been got over, it may not be so.
        return all(answer.json()[part] for part in ("database", "temporal", "workers"))

    try:
        await eventually(ready, "everything is ready again", READY_SECONDS, pause=0.2)
    except AssertionError as error:
        raise AssertionError(f"{error}: {last}") from None


async def _calm(visitors: list[Visitor], admin: ChaosAgent, crm: Receiver) -> None:
    """Until every message is in the log and answered, or waits for a person, and every notice has arrived."""

    async def settled(visitor: Visitor) -> bool:
        events = await _log(admin, visitor.id)
        return not [*verdict.lost_or_doubled(visitor.accepted, events), *verdict.unheard(events)] and not list(
            verdict.untold(events, _notices(crm))
        )

    try:
        async with asyncio.timeout(CALM_SECONDS):
            for visitor in visitors:
                while not await settled(visitor):
                    await asyncio.sleep(0.5)
    except TimeoutError:
        pass  # what is missing is found by who looks


async def _worked_off(behind: list[datetime]) -> None:
    """Until nothing has been waiting for as long as a dead worker's tasks may take to come back."""
    began = datetime.now(UTC)
    while (now := datetime.now(UTC)) - began < verdict.CAUGHT_UP_WITHIN:
        if now - max([began, *behind[-1:]]) > verdict.TEMPORALS_PATIENCE:
            return
        await asyncio.sleep(0.5)


async def _look(
    visitors: list[Visitor], agents: list[ChaosAgent], crm: Receiver, pager: Receiver, outages: list[Outage]
) -> Aftermath:
    [admin, *_] = agents
    found = Aftermath()
    logs = {visitor.id: await _log(admin, visitor.id) for visitor in visitors}
    latest = []
    taken = {post.id for post in pager.posts if post.answered < 300}
    outcomes: Counter[str] = Counter()
    waits = alerts = 0
    for visitor in visitors:
        events = logs[visitor.id]
        found.violations.update(verdict.lost_or_doubled(visitor.accepted, events))
        found.violations.update(verdict.doubly_owned(events))
        found.violations.update(verdict.unheard(events))
        found.violations.update(verdict.untold(events, _notices(crm)))
        found.violations.update(verdict.wrongly_told(events, taken))
        outcomes.update(each["data"]["outcome"] for each in events if each["data"].get("channel") == PAGER)
        ledger = (await admin.http.get(f"/api/v1/conversations/{visitor.id}/waits")).json()
        late = list(verdict.late_steps(ledger, outages, datetime.now(UTC)))
        found.violations.update("a wait's step came later than its deadline and the outages" for _ in late)
        latest += late
        waits += len(ledger["items"])
        alerts += sum(event["type"] == "alert" for event in events)
    for agent in agents:
        found.violations.update(verdict.unkept_claims(agent.claims, agent.id, logs))
        found.violations.update(verdict.unkept_replies(agent.told, logs))
    live = (await admin.http.get("/api/v1/waits", timeout=180)).json()
    found.violations.update("a live wait is unprotected" for _ in range(live["unprotected"]))
    found.figures = {
        "visitors' messages accepted": str(sum(len(visitor.accepted) for visitor in visitors)),
        "events": str(sum(map(len, logs.values()))),
        "claims won, lost": f"{sum(len(agent.claims) for agent in agents)}, {sum(agent.lost for agent in agents)}",
        "agents' replies accepted": str(sum(len(agent.told) for agent in agents)),
        "waits, alerts": f"{waits}, {alerts}",
        "steps later than deadline and outage": f"{len(latest)} (at most {max(latest, default=0)!s})",
        "alerts outside the inbox delivered, failed": f"{outcomes['delivered']}, {outcomes['failed']}",
        "notices, posts": f"{len({post.id for post in crm.posts})}, {len(crm.posts)}",
        "live waits, unprotected": f"{len(live['items'])}, {live['unprotected']}",
    }
    return found


def _notices(crm: Receiver) -> dict[str, list[str]]:
    bodies: dict[str, list[str]] = {}
    for post in crm.posts:
        bodies.setdefault(post.id, []).append(post.body)
    return bodies


async def _log(admin: ChaosAgent, conversation_id: str) -> list[Event]:
    answer: dict[str, Any] = (await admin.http.get(f"/api/v1/conversations/{conversation_id}/events")).json()
    events: list[Event] = answer["events"]
    return events


@asynccontextmanager
async def _installation() -> AsyncIterator[Installation]:
    directory = Path(tempfile.mkdtemp(prefix="chatref-chaos-"))
    installation = Installation(directory, free_ports(1)[0], {"CHATREF_PRIVATE_ADDRESSES": "true"})
    try:
        await installation.start()
        yield installation
    finally:
        if installation.process is not None:
            await installation.stop()
        shutil.rmtree(directory, ignore_errors=True)
