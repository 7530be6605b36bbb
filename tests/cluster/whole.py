"""Any kind of cluster, up and down."""

from pathlib import Path

from . import foreign, kubectl, local, network
from .choice import KINDS, Choice, need_real_pods
from .progress import Missing, say

OURS = {nodes.value for nodes in local.Nodes}


def bring_up(choice: Choice, folder: Path = local.FOLDER) -> local.Cluster:
    """The chosen cluster, with a kubectl beside it; harmless where it is up. Another one that is up goes first.

    Raises Missing before anything goes where the chosen one cannot be.
    """
    see_that_it_can_be(choice)
    make_way(choice, folder)
    found = chosen(choice, folder)
    ours = found.kind in OURS
    kubectl.write(found.kubeconfig, kubectl.command(ours=ours), direct=ours)
    return found


def chosen(choice: Choice, folder: Path) -> local.Cluster:
    """The chosen cluster, brought up."""
    if choice.kind == "kind":
        return foreign.up_kind(folder)

    if choice.kind in OURS:
        return local.up(local.Nodes(choice.kind), folder)

    return foreign.up_given(Path(choice.kind), folder)


def see_that_it_can_be(choice: Choice) -> None:
    """Ask what the chosen cluster depends on. Raises Missing where that does not answer."""
    if choice.kind == "kind":
        foreign.kind_is_there()
    elif choice.kind not in OURS:
        foreign.ask(Path(choice.kind))
    elif choice.kind == local.Nodes.REAL.value:
        need_real_pods()


def make_way(choice: Choice, folder: Path = local.FOLDER) -> None:
    """Take down a cluster of another kind: its processes would be forgotten otherwise."""
    found = local.current(folder)
    if found is None:
        return

    if Path(choice.kind) == folder / "kubeconfig":
        message = f"CLUSTER={choice.kind} is the {found.kind} cluster that is up here already"
        raise Missing(message)

    if found.kind != (choice.kind if choice.kind in KINDS else "given"):
        goes = "and is left as it is" if found.kind == "given" else "and goes first, with every namespace and Release"
        say(f"Another cluster is up here ({found.kind}), {goes}; an operator that runs beside it ends")
        say(take_down(folder))


def in_the_way(folder: Path = local.FOLDER) -> str:
    """Why a test cannot bring up a node of its own now, and what to do; empty where it can."""
    if found := local.current(folder):
        return f"a cluster is up here ({found.kind}): `make down` first, these tests bring their own"

    return network.TAKEN if network.exists() and not folder.exists() else ""


def take_down(folder: Path = local.FOLDER) -> str:
    """Take away what was brought up, and say what was seen to be gone. Raises Missing with what is left."""
    if not folder.exists():
        return "Nothing is up here"

    found = local.current(folder)
    local.stop_operators(folder)
    if found is not None and found.kind == "kind":
        return foreign.down_kind(folder)

    if found is not None and found.kind == "given":
        foreign.down_given(folder)
        return (
            "The given cluster is left as it is: it keeps the CRDs, the namespaces gateways and monitoring,"
            " and ClusterMetricSource default"
        )

    local.down(folder)
    return "Down: looked, and no process, mount, network namespace or interface of it is left"
