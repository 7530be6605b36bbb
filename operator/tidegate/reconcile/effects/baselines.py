"""The effects on a fresh copy of stable: made from stable's own ReplicaSet, and gone with its pods."""

from typing import assert_never

from tidegate.clients import Conflict, NotFound
from tidegate.decision.actions import ForgetBaseline, PrepareBaseline
from tidegate.decision.reasons import Reason
from tidegate.decision.status import stamp
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import baseline_of, baseline_set, name_of

from .ownership import create, ours

KIND = kinds.REPLICA_SETS


async def act_on_baselines(seen: Seen, action: PrepareBaseline | ForgetBaseline, world: World) -> None:
    """One effect on the baseline of a revision."""
    match action:
        case PrepareBaseline(revision, replicas):
            await prepare(seen, revision, replicas, world)
        case ForgetBaseline(revision):
            await forget(seen, revision, world)
        case _:
            assert_never(action)


async def prepare(seen: Seen, revision: str, replicas: int, world: World) -> None:
    """Create the baseline, or change its size."""
    name = name_of(seen.owner, baseline_of(revision))
    found = ours(seen, KIND, name, world)
    if found is not None:
        await world.merge(KIND, found, {"spec": {"replicas": replicas}})
        return

    started = stamp(seen.snapshot.progress.started_at) or ""
    stable = await whole(seen, revision, world)
    manifest = baseline_set(seen.owner, stable, revision, replicas=replicas, started=started)
    await create(seen, KIND, manifest, world)
    sentence = f"ReplicaSet {name}: a fresh copy of stable revision {revision} to compare the candidate with"
    world.tell(seen.stored.found, Reason.BASELINE_STARTED, sentence)


async def whole(seen: Seen, revision: str, world: World) -> Object:
    """Stable's ReplicaSet with its template, of which the store keeps nothing."""
    name = name_of(seen.owner, revision)
    try:
        return await world.kube.call("GET", KIND.path(seen.owner.namespace, name))
    except NotFound as error:
        raise Conflict(409, f"{name} is gone, so no baseline is made of it", call=f"read {name}") from error


async def forget(seen: Seen, revision: str, world: World) -> None:
    """Delete the ReplicaSet; its pods go with it, as any of stable's that are not needed any more."""
    name = name_of(seen.owner, baseline_of(revision))
    found = world.find(KIND, seen.owner.namespace, name)
    if found is None or not seen.owner.owns(found):
        return

    await world.delete(KIND, found)
    world.tell(seen.stored.found, Reason.BASELINE_ENDED, f"ReplicaSet {name}: nothing is compared with it any more")
