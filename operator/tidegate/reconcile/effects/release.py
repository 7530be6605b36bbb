"""The effects on the Release itself: our finalizer, and its size."""

from typing import assert_never

from tidegate.api.names import FINALIZER
from tidegate.decision.actions import Finalize, RestoreSize
from tidegate.decision.reasons import Reason
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Object


async def act_on_release(seen: Seen, action: Finalize | RestoreSize, world: World) -> None:
    """One effect on the Release as it was seen."""
    match action:
        case Finalize(keep):
            await finalize(seen, world, keep=keep)
        case RestoreSize():
            await restore_size(seen, action, world)
        case _:
            assert_never(action)


async def finalize(seen: Seen, world: World, *, keep: bool) -> None:
    """Put our finalizer on the Release, or take it off; others keep theirs."""
    metadata = seen.stored.found["metadata"]
    others = [name for name in metadata.get("finalizers") or () if name != FINALIZER]
    finalizers = [*others, FINALIZER] if keep else others
    body: Object = {"metadata": {"resourceVersion": metadata["resourceVersion"], "finalizers": finalizers}}
    answer = await world.writer.merge(kinds.RELEASES, seen.stored.found, body)
    if seen.snapshot.deleting and not finalizers:
        # It is gone with this write: kept, it would be a ghost that claims its routes for ever.
        world.store(kinds.RELEASES).drop(answer)
        return

    world.keep(kinds.RELEASES, answer)


async def restore_size(seen: Seen, action: RestoreSize, world: World) -> None:
    """Write the size that an autoscaler goes on from over the one that is there, and tell people each time."""
    found = seen.stored.found
    metadata = {"resourceVersion": found["metadata"]["resourceVersion"]}
    body: Object = {"metadata": metadata, "spec": {"replicas": action.replicas}}
    await world.merge(kinds.RELEASES, found, body)
    world.tell(found, Reason.SIZE_RESTORED, action.sentence, warns=action.warns)
