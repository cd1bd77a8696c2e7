"""The demo shop, Fern & Fig: its content, and the actions that every Chatref starts with."""

from dataclasses import dataclass
from importlib.resources import files

import yaml
from pydantic import TypeAdapter

from chatref.conversation.actions import CustomAction

_ACTIONS = TypeAdapter(tuple[CustomAction, ...])


@dataclass(frozen=True)
class Page:
    """A page of the demo shop's help, in Markdown. `name` is unique and fit for an address."""

    name: str
    text: str


def pages() -> list[Page]:
    folder = files(__package__).joinpath("content")
    found = [Page(file.name.removesuffix(".md"), file.read_text("utf-8")) for file in folder.iterdir()]
    return sorted(found, key=lambda page: page.name)


def default_actions() -> tuple[CustomAction, ...]:
    text = files(__package__).joinpath("defaults/actions.yaml").read_text("utf-8")
    return _ACTIONS.validate_python(yaml.safe_load(text))
