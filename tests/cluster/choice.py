"""Which cluster to use, and why."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .progress import Missing

KINDS = ("local", "kwok", "kind")


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of cluster, or the path of a kubeconfig, and the reason."""

    kind: str
    why: str


def choose() -> Choice:
    """CLUSTER where it is set; else the most real one that this machine can run."""
    forced = os.environ.get("CLUSTER", "")
    if forced in KINDS:
        return Choice(forced, f"CLUSTER={forced}")

    if forced:
        return _given(Path(forced))

    if _docker_answers():
        return Choice("kind", "Docker answers")

    return _without_docker()


def _without_docker() -> Choice:
    if not sys.platform.startswith("linux"):
        return Choice("kwok", "this is not Linux: pods are simulated")

    if os.geteuid() != 0:
        return Choice("kwok", "not root: pods are simulated; run as root for real ones")

    if not shutil.which("apt-get"):
        return Choice("kwok", "no apt-get to fetch containerd with: pods are simulated")

    if not _may_make_namespaces():
        return Choice("kwok", "root, but without the right to make namespaces: pods are simulated")

    return Choice("local", "Linux and root: real pods")


def _given(kubeconfig: Path) -> Choice:
    if not kubeconfig.is_file():
        message = f"CLUSTER={kubeconfig}: neither {', '.join(KINDS)} nor a kubeconfig that exists"
        raise Missing(message)

    return Choice(str(kubeconfig.resolve()), "CLUSTER names a kubeconfig")


def _may_make_namespaces() -> bool:
    """Root in a container often may not."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "true"]
    return bool(shutil.which("unshare")) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _docker_answers() -> bool:
    if not shutil.which("docker"):
        return False

    try:
        done = subprocess.run(["docker", "info"], capture_output=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return False

    return done.returncode == 0
