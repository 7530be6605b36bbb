"""A Prometheus: a host process with a configuration of its own."""

from pathlib import Path
from typing import Any

import yaml

from .binaries import prometheus
from .processes import Processes, answers

START_SECONDS = 60.0


def start(
    processes: Processes, folder: Path, place: str, configuration: dict[str, Any], *, retention: str = "6h"
) -> None:
    """Start it at `host:port` and wait until it serves."""
    written = folder / "prometheus.yaml"
    written.write_text(yaml.safe_dump(configuration))
    flags = {
        "config.file": written,
        "storage.tsdb.path": folder / "prometheus",
        "storage.tsdb.retention.time": retention,
        "web.listen-address": place,
        "log.level": "warn",
    }
    processes.start("prometheus", [prometheus(), *(f"--{name}={value}" for name, value in flags.items())])
    processes.wait("prometheus", lambda: answers(f"http://{place}/-/ready"), START_SECONDS)
