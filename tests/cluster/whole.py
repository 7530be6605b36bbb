"""Any kind of cluster, up and down."""

from pathlib import Path

from . import foreign, local
from .choice import Choice


def bring_up(choice: Choice) -> local.Cluster:
    """The chosen cluster; harmless where it is up."""
    if choice.kind == "kind":
        return foreign.up_kind()

    if choice.kind in {nodes.value for nodes in local.Nodes}:
        return local.up(local.Nodes(choice.kind))

    return foreign.up_given(Path(choice.kind))


def take_down() -> str:
    """Take away what was brought up, and say what is left."""
    found = local.current()
    if found is not None and found.kind == "kind":
        foreign.down_kind()
        return "Down: the kind cluster is deleted"

    if found is not None and found.kind == "given":
        (local.FOLDER / "cluster.json").unlink()
        return "The given cluster stays as it is: it was there before"

    local.down()
    return "Down: no process, namespace, interface, mount or firewall rule is left"
