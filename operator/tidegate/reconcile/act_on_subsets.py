"""The effects on the DestinationRules of a mesh: which revision a subset selects, and all as it was in the end."""

from tidegate.decision.actions import Role
from tidegate.routers import AttachedRoute, point_patch, restore_subsets_patch
from tidegate.watch import Object
from tidegate.workloads import labels_of

from . import kinds
from .observe import Seen
from .ownership import disown, patched
from .world import World


async def point_subsets(seen: Seen, role: Role, revision: str, world: World) -> None:
    """Let the subset of a role select a revision, in every DestinationRule that the Release names."""
    for found in destination_rules(seen, world):
        if patch := point_patch(found, role.value, labels_of(seen.owner, revision)):
            await patched(seen, kinds.DESTINATION_RULES, found, patch, world)


async def restore_subsets(seen: Seen, world: World) -> None:
    """The subsets as they were found, and then the list of those who own fields."""
    for found in destination_rules(seen, world):
        if patch := restore_subsets_patch(found):
            await patched(seen, kinds.DESTINATION_RULES, found, patch, world)

        await disown(kinds.DESTINATION_RULES, found, world)


def destination_rules(seen: Seen, world: World) -> list[Object]:
    """Those that are there."""
    store = world.store(kinds.DESTINATION_RULES)
    names = [router.destination_rule for router in seen.routing.routers if isinstance(router, AttachedRoute)]
    found = [store.get((seen.owner.namespace, name)) for name in dict.fromkeys(names) if name]
    return [rule for rule in found if rule is not None]
