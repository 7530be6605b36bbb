"""What the process is started with."""

import argparse
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The settings of one operator process."""

    kubeconfig: Path | None
    namespace: str | None
    http: str
    log_level: str
    elect: bool
    identity: str


def parse(arguments: Sequence[str] | None = None) -> Options:
    """From the command line; every setting has a default that works in a pod."""
    parser = argparse.ArgumentParser(prog="tidegate", description="Progressive delivery for Kubernetes.")
    parser.add_argument("--kubeconfig", type=Path, help="a kubeconfig; else the pod's account, else the user's own")
    parser.add_argument("--namespace", help="where the Lease is; else the namespace of the credentials")
    parser.add_argument("--http", default="0.0.0.0:8080", help="host:port of /healthz, /readyz and /metrics")
    parser.add_argument(
        "--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="what is logged"
    )
    parser.add_argument(
        "--no-leader-election",
        dest="elect",
        action="store_false",
        help="act at once, without a Lease: only where no other operator can run",
    )
    found = parser.parse_args(arguments)
    if not found.http.rpartition(":")[2].isdigit():
        parser.error(f"--http {found.http}: must be host:port")

    return Options(**vars(found), identity=f"{socket.gethostname()}_{os.getpid()}")
