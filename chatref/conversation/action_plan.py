"""What makes one version of a custom action another, and one set of actions another: shown before it is done."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chatref.conversation.actions import CustomAction

Value = str | int | float | bool | list[str] | None


class Difference(BaseModel):
    """One field that differs. A list that gained and lost says what; anything else, what it was and is."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="As in `triggers.examples` or `fields.account_id.prompt`.")
    before: Value = None
    after: Value = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class PlannedAction(BaseModel):
    """An action that a plan touches; `differences` where it is there already and will be another."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    differences: tuple[Difference, ...] = ()


class ActionPlan(BaseModel):
    """What putting one set of actions in place of another does. `basis` names the set that it starts from."""

    model_config = ConfigDict(frozen=True)

    basis: str
    created: tuple[PlannedAction, ...]
    changed: tuple[PlannedAction, ...]
    deleted: tuple[PlannedAction, ...]
    unchanged: tuple[PlannedAction, ...]
    order: tuple[str, ...] = Field(description="The names in their new order; empty where the order stays.")

    @property
    def changes_nothing(self) -> bool:
        return not (self.created or self.changed or self.deleted or self.order)


def differences(before: CustomAction, after: CustomAction) -> tuple[Difference, ...]:
    """Field by field, but for the version: that one is counted, not configured."""
    return tuple(_compared(_plain(before), _plain(after), ""))


def plan(current: Sequence[CustomAction], wanted: Sequence[CustomAction]) -> ActionPlan:
    """From `current` to `wanted`, both in their order. Versions of the wanted ones mean nothing."""
    here = {action.id: action for action in current}
    there = {action.id for action in wanted}
    touched = [
        PlannedAction(id=action.id, name=action.name, differences=differences(here[action.id], action))
        for action in wanted
        if action.id in here
    ]
    created = [action for action in wanted if action.id not in here]
    # Where nothing says otherwise, new ones come last.
    by_itself = [action.id for action in current if action.id in there] + [action.id for action in created]
    order = [action.id for action in wanted]
    return ActionPlan(
        basis=basis(current),
        created=tuple(_named(action) for action in created),
        changed=tuple(action for action in touched if action.differences),
        deleted=tuple(_named(action) for action in current if action.id not in there),
        unchanged=tuple(action for action in touched if not action.differences),
        order=tuple(action.name for action in wanted) if order != by_itself else (),
    )


def basis(current: Sequence[CustomAction]) -> str:
    """Names a set of actions in their versions and order, so that nobody changes another one than they saw."""
    known = json.dumps([(action.id, action.version) for action in current])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _named(action: CustomAction) -> PlannedAction:
    return PlannedAction(id=action.id, name=action.name)


def _plain(action: CustomAction) -> dict[str, Any]:
    return action.model_dump(mode="json", exclude={"id", "version"})


def _compared(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Difference]:
    for key in after:
        old, new, field = before[key], after[key], f"{path}{key}"
        if old == new:
            continue
        if field == "fields":
            yield from _compared_details(old, new)
        elif isinstance(new, dict):
            yield from _compared(old, new, f"{field}.")
        elif isinstance(new, list):
            yield _compared_list(field, old, new)
        else:
            yield Difference(field=field, before=old, after=new)


def _compared_list(field: str, old: list[str], new: list[str]) -> Difference:
    added, removed = tuple(each for each in new if each not in old), tuple(each for each in old if each not in new)
    if added or removed:
        return Difference(field=field, added=added, removed=removed)
    return Difference(field=field, before=old, after=new)


def _compared_details(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Difference]:
    """A detail is known by its name; one under another name is another one."""
    before, after = {each["name"]: each for each in old}, {each["name"]: each for each in new}
    if list(before) != list(after):
        yield _compared_list("fields", list(before), list(after))
    for name in (each for each in after if each in before):
        yield from _compared(before[name], after[name], f"fields.{name}.")
