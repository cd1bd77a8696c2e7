"""All custom actions as one YAML file that people read, keep beside their code, and hand to `chatref actions apply`."""

from collections.abc import Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from chatref.conversation.actions import CustomAction

_HEAD = """\
# Custom actions, in their order: where two ask equally, the first one wins.
# `chatref actions apply FILE` puts them in place of those that are there, after it has shown what that changes.

"""


class ActionFileInvalid(Exception):
    """The file is not one of custom actions. `problems` says why, each in a line for people."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


def write_actions(actions: Sequence[CustomAction]) -> str:
    """What is as by default is left out. Versions are: a file is a wish, not a history."""
    listed = [action.model_dump(mode="json", exclude={"version"}, exclude_defaults=True) for action in actions]
    return _HEAD + "\n".join(_dumped([action]) for action in listed)


def read_actions(text: str) -> list[CustomAction]:
    """The actions of a file, in its order. Raises `ActionFileInvalid`."""
    try:
        listed = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ActionFileInvalid([f"{where}{error.problem or 'this is not YAML'}"]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ActionFileInvalid(["this is not YAML"]) from error
    if not isinstance(listed, list):
        raise ActionFileInvalid(["the file must be a list of actions"])
    actions: list[CustomAction] = []
    problems: list[str] = []
    for number, each in enumerate(listed, start=1):
        try:
            actions.append(CustomAction.model_validate(each))
        except ValidationError as error:
            problems += _told(error, _called(each, number))
    known: set[str] = set()
    for action in actions:
        if action.id in known:
            problems.append(f"{action.id}: there are two actions with this id")
        known.add(action.id)
    if problems:
        raise ActionFileInvalid(problems)
    return actions


def _called(each: Any, number: int) -> str:
    named = each.get("id") if isinstance(each, dict) else None
    return named if isinstance(named, str) else f"action {number}"


def _told(error: ValidationError, action: str) -> list[str]:
    told = []
    for each in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in each["loc"])
        message = each["msg"].removeprefix("Value error, ")
        told.append(f"{action}: {where}: {message}" if where else f"{action}: {message}")
    return told


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)
