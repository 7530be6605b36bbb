"""Which data plane answers a Release's built-in questions, as declared or by the controllers behind its routes."""

from dataclasses import replace

from tidegate.api import DataPlane
from tidegate.metrics.choice import Choice, choose
from tidegate.reconcile.world import World
from tidegate.watch import Object
from tidegate.workloads import Owner

from .gateway_classes import controllers_of
from .objective_sets import Expanded


def choice_of(declared: Object, owner: Owner, world: World) -> Choice:
    """The data plane, or a sentence that says why there is none."""
    if name := declared.get("dataPlane"):
        return choose(DataPlane(name), ())

    if {"podRatio", "nodeRatio"} & declared["traffic"].keys():
        # No router counts: the pods themselves do.
        return choose(DataPlane.APPLICATION, ())

    return choose(None, controllers_of(declared, owner, world))


def with_plane(sets: Expanded, choice: Choice) -> Expanded:
    """The declaration with the chosen data plane written out: so it is pinned like a declared one."""
    if choice.plane is None:
        return sets

    declared = {**sets.declared, "dataPlane": choice.plane.value}
    return replace(sets, declared=declared, versions=f"{sets.versions}/{choice.plane.value}")
