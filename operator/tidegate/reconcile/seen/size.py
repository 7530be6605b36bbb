"""How many pods a Release has: as declared, as an autoscaler asked, or as the Deployment had that it takes over."""

from dataclasses import dataclass, replace

from tidegate.decision.progress import TakenOver
from tidegate.decision.takeover import size_to_keep
from tidegate.decision.workload import Workload
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Owner

from .autoscalers import asked_size, least_size, most_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The Release's size, and what was written instead: `undercut` below its autoscaler's number, by another.

    `least`: the fewest that an autoscaler allows, 0 without one. The `workload` knows what it asked meanwhile.
    """

    replicas: int
    least: int
    undercut: int | None
    workload: Workload | None


def observe_size(
    found: Object,
    owner: Owner,
    world: World,
    *,
    declared: int,
    record: TakenOver | None,
    workload: Workload | None,
    first: bool = False,
) -> Size:
    """A Deployment that is not emptied yet keeps the Release as large as itself, whoever asks for less.

    `first`: the Release serves nothing yet.
    """
    asked, least = asked_size(found, declared, owner, world), least_size(owner, world)
    kept = size_to_keep(record, workload)
    if workload is not None and least and asked < kept:
        workload = replace(workload, asked_meanwhile=asked)

    # With its pods would go what nobody gave the Release.
    grown = workload is not None and record is not None and workload.replicas > record.replicas
    if workload is not None and grown and not least and asked < kept:
        workload = replace(workload, outgrown=asked)

    undercut = declared if asked > declared else None
    unseen = _unseen(workload, owner, world) if workload is not None and first and record is None and declared else 0
    return Size(replicas=max(asked, kept, unseen), least=least, undercut=undercut, workload=workload)


def _unseen(workload: Workload, owner: Owner, world: World) -> int:
    """As many as the Deployment has before it is taken over, where an autoscaler scales the Release; else 0.

    It has seen no pod of the Release yet: one whose `replicas` are left out begins at 1, of which it makes its least.
    """
    return min(workload.replicas, most_size(owner, world))
