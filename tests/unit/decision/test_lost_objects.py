"""A hand deletes a Service or a ReplicaSet of ours: what is live leads somewhere, and the last pods stay."""

from dataclasses import replace

from tests.unit.decision.test_clauses import promoting, rolling_back, side_look, step_look, waiting
from tidegate.decision import Reason, Snapshot, decide
from tidegate.decision.actions import PointService, Role, SetWeight
from tidegate.decision.snapshot import Blocked


def without_service(look: Snapshot, role: Role) -> Snapshot:
    return replace(look, services=replace(look.services, **{role.value: None}))  # type: ignore[arg-type]


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
    assert decide(meant).actions == (PointService(Role.CANDIDATE, "v2"), SetWeight(100, "v2", raising=True))


def test_a_weight_that_goes_needs_no_service() -> None:
    look = without_service(replace(rolling_back(), route=step_look().route), Role.CANDIDATE)

    assert decide(look).actions == (SetWeight(0, "v2"),)


def test_all_the_weight_leads_to_a_service_until_roles_have_changed() -> None:
    actions = decide(without_service(promoting(), Role.CANDIDATE)).actions

    assert PointService(Role.CANDIDATE, "v2") in actions


def test_the_last_pods_stay_where_stable_is_gone_though_they_are_rejected() -> None:
    look = without_stable(rolling_back(target="v3"))
    assert look.route is not None
    drained = replace(look, route=replace(look.route, weight=0, confirmed=True))

    assert (decide(drained).reason, decide(drained).actions) == (Reason.ROLLBACK_BLOCKED, ())


def test_a_rollout_that_cannot_go_on_says_that_stables_replica_set_is_gone() -> None:
    look = without_stable(side_look("v2", waiting(), available=1))
    services = replace(look.services, candidate="v2", candidate_endpoints=1)
    decision = decide(replace(look, services=services))

    assert decision.reason is Reason.STABLE_UNAVAILABLE
    assert "declare its template again" in decision.sentence


def test_a_rollback_without_stable_says_what_keeps_its_template_from_being_known() -> None:
    missing = Blocked(Reason.CONFIG_MISSING, "ConfigMap settings is missing")
    look = replace(without_stable(rolling_back(target="v2")), blocked=missing, known=False)
    decision = decide(look)

    assert decision.reason is Reason.CONFIG_MISSING
    assert decision.sentence == "the ReplicaSet of stable revision v1 is gone; ConfigMap settings is missing"
