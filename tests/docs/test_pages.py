"""What the documentation says is there: files, commands, settings, routes."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import generated
from tests.docs.pages import ROOT, Page, pages

every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.file.relative_to(ROOT)))

_VARIABLE = re.compile(r"\b(?:CHATREF|OPENAI|TEMPORAL|DATABASE|POSTGRES)_[A-Z_]+\b")
_FOLDERS = "chatref|workflows|activities|api|web|tests|bench|docs|scripts"
_PATH = re.compile(rf"`((?:{_FOLDERS})/[\w./-]+|[\w-]+\.(?:toml|yml|lock))`")
_OF_THIS_MACHINE = re.compile(r"(?<![\w.:])/(?:root|home|work|tmp|Users)/")


async def test_what_is_generated_is_as_the_code_says() -> None:
    for file, text in (await generated()).items():
        assert file.read_text() == text, f"{file.relative_to(ROOT)}: run python -m docs.generate"


@every_page
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = page.file.parent / path if path else page.file
        assert target.exists(), link
        if anchor:
            assert anchor in Page(target).anchors, link


@every_page
def test_files_that_are_named_are_there(page: Page) -> None:
    for path in _PATH.findall(page.prose):
        assert (ROOT / path).exists(), path


@every_page
def test_no_page_knows_the_machine_that_it_was_written_on(page: Page) -> None:
    assert not _OF_THIS_MACHINE.search(page.text)


@every_page
def test_variables_that_are_named_are_read_by_something(page: Page) -> None:
    reference = (ROOT / "docs" / "reference.md").read_text()
    compose = (ROOT / "docker-compose.yml").read_text()
    for variable in set(_VARIABLE.findall(page.text)):
        assert f"`{variable}`" in reference or f"${{{variable}:" in compose, variable


@every_page
def test_commands_that_are_shown_exist(page: Page) -> None:
    for line in page.commands:
        words = [word for word in shlex.split(line) if not re.match(r"^[A-Z_]+=", word)]
        if not words:
            continue
        match words[0].removeprefix(".venv/bin/"):
            case "make":
                assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), line
            case "python" if words[1:2] == ["-m"]:
                assert importlib.util.find_spec(words[2]), line
            case "chatref":
                assert_chatref_has(words[1:])
            case "curl":
                assert_api_has(line, words[1:])
            case "alembic":
                assert Path(sys.executable).with_name("alembic").exists()
            case other:
                assert other in {"cd", "git", "docker", "printf", "temporal"} or "=$(python3" in line, line


def assert_chatref_has(words: list[str]) -> None:
    """The command, and every option that it is shown with."""
    names = [word for word in words if word.isalpha()][: 2 if words[0] == "agents" else 1]
    command = [sys.executable, "-m", "chatref", *names, "--help"]
    described = subprocess.run(command, capture_output=True, text=True, env={"COLUMNS": "200"})
    assert described.returncode == 0, described.stderr
    for option in (word for word in words if word.startswith("--")):
        assert option in described.stdout, option


def assert_api_has(line: str, words: list[str]) -> None:
    """The route with its method."""
    routes = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    address = next(word for word in words if word.startswith("http"))
    path = re.sub(r"^https?://[^/]+|[?#].*$", "", address)
    method = words[words.index("-X") + 1].lower() if "-X" in words else "post" if "-d" in words else "get"
    known = [route for route in routes if re.fullmatch(re.sub(r"{\w+}", "[^/]+", route), path)]
    assert any(method in routes[route] for route in known), line


def test_every_decision_is_listed_and_says_why_and_what_follows() -> None:
    folder = ROOT / "docs" / "decisions"
    decisions = sorted(folder.glob("0*.md"))
    listed = [link for link in Page(folder / "README.md").links if link.startswith("0")]
    assert listed == [file.name for file in decisions]
    for number, file in enumerate(decisions, start=1):
        assert file.name.startswith(f"{number:04}-")
        parts = re.findall(r"^## (.+)$", file.read_text(), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], file.name
