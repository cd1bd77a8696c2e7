"""The demo shop, Fern & Fig: its content and canned replies, and the actions that every Chatref starts with."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from pydantic import TypeAdapter

from chatref.conversation.actions import CustomAction


@dataclass(frozen=True)
class Page:
    """A page of the demo shop's help, in Markdown. `name` is unique and fit for an address."""

    name: str
    text: str


@dataclass(frozen=True)
class DemoReply:
    """A canned reply of the demo shop. `team` is a slug; empty, it is for everybody."""

    shortcut: str
    title: str
    text: str
    team: str = ""


_ACTIONS = TypeAdapter(tuple[CustomAction, ...])
_REPLIES = TypeAdapter(tuple[DemoReply, ...])


def pages() -> list[Page]:
    folder = files(__package__).joinpath("content")
    found = [Page(file.name.removesuffix(".md"), file.read_text("utf-8")) for file in folder.iterdir()]
    return sorted(found, key=lambda page: page.name)


def default_actions() -> tuple[CustomAction, ...]:
    return _ACTIONS.validate_python(_default("actions.yaml"))


def canned_replies() -> tuple[DemoReply, ...]:
    return _REPLIES.validate_python(_default("canned-replies.yaml"))


def _default(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath("defaults", name).read_text("utf-8"))
