"""`make run`: the operator on this machine, against the user's own kubeconfig; it says where it goes before it acts."""

import os
import sys
from pathlib import Path

from tidegate.clients import NoCredentials, current_context, users_kubeconfig

from . import local
from .operator import ENVIRONMENT
from .progress import Missing, say

NAME = "run"
PAGES = "127.0.0.1:8080"


def run(*options: str) -> None:
    """Become the operator. What is given after these options outranks them. Raises Missing without a kubeconfig."""
    kubeconfig = named()
    context, server = where(kubeconfig)
    say(f"Tidegate goes to context {context} at {server}, by {kubeconfig}")
    if server == server_of_the_cluster_here():
        # `make down` ends it: its cluster is gone then.
        local.operators().note(NAME, os.getpid())

    command = [sys.executable, "-m", "tidegate", "--kubeconfig", str(kubeconfig), "--http", PAGES, *options]
    os.execve(sys.executable, command, {**os.environ, **ENVIRONMENT})


def named() -> Path:
    """The user's kubeconfig; `make up` prints the line that names its own."""
    try:
        found = users_kubeconfig()
    except NoCredentials as error:
        raise Missing(str(error)) from error

    if not found.exists():
        message = f"no kubeconfig at {found}: set KUBECONFIG; `make up` prints the line for its cluster"
        raise Missing(message)

    return found


def where(kubeconfig: Path) -> tuple[str, str]:
    """The current context, and its server, as the operator reads them. Raises Missing where the file has none."""
    try:
        found = current_context(kubeconfig)
    except NoCredentials as error:
        raise Missing(str(error)) from error

    return found.name, found.server


def server_of_the_cluster_here() -> str:
    """Empty where none is up."""
    found = local.current()
    return where(Path(found.kubeconfig))[1] if found and Path(found.kubeconfig).is_file() else ""
