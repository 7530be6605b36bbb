"""What the process is started with."""

import argparse
import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tidegate.reconcile.scope import MOST_NAMESPACES, OPTIONAL_GROUPS

NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The settings of one operator process."""

    kubeconfig: Path | None
    namespace: str | None
    namespaces: tuple[str, ...]
    without: frozenset[str]
    http: str
    log_level: str
    elect: bool
    identity: str


def parse(arguments: Sequence[str] | None = None) -> Options:
    """From the command line; every setting has a default that works in a pod."""
    parser = argparse.ArgumentParser(prog="tidegate", description="Progressive delivery for Kubernetes.")
    parser.add_argument("--kubeconfig", type=Path, help="a kubeconfig; else the pod's account, else the user's own")
    parser.add_argument("--namespace", help="where the Lease is; else the namespace of the credentials")
    parser.add_argument(
        "--namespaces", type=_namespaces, default=(), help="the only namespaces to look at, as a,b; else all"
    )
    parser.add_argument(
        "--without",
        type=_groups,
        default=frozenset(),
        help=f"API groups that are neither read nor written, as a,b, of: {', '.join(sorted(OPTIONAL_GROUPS))}",
    )
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


def _namespaces(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    if wrong := [name for name in names if not NAMESPACE.fullmatch(name)]:
        message = f"{wrong[0]!r} is no name of a namespace"
        raise argparse.ArgumentTypeError(message)

    if len(names) > MOST_NAMESPACES:
        message = f"{len(names)} namespaces are more than {MOST_NAMESPACES}: let it look at all of them"
        raise argparse.ArgumentTypeError(message)

    return names


def _groups(text: str) -> frozenset[str]:
    groups = frozenset(text.split(","))
    if wrong := sorted(groups - OPTIONAL_GROUPS):
        message = f"{wrong[0]!r} cannot be switched off; choose from {', '.join(sorted(OPTIONAL_GROUPS))}"
        raise argparse.ArgumentTypeError(message)

    return groups
