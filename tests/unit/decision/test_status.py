"""The status keeps all that a restart needs, and says it by the kstatus table."""

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import World, deployed
from tidegate.api import Suspend
from tidegate.decision import Progress
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.decision.status import progress_of, status_of


def status(world: World) -> dict[str, object]:
    return status_of(world.look(), world.progress, generation=3, before={}, objectives=[], selector="a=b")


def states(world: World) -> dict[str, str]:
    return {found["type"]: found["status"] for found in status(world)["conditions"]}


def test_every_state_of_a_rollout_reads_back_equal() -> None:
    world = deployed()
    world.target = "v2"

    for _ in range(40):
        world.turn()
        assert progress_of(status(world)) == world.progress


def test_a_served_release_is_ready() -> None:
    assert states(deployed()) == {"Ready": "True"}


def test_a_rollout_under_way_is_reconciling() -> None:
    assert states(at_first_step()) == {"Ready": "False", "Reconciling": "True"}


def test_a_rolled_back_release_is_stalled() -> None:
    world = at_first_step()
    world.evidence = BREACH
    world.run()

    assert states(world) == {"Ready": "False", "Stalled": "True"}


def test_a_suspended_rollout_waits_for_a_person() -> None:
    world = at_first_step()
    world.suspension = Suspend.ADVANCE
    world.run()

    assert states(world) == {"Ready": "Unknown", "Reconciling": "True"}


@pytest.mark.parametrize("reason", [Reason.NAME_TAKEN, Reason.GATEWAY_MISSING, Reason.SECRET_MISSING])
def test_what_someone_must_mend_is_stalled(reason: Reason) -> None:
    world = deployed()
    world.target = "v2"
    world.blocked = Blocked(reason, "mend it")
    world.run()

    assert states(world) == {"Ready": "False", "Stalled": "True"}


def test_a_condition_keeps_its_time_while_its_value_stays() -> None:
    world = deployed()
    before = status(world)
    world.now = world.now.replace(year=2027)

    after = status_of(world.look(), world.progress, generation=3, before=before, objectives=[], selector="a=b")

    assert after["conditions"] == before["conditions"]


def test_the_first_progress_is_empty() -> None:
    assert Progress().stable is None
