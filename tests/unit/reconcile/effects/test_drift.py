"""Only what someone changed is told as changed by someone."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.reconcile.test_garbled import KEY, WORLD, seen
from tidegate.api.names import LABEL_REVISION
from tidegate.decision.actions import PointService, Role
from tidegate.decision.snapshot import Side
from tidegate.reconcile.effects.drift import drift_of_service
from tidegate.reconcile.observe import observe
from tidegate.reconcile.seen.seen import Seen
from tidegate.workloads import PodPort, service

TO_STABLE = PointService(Role.CANDIDATE, "v1")


def rolling_out(**changes: Any) -> Seen:
    """A rollout of v2 beside stable v1, of a declaration that the status tells of."""
    seen({})
    found = observe(KEY, WORLD)
    assert found is not None
    told = {**found.stored.found, "status": {"observedGeneration": found.stored.found["metadata"]["generation"]}}
    snapshot = replace(found.snapshot, **changes)
    return replace(found, stored=replace(found.stored, found=told), snapshot=snapshot)


def selecting(look: Seen, revision: str) -> dict[str, Any]:
    return service(look.owner, "candidate", revision, port=80, at=PodPort(80))


@pytest.mark.parametrize("sides", [(Side(revision="v2"),), ()], ids=["there", "deleted by hand"])
def test_a_service_that_turns_from_the_candidate_to_stable_was_changed_by_nobody(sides: tuple[Side, ...]) -> None:
    look = rolling_out(sides=sides)

    assert drift_of_service(look, selecting(look, "v2"), TO_STABLE) == ""


def test_a_service_that_selects_what_was_never_a_revision_was_changed_by_someone() -> None:
    look = rolling_out()
    nobody = selecting(look, "v2")
    del nobody["spec"]["selector"][LABEL_REVISION]

    assert drift_of_service(look, selecting(look, "foreign"), TO_STABLE) == "spec.selector"
    assert drift_of_service(look, nobody, TO_STABLE) == "spec.selector"
