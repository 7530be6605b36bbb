"""What is fought over is no ground to move traffic on, while traffic moves."""

import time

import pytest

from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.test_status import status
from tests.unit.decision.world import World, deployed
from tests.unit.reconcile.test_garbled import KEY, WORLD, seen
from tidegate.decision.reasons import Reason
from tidegate.reconcile.memory import PutBack
from tidegate.reconcile.observe import observe


@pytest.mark.parametrize(("around", "told"), [(at_first_step(), True), (deployed(), False)], ids=["rollout", "rest"])
def test_an_owner_that_fights_over_weights_stops_a_rollout_and_nothing_at_rest(around: World, told: bool) -> None:
    seen({}, status(around))
    asserted = PutBack(field="platform-operator", times=99, at=time.monotonic())
    WORLD.memory(KEY).router("HTTPRoute/front").asserted = asserted

    found = observe(KEY, WORLD)

    assert found is not None
    blocked = found.snapshot.blocked
    assert (blocked is not None and blocked.reason is Reason.OVERWRITTEN) is told
