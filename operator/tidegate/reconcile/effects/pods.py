"""The effects on pods: one is evicted, as `kubectl drain` would."""

import time

from tidegate.clients import Disturbed, NotFound
from tidegate.decision.reasons import Reason
from tidegate.reconcile import kinds
from tidegate.reconcile.memory import Refusal
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.sentences import shortened

# A disruption budget is no object of ours to watch: it is asked again.
PATIENCE_SECONDS = 10.0


async def evict(seen: Seen, name: str, world: World) -> None:
    """Ask for one pod's eviction, and keep what the pod is then: the next turn must not take it for alive."""
    key = seen.owner.key
    found = world.find(kinds.PODS, seen.owner.namespace, name)
    if found is None:
        return

    try:
        await world.writer.evict(seen.owner.namespace, name, found["metadata"]["uid"])
        world.memory(key).budget = None
        world.keep(kinds.PODS, await world.kube.call("GET", kinds.PODS.path(seen.owner.namespace, name)))
    except Disturbed as error:
        until = time.monotonic() + PATIENCE_SECONDS
        world.memory(key).budget = Refusal(sentence=shortened(error.sentence), until=until, reason=Reason.RESTART_WAITS)
        world.mark(key)
    except NotFound:
        world.store(kinds.PODS).drop(found)
