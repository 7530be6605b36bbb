"""What an autoscaler asks of a Release, and which pods it divides by."""

from collections.abc import Mapping

from tidegate.decision.progress import Progress
from tidegate.decision.snapshot import Snapshot
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Owner, counted_pods

# What the status has room for.
SELECTOR_LENGTH = 512
# From here on one pod more than the size is within an autoscaler's tolerance, 10 % of what it asks for.
ROUNDED_FROM = 9


def asked_size(found: Object, declared: int, owner: Owner, world: World) -> int:
    """The pods that are declared; no fewer than an autoscaler asked last, where the number is not from a scaler.

    A forcing applier, or a manifest without the field (the API server makes it 1), says nothing of the load. At 0
    nothing is scaled: that is a person's word.
    """
    if found.get("scaled") or not declared:
        return declared

    asked: list[int] = [scaler["asked"] for scaler in _autoscalers(owner, world)]
    return max(declared, *asked) if asked else declared


def least_size(owner: Owner, world: World) -> int:
    """The fewest pods that the Release's autoscaler allows; 0 where it has none."""
    return max((scaler["spec"].get("minReplicas") or 1 for scaler in _autoscalers(owner, world)), default=0)


def most_size(owner: Owner, world: World) -> int:
    """The most pods that the Release's autoscaler allows; 0 where it has none."""
    return min((scaler["spec"]["maxReplicas"] for scaler in _autoscalers(owner, world)), default=0)


def divided_by(owner: Owner, look: Snapshot, progress: Progress, world: World, *, beside: Mapping[str, str]) -> str:
    """The selector of the pods that the Release's autoscalers divide by, once this progress is recorded.

    `beside`: the labels of a Deployment's pods that share the load while it is taken over.
    """
    scalers = _autoscalers(owner, world)
    by_load = not scalers or any(scaler["followsLoad"] for scaler in scalers)
    both = ",".join(f"{name}={value}" for name, value in sorted(beside.items()))
    if scalers and by_load and 0 < len(both) <= SELECTOR_LENGTH:
        return both

    return counted_pods(owner, counted_alone(look, progress), by_load=by_load, fresh=look.plan.fresh)


def counted_alone(look: Snapshot, progress: Progress) -> str:
    """The revision whose pods alone stay as many as before, stable's; empty where both sides' together do.

    Where stable shrinks, that is another one from moment to moment: it gives pods up only when the candidate's serve,
    and grows again before those go. With too many an autoscaler would grow the Release at once; with too few it waits.
    """
    stable, candidate = look.side(progress.stable or ""), look.side(progress.candidate or "")
    if not (look.plan.shrink and progress.stable and progress.candidate):
        return stable.revision

    pods = {side.revision: side.available for side in (stable, candidate)}
    pods[""] = sum(pods.values())
    # Each side's share is rounded up. In a small Release the one pod more would ask for another one, and so on: it
    # counts only where else more than one would be left out.
    fit = max((count for count in pods.values() if count <= look.full_size), default=0)
    rounded = look.full_size >= ROUNDED_FROM or look.full_size - fit > 1
    most = look.full_size + (1 if rounded else 0)
    return max((revision for revision in pods if pods[revision] <= most), key=pods.__getitem__, default=stable.revision)


def _autoscalers(owner: Owner, world: World) -> list[Object]:
    return list(world.store(kinds.AUTOSCALERS).of((owner.namespace, f"{kinds.RELEASES.kind}/{owner.name}")))
