"""Temporal's test server, whose clock skips ahead: the SDK's own download, or the same server by Maven."""

import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from string import Template

from temporalio.testing import WorkflowEnvironment

from chatref.embedded.tools import exclusive, tools_directory

VERSION = "1.32.1"
_MAVEN_WITHIN_SECONDS = 300
_PROJECT = Template(
    """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>chatref</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>$version</version>
    </dependency>
  </dependencies>
</project>
"""
)
_LAUNCHER = """#!/bin/sh
exec java -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
"""


async def find_test_server() -> Path | str:
    """The server's program, fetched if need be; where that fails, what to install."""
    directory = tools_directory() / f"temporal-test-server-{VERSION}"
    with exclusive("temporal-test-server"):
        if (directory / "test-server").exists():
            return directory / "test-server"
        with tempfile.TemporaryDirectory(dir=tools_directory()) as scratch:
            unfinished = Path(scratch) / "server"
            unfinished.mkdir()
            if not (await _download(unfinished) or _assemble(unfinished)):
                return (
                    "No time-skipping Temporal server here: it could not be downloaded, "
                    "and there is no Java with Maven (mvn) to get it with."
                )
            unfinished.rename(directory)
    return directory / "test-server"


async def _download(directory: Path) -> bool:
    try:
        server = await WorkflowEnvironment.start_time_skipping(download_dest_dir=str(directory))
    except RuntimeError:
        return False
    await server.shutdown()
    next(directory.iterdir()).rename(directory / "test-server")
    return True


def _assemble(directory: Path) -> bool:
    maven = shutil.which("mvn")
    if not maven or not shutil.which("java"):
        return False
    (directory / "pom.xml").write_text(_PROJECT.substitute(version=VERSION))
    command = [maven, "--quiet", "--batch-mode", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
    try:
        result = subprocess.run(command, cwd=directory, capture_output=True, timeout=_MAVEN_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    if result.returncode != 0:
        return False
    launcher = directory / "test-server"
    launcher.write_text(_LAUNCHER)
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
    return True
