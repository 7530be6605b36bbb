"""The effects on the DestinationRules of a mesh: which revision a subset selects, and all as it was in the end."""

from tidegate.decision.actions import RestoreSubsets, Role
from tidegate.decision.reasons import Reason
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.elsewhere import undeclared_rules
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.routers import SUBSET_NOTES, AttachedRoute, point_patch, restore_subsets_patch, unknown_subsets
from tidegate.watch import Object
from tidegate.workloads import labels_of

from .ownership import disown, patched


async def point_subsets(seen: Seen, role: Role, revision: str, world: World, *, urgent: bool) -> None:
    """Let the subset of a role select a revision, in every DestinationRule that the Release names."""
    for found in destination_rules(seen, world):
        if patch := point_patch(found, role.value, labels_of(seen.owner, revision)):
            await patched(seen, kinds.DESTINATION_RULES, found, patch, world, urgent=urgent)


async def restore_subsets(seen: Seen, action: RestoreSubsets, world: World) -> None:
    """The subsets as they were found, then in one the notes and the list of those who own fields."""
    before = undeclared_rules(seen.routing.routers, seen.owner, world)
    for found in before if action.undeclared else destination_rules(seen, world):
        if patch := restore_subsets_patch(found):
            await patched(seen, kinds.DESTINATION_RULES, found, patch, world)

        if sentence := unknown_subsets(found["metadata"]["name"], found):
            world.tell(seen.stored.found, Reason.SUBSETS_UNKNOWN, sentence)

        await disown(kinds.DESTINATION_RULES, found, world, *SUBSET_NOTES)


def destination_rules(seen: Seen, world: World) -> list[Object]:
    """Those that are there."""
    names = [router.destination_rule for router in seen.routing.routers if isinstance(router, AttachedRoute)]
    found = [world.find(kinds.DESTINATION_RULES, seen.owner.namespace, name) for name in dict.fromkeys(names) if name]
    return [rule for rule in found if rule is not None]
