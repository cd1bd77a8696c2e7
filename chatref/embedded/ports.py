"""TCP ports on this machine: free ones, and the same ones again at the next start."""

import json
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Connections of a server that ended a moment ago are still being closed; they do not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now. All are held until all are found, so that none comes twice."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def remembered_ports(file: Path, names: list[str]) -> dict[str, int]:
    """A port for each name: the one it had at the last start where that is free, a new one otherwise."""
    known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    fresh = free_ports(len(names))
    ports = {}
    for name, port in zip(names, fresh, strict=True):
        before = known.get(name)
        ports[name] = before if before and is_free(before) else port
    file.write_text(json.dumps(known | ports))
    return ports
