"""What a restart has still to do: stable's pods from before it, and the new ones that are awaited."""

from datetime import timedelta

from tidegate.decision.progress import Progress
from tidegate.decision.workload import Restart
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.workloads import Owner, pod, summary

from .sides import revision_of


def observe_restart(progress: Progress, owner: Owner, wanted: int, min_ready_seconds: int, world: World) -> Restart:
    """What is left to do, until stable has its `wanted` pods, all of them new; nothing where nobody asked."""
    since = progress.restart_since
    if since is None or not wanted:
        return Restart()

    found = [
        (made["metadata"]["creationTimestamp"], alive)
        for made in world.store(kinds.PODS).of(owner.key)
        if revision_of(made) == progress.stable and (alive := pod(made))
    ]
    # Creation is told in whole seconds: one within the second of the ask counts as new.
    start = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    due = sorted((alive.ready, alive.name) for made, alive in found if made < start)
    fresh = summary(
        [alive for made, alive in found if made >= start],
        now=world.now(),
        min_ready_seconds=min_ready_seconds,
        ready_nodes=None,
    )
    awaited = max(wanted - len(due) - fresh.available, 0)
    budget = world.memory(owner.key).budget
    waits = budget is not None and budget.left > 0
    return Restart(
        due=tuple(name for _, name in due),
        awaited=awaited,
        refusal=budget.sentence if budget and waits else "",
        again=timedelta(seconds=budget.left) if budget and waits else None,
    )
