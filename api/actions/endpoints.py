"""Custom actions: what hands a chat over to a person, and what is asked before."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import PlainTextResponse

from api.actions.schemas import (
    ActionBody,
    ActionFile,
    ActionFileToApply,
    ActionList,
    ActionOrder,
    ActionVersionOut,
    ActionVersions,
    Draft,
    Example,
    MatchResult,
    MatchText,
)
from api.problems import Problem, invalid, not_found, problems
from api.services import Use
from api.session.caller import AUTHENTICATED, Admin, Caller
from chatref.assistant.triggers import Triggers, examples_of
from chatref.conversation.action_file import ActionFileInvalid, read_actions, write_actions
from chatref.conversation.action_plan import ActionPlan, differences
from chatref.conversation.actions import CustomAction
from chatref.store import actions, teams, webhooks
from chatref.store.channels import Config
from chatref.store.tables import ActionVersion

router = APIRouter(
    prefix="/api/v1/actions",
    tags=["actions"],
    dependencies=AUTHENTICATED,
    responses=problems(401, 403, 404, 409, 413, 422, 503),
)

# What is not an action yet goes by an id that no action can have.
_UNSAVED = CustomAction(id="unsaved", name="New action").model_copy(update={"id": "new"})


async def _action(action_id: str, services: Use) -> CustomAction:
    async with services.database.session() as session:
        action = await actions.get(session, action_id)
    if action is None:
        raise not_found("action")
    return action


Known = Annotated[CustomAction, Depends(_action)]


@router.get("")
async def list_actions(caller: Caller, services: Use) -> ActionList:
    """Every action in its latest version."""
    async with services.database.session() as session:
        return ActionList(items=await actions.latest(session))


@router.post("", status_code=201)
async def create(body: ActionBody, admin: Admin, services: Use) -> CustomAction:
    """A new action. Without an `id` it gets one from its name; `version` is ours to count."""
    async with services.database.session() as session:
        await _check_references(session, body)
        saved = await actions.create(session, body)
    if saved is None:
        raise Problem(409, "exists", "There is an action with this id; replace it with PUT.")
    await services.configuration.refresh(Config.ACTIONS)
    return saved


@router.post("/match")
async def match(body: MatchText, caller: Caller, services: Use) -> MatchResult:
    """Try a sentence: which action it would start, and why. Nothing happens.

    With a `draft`, an action that is being written is weighed among those that are there, in the place of its former
    self.
    """
    triggers, meaning = services.configuration.triggers.current, services.configuration.meaning
    if body.draft is not None:
        if caller.role != "admin":
            raise Problem(403, "forbidden", "Only admins may do this.")
        drafted = _with_draft(services.configuration.actions, body.draft)
        # Building takes long enough to be felt by everybody else on this event loop.
        vectors = await meaning.all(examples_of(drafted)) or None
        triggers = await asyncio.to_thread(Triggers, drafted, vectors)
    return MatchResult.of(triggers.match(body.text, await meaning.all(triggers.telling(body.text))))


@router.post("/order")
async def arrange(body: ActionOrder, admin: Admin, services: Use) -> ActionList:
    """Put the actions into an order. Where two ask equally the first one wins, and their buttons stand in it."""
    async with services.database.session() as session:
        await actions.arrange(session, body.ids)
        ordered = await actions.latest(session)
    await services.configuration.refresh(Config.ACTIONS)
    return ActionList(items=ordered)


@router.get("/export", response_class=PlainTextResponse)
async def export(caller: Caller, services: Use) -> PlainTextResponse:
    """Every action, as a YAML file for people: to read, to keep, and to apply elsewhere."""
    async with services.database.session() as session:
        listed = await actions.latest(session)
    return PlainTextResponse(
        write_actions(listed),
        media_type="application/yaml",
        headers={"Content-Disposition": 'attachment; filename="actions.yaml"'},
    )


@router.post("/plan")
async def plan(body: ActionFile, admin: Admin, services: Use) -> ActionPlan:
    """What applying a file would change: the actions become those of the file, others go. Nothing happens yet."""
    wanted = _read(body)
    async with services.database.session() as session:
        try:
            return await actions.planned(session, wanted)
        except ActionFileInvalid as error:
            raise _refused(error) from None


@router.post("/apply")
async def apply(body: ActionFileToApply, admin: Admin, services: Use) -> ActionPlan:
    """Make the actions those of a file, as its plan said. Changed in the meantime: 409, `plan_outdated`."""
    wanted = _read(body)
    async with services.database.session() as session:
        try:
            done = await actions.apply(session, wanted, body.basis)
        except ActionFileInvalid as error:
            raise _refused(error) from None
        except actions.PlanOutdated:
            raise Problem(409, "plan_outdated", "Somebody changed the actions in the meantime.") from None
    await services.configuration.refresh(Config.ACTIONS)
    return done


@router.get("/{action_id}")
async def read(action: Known, caller: Caller) -> CustomAction:
    """One action in its latest version."""
    return action


@router.put("/{action_id}")
async def replace(action: Known, body: ActionBody, admin: Admin, services: Use) -> CustomAction:
    """Replace an action: a new version, if anything is different. Conversations that collect for it keep theirs."""
    if body.id != action.id:
        raise invalid("id", "an action keeps its id")
    async with services.database.session() as session:
        await _check_references(session, body)
        saved = await actions.save(session, body)
    await services.configuration.refresh(Config.ACTIONS)
    return saved


@router.delete("/{action_id}", status_code=204)
async def delete(action: Known, admin: Admin, services: Use) -> None:
    """Remove an action. Its versions stay, for the conversations that it escalated."""
    async with services.database.session() as session:
        await actions.remove(session, action)
    await services.configuration.refresh(Config.ACTIONS)


@router.post("/{action_id}/examples")
async def teach(action_id: str, body: Example, admin: Admin, services: Use) -> CustomAction:
    """Add what a visitor said to an action's examples or counterexamples: a new version."""
    async with services.database.session() as session:
        taught = await actions.teach(session, action_id, body.text, should_start=body.should_start)
    if taught is None:
        raise not_found("action")
    await services.configuration.refresh(Config.ACTIONS)
    return taught


