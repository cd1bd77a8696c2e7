"""Custom actions: every version is kept, the latest counts. Their order is the owner's."""

from collections.abc import Sequence

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.conversation.action_file import ActionFileInvalid
from chatref.conversation.action_plan import ActionPlan, plan
from chatref.conversation.actions import CustomAction
from chatref.store import teams, webhooks
from chatref.store.channels import Config, config_changed
from chatref.store.tables import ActionPlace, ActionVersion

_ONE_WRITER = text("select pg_advisory_xact_lock(hashtext('chatref actions'))")


class PlanOutdated(Exception):
    """The actions are other ones than those that the plan was made for."""


async def latest(session: AsyncSession) -> list[CustomAction]:
    """Every action that is not deleted, in the owner's order; those without a place last, as they were first made."""
    versions = await session.exec(
        select(ActionVersion)
        .ext(distinct_on(col(ActionVersion.action_id)))
        .order_by(col(ActionVersion.action_id), col(ActionVersion.version).desc())
    )
    first = dict(
        (
            await session.exec(
                select(ActionVersion.action_id, ActionVersion.created_at).where(col(ActionVersion.version) == 1)
            )
        ).all()
    )
    places = dict((await session.exec(select(ActionPlace.action_id, ActionPlace.place))).all())
    alive = [version for version in versions if not version.deleted]
    last = max(places.values(), default=-1) + 1
    alive.sort(key=lambda each: (places.get(each.action_id, last), first[each.action_id], each.action_id))
    return [CustomAction.model_validate(version.body) for version in alive]


async def get(session: AsyncSession, action_id: str) -> CustomAction | None:
    newest = await _newest(session, action_id)
    return None if newest is None or newest.deleted else CustomAction.model_validate(newest.body)


async def versions(session: AsyncSession, action_id: str) -> list[ActionVersion]:
    """Newest first."""
    query = select(ActionVersion).where(ActionVersion.action_id == action_id)
    return list(await session.exec(query.order_by(col(ActionVersion.version).desc())))


async def create(session: AsyncSession, action: CustomAction) -> CustomAction | None:
    """Keep a new action; None where there is one with its id."""
    await _alone(session)
    return None if await get(session, action.id) else await save(session, action)


async def save(session: AsyncSession, action: CustomAction) -> CustomAction:
    """Keep it as the next version, whatever its `version` says. Saving what is there already makes no version."""
    await _alone(session)
    newest = await _newest(session, action.id)
    version = newest.version + 1 if newest else 1
    if newest and not newest.deleted:
        current = CustomAction.model_validate(newest.body)
        if current == action.model_copy(update={"version": current.version}):
            return current
    saved = action.model_copy(update={"version": version})
    session.add(ActionVersion(action_id=saved.id, version=version, body=saved.model_dump(mode="json")))
    await session.flush()
    await config_changed(session, Config.ACTIONS)
    return saved


async def teach(session: AsyncSession, action_id: str, sentence: str, *, should_start: bool) -> CustomAction | None:
    """Add a sentence to the examples, or to the counterexamples; it leaves the other list if it is there."""
    await _alone(session)
    action = await get(session, action_id)
    if action is None:
        return None
    triggers = action.triggers
    examples = _without(triggers.examples, sentence)
    counterexamples = _without(triggers.counterexamples, sentence)
    if should_start:
        examples += (sentence,)
    else:
        counterexamples += (sentence,)
    taught = triggers.model_copy(update={"examples": examples, "counterexamples": counterexamples})
    return await save(session, action.model_copy(update={"triggers": taught}))


async def remove(session: AsyncSession, action: CustomAction) -> None:
    """Conversations that collect for it go on with the version that they started with."""
    await _alone(session)
    newest = await _newest(session, action.id)
    if newest is None or newest.deleted:
        return
    session.add(
        ActionVersion(action_id=action.id, version=newest.version + 1, body=newest.body, deleted=True),
    )
    await session.exec(delete(ActionPlace).where(col(ActionPlace.action_id) == action.id))
    await session.flush()
    await config_changed(session, Config.ACTIONS)


async def arrange(session: AsyncSession, action_ids: Sequence[str]) -> None:
    """Put the actions into this order; those that it does not name come after, in the order that they have."""
    await _alone(session)
    known = [action.id for action in await latest(session)]
    ordered = [each for each in dict.fromkeys(action_ids) if each in known]
    ordered += [each for each in known if each not in ordered]
    await session.exec(delete(ActionPlace))
    session.add_all(ActionPlace(action_id=each, place=place) for place, each in enumerate(ordered))
    await session.flush()
    await config_changed(session, Config.ACTIONS)


async def planned(session: AsyncSession, wanted: Sequence[CustomAction]) -> ActionPlan:
    """What putting these actions in place of all that are there would do. Raises `ActionFileInvalid`."""
    no_team = await teams.missing(session, [action.team for action in wanted if action.team])
    no_webhook = await webhooks.missing(session, [action.webhook for action in wanted if action.webhook])
    problems = [f"{each.id}: team: there is no team {each.team}" for each in wanted if each.team in no_team]
    problems += [
        f"{each.id}: webhook: there is no webhook {each.webhook}" for each in wanted if each.webhook in no_webhook
    ]
    if problems:
        raise ActionFileInvalid(problems)
    return plan(await latest(session), wanted)


async def apply(session: AsyncSession, wanted: Sequence[CustomAction], basis: str) -> ActionPlan:
    """Put these actions in place of all that are there. Raises `PlanOutdated` if `basis` names another set."""
    await _alone(session)
    doing = await planned(session, wanted)
    if doing.basis != basis:
        raise PlanOutdated
    gone = {action.id for action in doing.deleted}
    for action in await latest(session):
        if action.id in gone:
            await remove(session, action)
    for action in wanted:
        await save(session, action)
    if doing.order or doing.created:
        await arrange(session, [action.id for action in wanted])
    return doing


async def _alone(session: AsyncSession) -> None:
    """Until the transaction ends, nobody else writes actions: versions are counted, plans hold."""
    await (await session.connection()).execute(_ONE_WRITER)


async def _newest(session: AsyncSession, action_id: str) -> ActionVersion | None:
    query = select(ActionVersion).where(ActionVersion.action_id == action_id)
    return (await session.exec(query.order_by(col(ActionVersion.version).desc()).limit(1))).one_or_none()


def _without(sentences: tuple[str, ...], sentence: str) -> tuple[str, ...]:
    same = sentence.casefold()
    return tuple(each for each in sentences if each.casefold() != same)
