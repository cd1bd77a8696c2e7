"""`docker-compose.yml`: valid by the Compose specification, and made of what this repository has."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())["services"]
    return found


def test_it_follows_the_compose_specification() -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    result = subprocess.run([check, "--builtin-schema", "vendor.compose-spec", FILE], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_dependency_is_a_service_that_can_meet_its_condition() -> None:
    for name, service in services().items():
        for dependency, wanted in service.get("depends_on", {}).items():
            assert dependency in services(), f"{name} waits for {dependency}"
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services()[dependency], f"{name} waits for {dependency} to be healthy"


def test_the_commands_exist() -> None:
    for name in ("migrate", "api", "worker", "watchdog"):
        program, command, *options = services()[name]["command"]
        assert program == "chatref"
        help_text = subprocess.run(
            [sys.executable, "-m", "chatref", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for option in filter(re.compile("--").match, options):
            assert option in help_text


def test_the_image_is_built_from_files_that_are_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for path in " ".join(copied).split():
        assert (ROOT / path).exists(), path
