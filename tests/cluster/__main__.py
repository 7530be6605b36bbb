"""`python -m tests.cluster up|down|status`: the local cluster."""

import argparse
import sys
import time

from . import local
from .choice import choose
from .progress import Missing, say


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
    show(local.up(local.Nodes(choice.kind)))
    say(f"Up after {time.monotonic() - started:.1f} s")


def fetch() -> None:
    """Build or download what the tests need, and show how long it takes."""
    local.fetch(local.Nodes.SIMULATED)
    if choose().kind == local.Nodes.REAL.value:
        local.fetch(local.Nodes.REAL)


def down() -> None:
    """Leave nothing behind."""
    local.down()
    say("Down: no process, namespace, interface, mount or firewall rule is left")


def status() -> None:
    """Where the cluster is, if it is up."""
    found = local.current()
    if found is None or not local.alive():
        sys.exit("no cluster is up: `make up` brings one up")

    show(found)


def show(found: local.Cluster) -> None:
    """The addresses."""
    say(f"  kubeconfig  {found.kubeconfig}\n  gateway     {found.gateway}\n  prometheus  {found.prometheus}")


if __name__ == "__main__":
    main()
