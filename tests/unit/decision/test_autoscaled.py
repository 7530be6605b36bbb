"""An autoscaler decides the size: who else writes the number takes no pods away."""

from dataclasses import replace

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import World, deployed
from tidegate.api import Suspend
from tidegate.decision import Phase, Reason, decide
from tidegate.decision.actions import RestoreSize, SetWeight
from tidegate.decision.snapshot import Blocked


def test_a_number_below_the_autoscalers_is_written_over() -> None:
    look = replace(deployed().look(), undercut=1)

    (restored,) = decide(look).actions

    assert isinstance(restored, RestoreSize)
    assert restored.replicas == look.replicas
    assert "spec.replicas became 1 beside an autoscaler that asked for 4, and is 4 again" in restored.sentence
    assert decide(look).progress == look.progress


def test_a_release_that_begins_without_a_size_blames_nobody() -> None:
    world = World(starts=frozenset())
    world.turn()

    (restored,) = decide(replace(world.look(), undercut=1)).actions

    assert isinstance(restored, RestoreSize)
    assert not restored.warns
    assert restored.sentence == "spec.replicas is 4, as the autoscaler asked last, for the first revision to start at"


def test_it_is_written_over_in_a_rollout_too() -> None:
    look = replace(at_first_step().look(), undercut=1)

    assert [type(action) for action in decide(look).actions] == [RestoreSize]


def test_nothing_is_written_where_people_hold_it_or_it_goes() -> None:
    look = replace(deployed().look(), undercut=1)

    assert decide(replace(look, suspension=Suspend.ALL)).actions == ()
    assert decide(replace(look, deleting=True)).actions == ()


def test_a_breach_rolls_back_before_a_number_is_written_over() -> None:
    look = replace(at_first_step().look(), undercut=1, evidence=BREACH)

    decision = decide(look)

    assert (decision.reason, decision.progress.phase) == (Reason.OBJECTIVE_BREACHED, Phase.ROLLING_BACK)
    assert [type(action) for action in decision.actions] == [SetWeight]


def test_lost_pods_lose_their_weight_before_a_number_is_written_over() -> None:
    world = at_first_step()
    world.sides["v2"] = replace(world.sides["v2"], available=0)

    assert decide(replace(world.look(), undercut=1)).reason is Reason.CANDIDATE_PODS_LOST


def test_a_number_that_may_not_be_written_is_told_and_stops_nothing_else() -> None:
    refused = Blocked(reason=Reason.REFUSED, sentence="denied the request: spec.replicas")
    rolling, resting = at_first_step(), deployed()

    for world in (rolling, resting):
        decision = decide(replace(world.look(), undercut=1, blocked=refused))

        assert (decision.reason, decision.sentence, decision.actions) == (Reason.REFUSED, refused.sentence, ())
