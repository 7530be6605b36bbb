"""What someone must mend before a rollout may go forward: named by field, healed by itself."""

from collections.abc import Callable
from functools import wraps

from tidegate.decision.snapshot import Blocked
from tidegate.decision.start import brings_back
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World

from .baseline import baseline_unfit
from .declaration import copy_gone, invalid, other_workload, refused, sets_unusable, untrackable
from .elsewhere import held_elsewhere
from .features import feature_missing
from .nodes import no_node_allowed
from .routes import gateway_missing, overwritten, route_missing, route_taken, switched_off
from .rule_claims import rule_claimed
from .services import name_taken, not_isolated, port_missing
from .sources import pages_unfit, plane_unfit, query_unfillable, source_unfit
from .takeover import takeover_waits
from .target_claims import target_claimed

Rule = Callable[[Seen, World], Blocked | None]


def blocked_by(seen: Seen, world: World) -> Blocked | None:
    """The first thing to mend, or None."""
    return next((found for rule in BLOCKS if (found := rule(seen, world))), None)


def not_for_an_undo(rule: Rule) -> Rule:
    """What a new revision needs, to be made or judged, does not hold up an undo: its revision was stable before."""

    @wraps(rule)
    def unless_brought_back(seen: Seen, world: World) -> Blocked | None:
        return None if brings_back(seen.snapshot) else rule(seen, world)

    return unless_brought_back


BLOCKS: tuple[Rule, ...] = (
    switched_off,
    refused,
    not_for_an_undo(untrackable),
    copy_gone,
    invalid,
    not_for_an_undo(sets_unusable),
    other_workload,
    held_elsewhere,
    name_taken,
    route_taken,
    target_claimed,
    rule_claimed,
    takeover_waits,
    overwritten,
    port_missing,
    not_for_an_undo(no_node_allowed),
    gateway_missing,
    feature_missing,
    route_missing,
    query_unfillable,
    not_for_an_undo(source_unfit),
    not_for_an_undo(baseline_unfit),
    not_for_an_undo(plane_unfit),
    not_for_an_undo(pages_unfit),
    not_isolated,
)
