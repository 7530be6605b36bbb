"""`python -m tests.cluster fetch|up|down|status|run`: the local cluster, and an operator beside it."""

import argparse
import sys
import time

from . import kubectl, local, network, operator_here
from .binaries import helm, kind, metrics_server, prometheus_adapter
from .choice import choose, choose_for_tests
from .images import SHOP, operator_image
from .processes import Processes
from .progress import Missing, say
from .whole import OURS, bring_up, in_the_way, take_down


def main() -> None:
    """Carry out one word."""
    words = {"fetch": fetch, "up": up, "down": down, "status": status, "run": operator_here.run}
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("word", choices=words)
    parser.add_argument("options", nargs=argparse.REMAINDER, help="with `run`: the operator's own")
    asked = parser.parse_args()
    if asked.options and asked.word != "run":
        parser.error(f"{asked.word} takes no options")

    network.speak_directly()
    try:
        words[asked.word](*asked.options)
    except Missing as error:
        sys.exit(f"\n{error}")


def up() -> None:
    """Bring a cluster up and tell where it is."""
    started = time.monotonic()
    choice = choose()
    say(f"Cluster: {choice.kind} ({choice.why})")
    show(bring_up(choice))
    show_lack_of_operator(local.operators())
    say(f"Up after {time.monotonic() - started:.1f} s")


def fetch() -> None:
    """Say what the tests will run on, refuse where that is taken, and build or download what they need."""
    choice = choose_for_tests()
    real = choice.kind == local.Nodes.REAL.value
    say("tests/integration: a control plane of their own, with simulated pods")
    say(f"tests/e2e: {told(choice.why, real=real)}")
    if real and (taken := in_the_way()):
        raise Missing(taken)

    local.fetch(local.Nodes.SIMULATED)
    kind()
    helm()
    if real:
        local.fetch(local.Nodes.REAL)
        metrics_server()
        prometheus_adapter()
        operator_image()


def told(why: str, *, real: bool) -> str:
    """Where the tests on real pods run, or that they do not."""
    return f"real pods on this machine ({why})" if real else f"SKIPPED ({why})"


def down() -> None:
    """Leave nothing behind."""
    say(take_down())


def status() -> None:
    """Where the cluster is, if it is up."""
    found = local.current()
    if found is None or (found.kind in OURS and not local.alive()):
        sys.exit("no cluster is up, or not all of it: `make up` brings it up, and keeps what it holds")

    show(found)


def show(found: local.Cluster) -> None:
    """The addresses, and how kubectl and `make run` get there."""
    say(f"  gateway     {found.gateway}\n  prometheus  {found.prometheus}\n  export KUBECONFIG={found.kubeconfig}")
    say(f"  {kubectl.place(found.kubeconfig)} get releases -A")
    say(f"  image       {SHOP.name}: a shop to release, as docs/tutorial.md does")


def show_lack_of_operator(operators: Processes) -> None:
    """A cluster alone moves no Release: say so where no operator was started beside it."""
    if not operators.running():
        say("  no operator runs beside it yet: after that `export`, `make run` starts one")


if __name__ == "__main__":
    main()
