"""What cannot go forward as it is declared: refused, unreadable, or of another kind than what is there."""

from datetime import timedelta

from tidegate.decision.copies import copy_missing
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World


def refused(seen: Seen, world: World) -> Blocked | None:
    """What the API server refused a moment ago: its own sentence, until it is tried again, or declared otherwise."""
    memory = world.memory(seen.owner.key)
    found = memory.refused
    if found is None or found.left <= 0 or found.declared != memory.declared:
        return None

    return Blocked(reason=found.reason, sentence=found.sentence, again=timedelta(seconds=found.left))


def untrackable(seen: Seen, _world: World) -> Blocked | None:
    """Configuration that the declared pods name and that cannot be tracked."""
    return seen.wanted.template.tracking.blocked


def copy_gone(seen: Seen, _world: World) -> Blocked | None:
    """A copy of configuration that cannot be made again."""
    return copy_missing(seen.snapshot)


def invalid(seen: Seen, _world: World) -> Blocked | None:
    """What was declared, or pinned by an older Tidegate, cannot be read whole."""
    sentence = seen.wanted.newest.invalid or seen.wanted.pinned.invalid
    return Blocked(reason=Reason.INVALID_SPEC, sentence=sentence) if sentence else None


def sets_unusable(seen: Seen, _world: World) -> Blocked | None:
    """A set of objectives that is missing, or cannot be filled in."""
    return seen.wanted.sets.blocked


def other_workload(seen: Seen, world: World) -> Blocked | None:
    """ReplicaSets never turn into DaemonSets, nor back: both would be stable at once."""
    other = kinds.DAEMON_SETS if seen.made_by is kinds.REPLICA_SETS else kinds.REPLICA_SETS
    if not any(map(seen.owner.owns, world.store(other).of(seen.owner.key))):
        return None

    sentence = f"spec.traffic.nodeRatio: this Release has {other.kind}s already; declare another Release instead"
    return Blocked(reason=Reason.INVALID_SPEC, sentence=sentence)
