"""A hand deletes a Service or a ReplicaSet of ours: what is live leads somewhere, and the last pods stay."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.decision.test_clauses import (
    full,
    progress_look,
    promoting,
    rolling_back,
    side_look,
    step_look,
    waiting,
)
from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.world import deployed
from tidegate.decision import Progress, Reason, Snapshot, decide
from tidegate.decision.actions import PointService, Role, SetWeight
from tidegate.decision.snapshot import Blocked


def without_service(look: Snapshot, role: Role) -> Snapshot:
    missing: dict[str, Any] = {role.value: None}
    return replace(look, services=replace(look.services, **missing))


def without_stable(look: Snapshot) -> Snapshot:
    return replace(look, sides=tuple(side for side in look.sides if side.revision != "v1"))


def test_a_weight_that_stays_while_going_back_leads_to_a_service() -> None:
    stuck = side_look("v1", rolling_back(), available=0)
    assert stuck.route is not None
    look = without_service(replace(stuck, route=replace(stuck.route, weight=20)), Role.CANDIDATE)

    assert decide(look).actions == (PointService(Role.CANDIDATE, "v2"),)


def test_a_weight_that_stays_in_a_step_leads_to_the_candidate_again() -> None:
    """Stable may have no pods to lead it to."""
    assert decide(without_service(step_look(), Role.CANDIDATE)).actions == (PointService(Role.CANDIDATE, "v2"),)
    alone = without_service(side_look("v1", step_look(), available=0), Role.CANDIDATE)
    meant = replace(alone, progress=decide(alone).progress)
    assert decide(meant).actions == (
        PointService(Role.CANDIDATE, "v2"),
        SetWeight(weight=100, revision="v2", raising=True),
    )


def test_traffic_that_goes_back_after_a_lost_status_finds_stables_service_again() -> None:
    rest = deployed().look()
    assert rest.route is not None
    look = without_service(replace(rest, route=replace(rest.route, weight=50)), Role.STABLE)

    decision = decide(look)

    assert decision.reason is Reason.RAISED_BY_HAND
    assert decision.actions == (PointService(Role.STABLE, "v1"), SetWeight(weight=0, revision="v1"))


def test_traffic_goes_back_to_the_only_revision_that_is_left_by_a_service_that_selects_it() -> None:
    """Stable's ReplicaSet and the status were lost: the candidate serves, and stable's Service selects nobody."""
    left = replace(without_stable(step_look()), progress=Progress(stable="v2"))

    decision = decide(left)

    assert decision.reason is Reason.RAISED_BY_HAND
    assert decision.actions == (PointService(Role.STABLE, "v2"), SetWeight(weight=0, revision="v2"))


def test_the_candidates_service_is_there_again_whatever_became_of_stable() -> None:
    alone = without_stable(full())
    assert alone.route is not None

    look = without_service(alone, Role.CANDIDATE)

    assert decide(look).actions == (PointService(Role.CANDIDATE, "v2"),)


def test_the_candidates_service_that_leads_to_nobody_is_led_to_the_only_pods_at_once() -> None:
    """Its ReplicaSet was deleted and is back, and stable's pods have failed meanwhile."""
    look = side_look("v1", full(), available=0)
    look = replace(look, services=replace(look.services, candidate="v1"))
    meant = progress_look(look, desired_weight=100)

    assert decide(meant).actions == (PointService(Role.CANDIDATE, "v2"),)
    somebody = replace(meant, sides=(*meant.sides, replace(meant.stable, revision="v0", available=1)))
    elsewhere = replace(somebody, services=replace(somebody.services, candidate="v0"))
    assert decide(elsewhere).actions != (PointService(Role.CANDIDATE, "v2"),)


def test_what_lost_pods_shed_finds_stables_service_again() -> None:
    look = without_service(side_look("v2", full(), available=2), Role.STABLE)

    assert decide(look).actions == (PointService(Role.STABLE, "v1"), SetWeight(weight=50, revision="v2"))


def test_a_weight_that_goes_needs_no_service() -> None:
    look = without_service(replace(rolling_back(), route=step_look().route), Role.CANDIDATE)

    assert decide(look).actions == (SetWeight(weight=0, revision="v2"),)


def test_all_the_weight_leads_to_a_service_until_roles_have_changed() -> None:
    actions = decide(without_service(promoting(), Role.CANDIDATE)).actions

    assert PointService(Role.CANDIDATE, "v2") in actions


def test_the_last_pods_stay_where_stable_is_gone_though_they_are_rejected() -> None:
    look = without_stable(rolling_back(target="v3"))
    assert look.route is not None
    drained = replace(look, route=replace(look.route, weight=0, confirmed=True))

    assert (decide(drained).reason, decide(drained).actions) == (Reason.ROLLBACK_BLOCKED, ())


def test_a_candidate_with_pods_gets_its_weight_though_stables_replica_set_is_gone() -> None:
    look = without_stable(side_look("v2", waiting(), available=1))
    services = replace(look.services, candidate="v2", candidate_endpoints=1)

    assert SetWeight(weight=20, revision="v2", raising=True) in decide(replace(look, services=services)).actions


def all_to_the_candidate(**changes: Any) -> Snapshot:
    """Stable's pods went away in the first step, and the candidate has all traffic, with pods for it."""
    world = at_first_step()
    world.starts -= {"v1"}
    world.sides["v1"] = replace(world.sides["v1"], available=0)
    world.run()
    assert world.look().weight == 100
    return side_look("v1", world.look(), **changes)


def above_its_step(**changes: Any) -> Snapshot:
    """The same, where the record says otherwise."""
    return progress_look(all_to_the_candidate(**changes), desired_weight=20)


GONE = "the ReplicaSet of stable revision v1 is gone: declare its template again"
FEW = "stable has fewer available pods than its share needs"


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        pytest.param(without_stable(all_to_the_candidate()), GONE, id="all goes to the candidate, stable is gone"),
        pytest.param(all_to_the_candidate(), FEW, id="all goes to the candidate, stable has no pods"),
        pytest.param(all_to_the_candidate(available=1, refusal="no room"), f"{FEW}: no room", id="stable has too few"),
        pytest.param(without_stable(above_its_step()), GONE, id="a weight above its record's, stable is gone"),
        pytest.param(above_its_step(), FEW, id="a weight above its record's, stable has no pods"),
    ],
)
def test_whoever_waits_for_stable_is_told_what_it_lacks(look: Snapshot, sentence: str) -> None:
    decision = decide(look)

    assert (decision.reason, decision.sentence) == (Reason.STABLE_UNAVAILABLE, sentence)


def test_a_lost_stable_whose_template_is_not_known_says_what_keeps_it_from_being_known() -> None:
    missing = Blocked(reason=Reason.CONFIG_MISSING, sentence="ConfigMap settings is missing")
    look = replace(without_stable(all_to_the_candidate()), known=False)

    assert decide(replace(look, blocked=missing)).reason is Reason.CONFIG_MISSING


def test_a_rollback_without_stable_says_what_keeps_its_template_from_being_known() -> None:
    missing = Blocked(reason=Reason.CONFIG_MISSING, sentence="ConfigMap settings is missing")
    look = replace(without_stable(rolling_back(target="v2")), blocked=missing, known=False)
    decision = decide(look)

    assert decision.reason is Reason.CONFIG_MISSING
    assert decision.sentence == "the ReplicaSet of stable revision v1 is gone; ConfigMap settings is missing"
