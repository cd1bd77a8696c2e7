"""Writes what the documentation takes from the code: `python -m docs.generate`. A test fails when it differs."""

import ast
import asyncio
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Container, Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from pydantic import AliasChoices, BaseModel, SecretStr, TypeAdapter
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from api.app import create_app
from api.deliveries import Deliveries
from api.engine import Conversations
from api.ingestions import Ingestions
from chatref.cli import app as command
from chatref.composition import temporal_client
from chatref.conversation.chart import ConversationChart
from chatref.conversation.policy import ServicePolicy
from chatref.settings import Settings, TemporalSettings, WatchdogSettings
from chatref.store.database import Database
from chatref.up import Given
from workflows.inspection import Executions

DOCS = Path(__file__).parent
_PART = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)
_ARROW = re.compile(r" *(?P<from>\w+) --> (?P<to>\w+) : (?P<event>.+)")
_STATE = re.compile(r'"(.+?)"')


def state_chart() -> str:
    """python-statemachine's drawing, with the names of the code, one arrow for all events between two states, and the
    events that keep a state beside it: as arrows they would cover the others."""
    lines: list[str] = []
    arrows: dict[tuple[str, str], list[str]] = {}
    for line in format(ConversationChart, "mermaid").strip().splitlines():
        if found := _ARROW.fullmatch(line):
            arrows.setdefault((found["from"], found["to"]), []).append(_named(found["event"]))
        else:
            lines.append(
                _STATE.sub(lambda state: f'"{_named(state[1])}"', line).replace("direction LR", "direction TB")
            )
    lines += [
        f"    {one} --> {other} : {'<br/>'.join(every)}" for (one, other), every in arrows.items() if one != other
    ]
    keeping = [(one, every) for (one, other), every in arrows.items() if one == other]
    table = _table("state", "events that keep it", ((f"`{_named(one)}`", _listed(every)) for one, every in keeping))
    return "```mermaid\n" + "\n".join(lines) + f"\n```\n\n{table}"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _named(words: str) -> str:
    return words.lower().replace(" ", "_")


def commands() -> str:
    return "\n".join(_command("chatref", typer.main.get_command(command)))


def settings() -> str:
    return _table("variable", "default", "what it is", _settings(Settings))


def up_settings() -> str:
    return _table("variable", "default", "what it is", _settings(Given))


def watchdog_settings() -> str:
    shared = TemporalSettings.model_fields
    return _table("variable", "default", "what it is", _settings(WatchdogSettings, without=shared))


def service_policy() -> str:
    body = TypeAdapter(ServicePolicy).dump_python(ServicePolicy(), mode="json")
    rows = ((f"`{name}`", f"`{_json(body[name])}`", said) for name, said in _said(ServicePolicy).items())
    return _table("field", "default", "what it is", rows)


async def openapi() -> str:
    """The API's description. Building the application connects to nothing."""
    database = Database("postgresql://nowhere/none")
    client = await temporal_client(TemporalSettings(), lazy=True)
    app = create_app(
        settings=Settings(database_url=database.url, secret=SecretStr("-" * 32)),
        database=database,
        conversations=Conversations(client),
        ingestions=Ingestions(client),
        deliveries=Deliveries(client),
        executions=Executions(client),
    )
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "state-chart": state_chart,
    "commands": commands,
    "settings": settings,
    "up-settings": up_settings,
    "watchdog-settings": watchdog_settings,
    "service-policy": service_policy,
}


async def generated() -> dict[Path, str]:
    """Every file that has something generated in it, as it should be."""

    def part(found: re.Match[str]) -> str:
        return f"{found[1]}{PARTS[found['name']]()}{found[3]}"

    files = {file: _PART.sub(part, file.read_text()) for file in DOCS.rglob("*.md") if _PART.search(file.read_text())}
    return files | {DOCS / "openapi.json": await openapi()}


def _command(name: str, found: Any) -> Iterator[str]:
    parameters = [each for each in found.params if each.name != "help"]
    if hasattr(found, "commands"):
        for word, below in found.commands.items():
            yield from _command(f"{name} {word}", below)
        return
    arguments = "".join(f" {each.name.upper()}" for each in parameters if each.param_type_name == "argument")
    yield f"### `{name}{arguments}`\n\n{_flowing(found.help)}\n"
    options = [each for each in parameters if each.param_type_name == "option"]
    if options:
        yield _table("option", "default", "what it is", (_option(each) for each in options))


def _option(option: Any) -> tuple[str, str, str]:
    default = "" if option.is_flag or option.default in (None, "") else f"`{option.default}`"
    said = f"{option.help} Also `{option.envvar}`." if option.envvar else option.help
    return f"`{option.opts[0]}{_value(option)}`", default, said


def _value(option: Any) -> str:
    annotation = option.type_descriptor.annotation
    if option.is_flag:
        return ""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " " + r"\|".join(str(each.value) for each in annotation)
    return f" {option.metavar or option.name.upper()}"


def _settings(model: type[BaseSettings], without: Container[str] = ()) -> Iterator[tuple[str, str, str]]:
    said = _said(model)
    for name, field in model.model_fields.items():
        if name in without:
            continue
        alias = field.validation_alias
        names = alias.choices if isinstance(alias, AliasChoices) else [f"CHATREF_{name.upper()}"]
        yield " or ".join(f"`{each}`" for each in names), _default(field.default), said[name]


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "required"
    return "" if value is None or _plain(value) == "" else f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return str(TypeAdapter(timedelta).dump_python(value, mode="json"))
    return str(value.value if isinstance(value, Enum) else value)


def _said(model: type[BaseModel]) -> dict[str, str]:
    """What stands under each field of a class and its bases, in the order of the fields."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each.__module__.startswith("chatref"):
            found |= _said_in(each)
    return {name: found.get(name, "") for name in model.model_fields}


def _said_in(model: type) -> dict[str, str]:
    [parsed] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(parsed, ast.ClassDef)
    found = {}
    for field, after in zip(parsed.body, parsed.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match after:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[field.target.id] = _flowing(text)
    return found


def _flowing(text: str | None) -> str:
    return " ".join((text or "").split())


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(*parts: Any) -> str:
    *heads, rows = parts
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    for file, text in asyncio.run(generated()).items():
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            print(f"wrote {file.relative_to(DOCS.parent)}")
