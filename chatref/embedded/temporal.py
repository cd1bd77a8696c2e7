"""A Temporal server in one process: the Temporal CLI's development server, with its history in a file of ours.

SQLite runs in WAL mode with `synchronous=NORMAL`: what was acknowledged survives `kill -9`, but the last moments may be
lost with the machine's power. Who needs more runs a cluster and sets `TEMPORAL_ADDRESS`.
"""

from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from chatref.embedded.ports import LOOPBACK
from chatref.embedded.service import Service

# With its single history shard the server hands out tasks 20 times a second unless told otherwise. A cluster has
# hundreds of shards and does not need this.
SPEED_OPTIONS = [
    "--dynamic-config-value=history.transferProcessorMaxPollRPS=2000",
    "--dynamic-config-value=history.transferProcessorMaxPollHostRPS=5000",
    "--dynamic-config-value=history.timerProcessorMaxPollRPS=2000",
    "--sqlite-pragma=journal_mode=WAL",
    "--sqlite-pragma=synchronous=NORMAL",
]


@dataclass(frozen=True)
class TemporalServer:
    program: Path
    database: Path
    port: int
    ui_port: int
    keywords: tuple[str, ...]
    """Search attributes by which operators find workflows."""

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ui_port}"

    def service(self) -> Service:
        command = [str(self.program), "server", "start-dev", f"--ip={LOOPBACK}", f"--port={self.port}"]
        command += [f"--ui-port={self.ui_port}", f"--db-filename={self.database}", "--log-level=warn", *SPEED_OPTIONS]
        command += [f"--search-attribute={name}=Keyword" for name in self.keywords]
        return Service(name="temporal", command=command, ready=self._serves)

    async def _serves(self, _: int) -> bool:
        """It answers before the namespace and its search attributes are there."""
        try:
            client = await Client.connect(self.address)
            await client.count_workflows(" or ".join(f"{name} = 'none'" for name in self.keywords))
        except (RPCError, RuntimeError):
            return False
        return True
