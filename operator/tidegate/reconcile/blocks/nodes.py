"""A template that allows none of the nodes that its Release is on: with one pod a node it would have no share."""

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile.seen.nodes import declared_placement
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World


def no_node_allowed(seen: Seen, _world: World) -> Blocked | None:
    """A mistyped label or a lost toleration: told before a node is taken from stable."""
    nodes, look, template = seen.routing.nodes, seen.snapshot, seen.wanted.template
    placement = declared_placement(template)
    if nodes is None or placement is None or look.progress.stable in {None, look.target}:
        return None

    if not nodes.occupied or any(placement.allows(node) for node in nodes.occupied):
        return None

    of = template.reference
    where = f"spec.workloadRef: {of['kind']} {of['name']}" if of else "spec.template"
    theirs = f"none of the {len(nodes.occupied)} nodes that have a pod of this Release"
    return Blocked(
        reason=Reason.NO_NODE_ALLOWED, sentence=f"{where}: nodeSelector, node affinity and tolerations allow {theirs}"
    )
