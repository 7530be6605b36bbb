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


class CannotStart(Exception):
    """The operator cannot run as it was started: why, and what to do."""


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
    read_logs: bool
    identity: str


def parse(arguments: Sequence[str] | None = None) -> Options:
    """From the command line; every setting has a default that works in a pod."""
    found = _parser().parse_args(arguments)
    return Options(**vars(found), identity=f"{socket.gethostname()}_{os.getpid()}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tidegate", description="Progressive delivery for Kubernetes.")
    parser.add_argument("--kubeconfig", type=Path, help="a kubeconfig; else the pod's account, else the user's own")
    parser.add_argument(
        "--namespace",
        help="where the Lease is; else the pod's, or outside of one that of the cluster's only Lease",
    )
    parser.add_argument(
        "--namespaces", type=_namespaces, default=(), help="the only namespaces to look at, as a,b; else all"
    )
    parser.add_argument(
        "--without",
        type=_groups,
        default=frozenset(),
        help=f"API groups that are neither read nor written, as a,b, of: {', '.join(sorted(OPTIONAL_GROUPS))}",
    )
    _add_running(parser)
    return parser


def _add_running(parser: argparse.ArgumentParser) -> None:
    """How the process shows itself, elects and reads."""
    parser.add_argument(
        "--http", type=_place, default="0.0.0.0:8080", help="host:port of /healthz, /readyz and /metrics"
    )
    parser.add_argument(
        "--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="what is logged"
    )
    parser.add_argument(
        "--no-leader-election",
        dest="elect",
        action="store_false",
        help="act at once, without a Lease: only where no other operator can run",
    )
    parser.add_argument(
        "--read-logs",
        action="store_true",
        help="read error lines of both sides' pods during a rollout, for advice; needs the right to get pods/log",
    )


def _place(text: str) -> str:
    port = text.rpartition(":")[2]
    if not (port.isdecimal() and 0 < int(port) < 2**16):
        message = f"{text!r} must be host:port, with a port from 1 to 65535"
        raise argparse.ArgumentTypeError(message)

    return text


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
