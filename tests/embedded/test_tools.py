"""Where the Temporal server comes from."""

import os
from pathlib import Path

import pytest

from chatref.embedded import tools
from chatref.embedded.tools import ToolMissing, fetch_temporal, find_temporal


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH and an empty tools cache."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(tools, "tools_directory", lambda: tmp_path / "tools")
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_one_on_the_path_comes_before_the_one_in_the_cache(machine: Path) -> None:
    assert find_temporal() is None
    cached = program(machine / "tools" / "temporal")
    assert find_temporal() == cached
    on_path = program(machine / "bin" / "temporal")
    assert find_temporal() == on_path


async def test_what_is_in_the_cache_is_not_fetched_again(machine: Path) -> None:
    cached = program(machine / "tools" / "temporal")
    said: list[str] = []
    assert await fetch_temporal(said.append) == cached
    assert said == []


async def test_without_download_and_go_it_says_what_to_install(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(_: Path) -> None:
        return None

    monkeypatch.setattr(tools, "_download_temporal", unreachable)
    with pytest.raises(ToolMissing, match="TEMPORAL_ADDRESS"):
        await fetch_temporal(lambda _: None)


async def test_it_is_built_with_go_where_it_cannot_be_downloaded(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(_: Path) -> None:
        return None

    monkeypatch.setattr(tools, "_download_temporal", unreachable)
    go = program(machine / "bin" / "go")
    go.write_text('#!/bin/sh\nprintf %s "$3" >"$GOBIN/temporal"; /bin/chmod +x "$GOBIN/temporal"\n')
    said: list[str] = []
    built = await fetch_temporal(said.append)
    assert built == machine / "tools" / "temporal"
    assert built.read_text() == f"github.com/temporalio/cli/cmd/temporal@v{tools.TEMPORAL_VERSION}"
    assert os.access(built, os.X_OK)
    assert "with Go" in said[-1]
