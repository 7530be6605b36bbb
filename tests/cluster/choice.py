"""Which cluster to use, and why."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .cache import run
from .progress import Missing

KINDS = ("local", "kwok", "kind")
ANSWER_SECONDS = 10.0


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


def choose_for_tests() -> Choice:
    """What tests/e2e run on: a node of this machine, `local`, or `kwok` with the reason why they are skipped.

    Docker does not count: each test makes and ends a node of its own, which kind has no way to lend.
    """
    forced = os.environ.get("CLUSTER", "")
    if forced not in {"", "local"}:
        return Choice("kwok", f"CLUSTER={forced}, and they bring a node of their own: unset CLUSTER")

    if forced:
        return Choice("local", f"CLUSTER={forced}")

    return _without_docker()


def _without_docker() -> Choice:
    lack = no_real_pods()
    return Choice("kwok", f"pods are simulated: {lack}") if lack else Choice("local", "Linux and root: real pods")


def no_real_pods() -> str:
    """Why this machine cannot run a node with real pods, and what to do; empty where it can."""
    if not sys.platform.startswith("linux"):
        return "this is not Linux"

    if os.geteuid() != 0:
        return "not root; run as root for real pods"

    if not shutil.which("apt-get"):
        return "no apt-get to fetch containerd with; use Debian or Ubuntu for real pods"

    if not _may_make_namespaces():
        return "root without the right to make namespaces; run outside of the container, or in a privileged one"

    return ""


def need_real_pods() -> None:
    """Raises Missing with what this machine lacks for them."""
    if lack := no_real_pods():
        message = f"real pods need more than this machine has: {lack}"
        raise Missing(message)


def _given(kubeconfig: Path) -> Choice:
    if not kubeconfig.is_file():
        message = f"CLUSTER={kubeconfig}: neither {', '.join(KINDS)} nor a kubeconfig that exists"
        raise Missing(message)

    return Choice(str(kubeconfig.resolve()), "CLUSTER names a kubeconfig")


def _may_make_namespaces() -> bool:
    """Root in a container often may not."""
    return _succeeds("unshare", "--mount", "--net", "--pid", "--fork", "true")


def _docker_answers() -> bool:
    return _succeeds("docker", "info")


def _succeeds(*command: str) -> bool:
    """True where a program is there, and says yes in time."""
    try:
        run(command, seconds=ANSWER_SECONDS)
    except Missing:
        return False

    return True
