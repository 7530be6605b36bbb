"""`python -m tests.cluster up|down|status`: the local cluster."""

import argparse
import sys
import time

from . import local
from .binaries import helm, kind
from .choice import choose
from .images import operator_image
from .progress import Missing, say
from .whole import bring_up, take_down


def main() -> None:
    """Carry out one word."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("word", choices=("fetch", "up", "down", "status"))
    try:
        {"fetch": fetch, "up": up, "down": down, "status": status}[parser.parse_args().word]()
    except Missing as error:
        sys.exit(f"\n{error}")


def up() -> None:
    """Bring a cluster up and tell where it is."""
    started = time.monotonic()
    choice = choose()
    say(f"Cluster: {choice.kind} ({choice.why})")
    show(bring_up(choice))
    say(f"Up after {time.monotonic() - started:.1f} s")


def fetch() -> None:
    """Build or download what the tests need, and show how long it takes."""
    local.fetch(local.Nodes.SIMULATED)
    kind()
    if choose().kind == local.Nodes.REAL.value:
        local.fetch(local.Nodes.REAL)
        helm()
        operator_image()


def down() -> None:
    """Leave nothing behind."""
    say(take_down())


def status() -> None:
    """Where the cluster is, if it is up."""
    found = local.current()
    if found is None or (found.kind in {nodes.value for nodes in local.Nodes} and not local.alive()):
        sys.exit("no cluster is up: `make up` brings one up")

    show(found)


def show(found: local.Cluster) -> None:
    """The addresses."""
    say(f"  kubeconfig  {found.kubeconfig}\n  gateway     {found.gateway}\n  prometheus  {found.prometheus}")


if __name__ == "__main__":
    main()
