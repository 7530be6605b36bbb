"""Any kind of cluster, up and down."""

from pathlib import Path

from . import foreign, local
from .choice import KINDS, Choice
from .progress import Missing, say


def bring_up(choice: Choice) -> local.Cluster:
    """The chosen cluster; harmless where it is up. Another one that is up goes first."""
    make_way(choice)
    if choice.kind == "kind":
        return foreign.up_kind()

    if choice.kind in {nodes.value for nodes in local.Nodes}:
        return local.up(local.Nodes(choice.kind))

    return foreign.up_given(Path(choice.kind))


def make_way(choice: Choice) -> None:
    """Take down a cluster of another kind: its processes would be forgotten otherwise."""
    found = local.current()
    if found is None:
        return

    if Path(choice.kind) == local.FOLDER / "kubeconfig":
        message = f"CLUSTER={choice.kind} is the {found.kind} cluster that is up here already"
        raise Missing(message)

    if found.kind != (choice.kind if choice.kind in KINDS else "given"):
        say(f"Another cluster is up here, and goes first: {found.kind}")
        say(take_down())


def take_down() -> str:
    """Take away what was brought up, and say what is left."""
    found = local.current()
    if found is not None and found.kind == "kind":
        foreign.down_kind()
        return "Down: the kind cluster is deleted"

    if found is not None and found.kind == "given":
        foreign.down_given()
        return (
            "The given cluster is left as it is: it keeps the CRDs, the namespaces gateways and monitoring,"
            " and ClusterMetricSource default"
        )

    local.down()
    return "Down: no process, namespace, interface, mount or firewall rule is left"