@router.get("/{action_id}/versions")
async def list_versions(action_id: str, caller: Caller, services: Use) -> ActionVersions:
    """Every version that there was, and what each one changed."""
    async with services.database.session() as session:
        versions = await actions.versions(session, action_id)
    if not versions:
        raise not_found("action")
    return ActionVersions(items=_told(versions))


def _told(versions: Sequence[ActionVersion]) -> list[ActionVersionOut]:
    bodies = [CustomAction.model_validate(version.body) for version in versions]
    changes = [*(differences(before, after) for after, before in pairwise(bodies)), ()]
    return [
        ActionVersionOut(
            version=version.version,
            created_at=version.created_at.isoformat(),
            deleted=version.deleted,
            action=body,
            differences=changed,
        )
        for version, body, changed in zip(versions, bodies, changes, strict=True)
    ]


def _with_draft(known: Sequence[CustomAction], draft: Draft) -> list[CustomAction]:
    """The draft in its former self's place, or last."""
    here = next((action for action in known if action.id == draft.id), None)
    base = here or _UNSAVED
    weighed = base.model_copy(
        update={"name": draft.name or base.name, "kind": draft.kind, "triggers": draft.triggers, "enabled": True}
    )
    return [weighed if action is here else action for action in known] + ([] if here else [weighed])


def _read(body: ActionFile) -> list[CustomAction]:
    try:
        return read_actions(body.yaml)
    except ActionFileInvalid as error:
        raise _refused(error) from None


def _refused(error: ActionFileInvalid) -> Problem:
    errors = [{"loc": ["body", "yaml"], "msg": problem} for problem in error.problems]
    return Problem(422, "invalid", "The file cannot be applied.", extra={"errors": errors})


async def _check_references(session: AsyncSession, action: CustomAction) -> None:
    if action.team and await teams.missing(session, [action.team]):
        raise invalid("team", "there is no such team")
    if action.webhook:
        webhook = await webhooks.by_slug(session, action.webhook)
        if webhook is None:
            raise invalid("webhook", "there is no such webhook")
        if webhook.format == "slack":
            raise invalid("webhook", "it is in Slack's format, which alerts are sent in; an action needs a signed one")
