"""A kubectl for the cluster that is up here, `.cluster/kubectl`, on a machine that may have none."""

import shlex
import shutil
from pathlib import Path

from .binaries import kube_stack


def command(*, ours: bool) -> list[str]:
    """The stack's own where the cluster is; else the machine's, before a stack is built for this alone."""
    found = None if ours else shutil.which("kubectl")
    return [found] if found else [str(kube_stack()), "kubectl"]


def place(kubeconfig: str) -> Path:
    """Where it is: beside its cluster's kubeconfig."""
    return Path(kubeconfig).with_name("kubectl")


def write(kubeconfig: str, words: list[str], *, direct: bool = False) -> None:
    """Make it a program. It goes to its cluster whatever KUBECONFIG says, and to another one by --kubeconfig.

    `direct`: no proxy of the user's stands between.
    """
    path = place(kubeconfig)
    past = "export NO_PROXY='*' no_proxy='*'\n" if direct else ""
    path.write_text(f'#!/bin/sh\n{past}exec {shlex.join([*words, "--kubeconfig", kubeconfig])} "$@"\n')
    path.chmod(0o755)
