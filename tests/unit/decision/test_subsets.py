"""A mesh's subsets follow their Services, go before weights, and are given back while our pods serve."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.unit.decision.test_clauses import promoting, rolling_back
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.world import deployed
from tidegate.decision import Snapshot, decide
from tidegate.decision.actions import Finalize, PointService, RestoreSubsets, Role, Scale, SetWeight
from tidegate.decision.progress import Asks
from tidegate.decision.route import Route


def astray(look: Snapshot, *roles: Role, **services: Any) -> Snapshot:
    return replace(look, services=replace(look.services, astray=frozenset(roles), **services))


def actions(look: Snapshot) -> list[Any]:
    return list(decide(look).actions)


def test_a_rollback_moves_the_subset_of_stable_before_the_weight() -> None:
    look = replace(astray(at_first_step().look(), Role.STABLE), evidence=BREACH)

    assert actions(look)[:2] == [PointService(Role.STABLE, "v1"), SetWeight(weight=0, revision="v2")]


def test_a_subset_that_was_declared_again_in_a_rollback_is_pointed_at_any_weight() -> None:
    assert actions(astray(rolling_back(), Role.STABLE))[0] == PointService(Role.STABLE, "v1")


def test_a_subset_that_was_declared_again_in_a_step_is_put_back_at_its_live_weight() -> None:
    look = astray(at_first_step().look(), Role.CANDIDATE)

    assert actions(look) == [PointService(Role.CANDIDATE, "v2")]
    assert decide(look).progress == at_first_step().progress


def test_a_subset_is_put_back_before_a_persons_word_moves_the_rollout() -> None:
    world = at_first_step()
    world.asks = Asks(promote_full="1")
    look = astray(world.look(), Role.CANDIDATE)

    assert actions(look) == [PointService(Role.CANDIDATE, "v2")]
    assert decide(look).progress == world.progress


def test_a_subset_that_was_declared_again_at_rest_is_put_back() -> None:
    assert actions(astray(deployed().look(), Role.STABLE)) == [PointService(Role.STABLE, "v1")]


def test_a_weight_that_a_hand_gave_at_rest_is_taken_back_only_on_stables_own_subset() -> None:
    look = deployed().look()
    assert look.route is not None
    look = replace(look, route=replace(look.route, weight=20))
    assert actions(look)[0] == SetWeight(weight=0, revision="v1")

    assert actions(astray(look, Role.STABLE)) == [PointService(Role.STABLE, "v1")]


def test_a_change_of_role_waits_for_the_subset_that_its_service_left_behind() -> None:
    look = promoting()
    turned = astray(look, Role.STABLE, stable="v2", apex="v2")

    assert actions(turned) == [PointService(Role.STABLE, "v2")]


def test_a_change_of_role_puts_back_the_subset_that_has_all_the_weight() -> None:
    look = astray(promoting(), Role.CANDIDATE, candidate="v2")

    assert PointService(Role.CANDIDATE, "v2") in actions(look)


def test_pods_that_a_subset_selects_are_not_retired() -> None:
    look = deployed().look()
    left = replace(look.sides[0], revision="v0", replicas=4)
    look = replace(look, sides=(*look.sides, left), route=Route(confirmed_for=timedelta(hours=1)))
    live = replace(look, services=replace(look.services, subsets=frozenset({"v0"})))

    assert actions(look) == [Scale(revision="v0", replicas=0)]
    assert actions(live) == []


def test_subsets_are_given_back_before_the_release_goes() -> None:
    look = replace(deployed().look(), deleting=True, finalizer=True, route=Route(attached=True))
    held = replace(look, services=replace(look.services, held=True))

    assert actions(held) == [RestoreSubsets()]
    assert actions(replace(held, undeclared_subsets=True)) == [RestoreSubsets(undeclared=True), RestoreSubsets()]
    assert actions(look) == [Finalize(keep=False)]


def test_subsets_that_were_given_back_are_not_pointed_again() -> None:
    look = replace(astray(at_first_step().look(), Role.STABLE, Role.CANDIDATE), deleting=True, finalizer=True)
    drained = replace(look, route=Route(attached=True, confirmed_for=timedelta(hours=1)))

    assert PointService not in map(type, actions(drained))
