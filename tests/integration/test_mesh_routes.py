"""Routes of other kinds, on their real CRDs: two weights move, and all is as it was in the end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cluster.api import (
    DESTINATION_RULES,
    RELEASES,
    SERVICES,
    VIRTUAL_SERVICES,
    Api,
    Object,
    Resource,
)
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, promoted, promoted_after, reason_is, release
from tests.integration.mesh_routes import BY_KIND, SUBSETS, by_subsets, destination_rule
from tests.integration.steps import change, create_younger, from_before
from tests.integration.users_routes import GIT, attached, deployed, git_applies, redeclare, untouched

every_kind = pytest.mark.parametrize(("kind", "manifest", "named"), BY_KIND.values(), ids=BY_KIND)


def weights(found: Object) -> list[int]:
    """Stable's and the candidate's weight."""
    spec = found["spec"]
    refs = spec["http"][1]["route"] if "http" in spec else spec["weighted"]["services"]
    return [refs[1]["weight"], refs[0]["weight"]]


@every_kind
def test_a_good_version_goes_through_a_route_of_any_kind_and_leaves_it_as_it_was(
    api: Api, namespace: str, operator: Operator, kind: Resource, manifest: Any, named: Object
) -> None:
    deployed(api, namespace, (kind, manifest(namespace)), traffic={"route": named})
    before = api.get(kind, namespace, "front")

    seen: list[list[int]] = []
    for found in from_before(api.follow(kind, namespace, "front", 30), lambda: change(api, namespace, "2")):
        seen += [weights(found)] if seen[-1:] != [weights(found)] else []
        if [0, 100] in seen and seen[-1] == weights(before):
            break

    climb = [share for share in seen if share != weights(before)]
    assert climb[:3] == [[80, 20], [50, 50], [0, 100]]
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(kind, namespace, "front", untouched(before))


@every_kind
def test_a_breach_takes_a_route_of_any_kind_back(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer, kind: Resource, manifest: Any, named: Object
) -> None:
    steps = [{"name": "first", "weight": 20, "dwell": "30s"}]
    deployed(api, namespace, (kind, manifest(namespace)), traffic={"route": named}, **judged(steps=steps))
    before = api.get(kind, namespace, "front")
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(kind, namespace, "front", lambda found: weights(found) == [80, 20])

    metrics.says = Answer(value=0.9)

    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    api.until(kind, namespace, "front", untouched(before))


@every_kind
def test_git_that_applies_its_weights_again_is_no_hand_on_any_kind(
    api: Api, namespace: str, operator: Operator, kind: Resource, manifest: Any, named: Object
) -> None:
    steps = [{"name": "half", "weight": 50, "dwell": "2s"}]
    deployed(api, namespace, (kind, manifest(namespace)), traffic={"route": named}, steps=steps)
    before = api.get(kind, namespace, "front")

    with git_applies(api, kind, manifest(namespace)):
        change(api, namespace, "2")
        found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert found["status"]["history"][0]["outcome"] == "Promoted"
    api.until(kind, namespace, "front", untouched(before))


@every_kind
def test_where_nothing_is_reported_time_counts_from_when_there_is_something_to_serve(
    api: Api, namespace: str, operator: Operator, kind: Resource, manifest: Any, named: Object
) -> None:
    api.apply(kind, manifest(namespace), manager=GIT)
    api.create(RELEASES, release(namespace, traffic={"route": named, "settle": "4s", "drain": "0s"}))

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    served = datetime.fromisoformat(api.get(SERVICES, namespace, "web-stable")["metadata"]["creationTimestamp"])
    promoted = datetime.fromisoformat(found["status"]["history"][0]["endedAt"])
    assert promoted - served >= timedelta(seconds=4)


def test_of_two_releases_on_one_rule_of_a_mesh_the_older_wins(api: Api, namespace: str, operator: Operator) -> None:
    kind, manifest, named = BY_KIND["VirtualService"]
    deployed(api, namespace, (kind, manifest(namespace)), traffic={"route": named})
    rival = attached(namespace, traffic={"route": named})
    rival["metadata"]["name"] = "rival"
    create_younger(api, namespace, rival)

    found = api.until(RELEASES, namespace, "rival", lambda found: found.get("status", {}).get("phase") == "Stalled")
    assert found["status"]["reason"] == "TargetClaimed"


def selected(found: Object) -> list[str | None]:
    """The revisions that the subsets of stable and of the candidate select."""
    labels = {subset["name"]: subset.get("labels") or {} for subset in found["spec"]["subsets"]}
    return [labels[role].get("tidegate.dev/revision") for role in ("stable", "candidate")]


def deployed_by_subsets(api: Api, namespace: str, **changes: Any) -> tuple[Object, str]:
    """A first version in subsets that Git declares: the DestinationRule as it was, and the revision."""
    api.apply(DESTINATION_RULES, destination_rule(namespace), manager=GIT)
    before = api.get(DESTINATION_RULES, namespace, "front")
    route = (VIRTUAL_SERVICES, by_subsets(namespace))
    deployed(api, namespace, route, traffic={"route": SUBSETS}, **changes)
    first: str = api.get(RELEASES, namespace, "web")["status"]["stable"]["revision"]
    api.until(DESTINATION_RULES, namespace, "front", lambda found: selected(found) == [first, first])
    return before, first


def test_subsets_follow_the_roles_and_are_given_back_with_the_release(
    api: Api, namespace: str, operator: Operator
) -> None:
    before, first = deployed_by_subsets(api, namespace)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    second = found["status"]["stable"]["revision"]
    assert second != first
    assert selected(api.get(DESTINATION_RULES, namespace, "front")) == [second, second]

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    assert untouched(before)(api.get(DESTINATION_RULES, namespace, "front"))


def test_subsets_are_given_back_where_another_route_is_declared(api: Api, namespace: str, operator: Operator) -> None:
    before, _ = deployed_by_subsets(api, namespace)
    gateway = release(namespace)["spec"]["traffic"]["gateway"]

    redeclare(api, namespace, traffic={"route": None, "gateway": gateway})

    api.until(DESTINATION_RULES, namespace, "front", untouched(before))
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted(2))
    assert untouched(before)(api.get(DESTINATION_RULES, namespace, "front"))


def test_a_release_that_is_deleted_in_mid_rollout_gives_subsets_and_weights_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    before, _ = deployed_by_subsets(api, namespace, steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    assert untouched(before)(api.get(DESTINATION_RULES, namespace, "front"))
    assert weights(api.get(VIRTUAL_SERVICES, namespace, "front")) == [100, 0]


def test_a_breach_never_moves_the_subset_of_stable(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    steps = [{"name": "first", "weight": 20, "dwell": "30s"}]
    _, first = deployed_by_subsets(api, namespace, **judged(steps=steps))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(VIRTUAL_SERVICES, namespace, "front", lambda found: weights(found) == [80, 20])
    stable, candidate = selected(api.get(DESTINATION_RULES, namespace, "front"))
    assert stable == first != candidate

    metrics.says = Answer(value=0.9)

    for found in api.follow(DESTINATION_RULES, namespace, "front", 30):
        assert selected(found)[0] == first
        if selected(found)[1] == first:
            break

    assert weights(api.get(VIRTUAL_SERVICES, namespace, "front"))[1] == 0
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_git_that_declares_its_subsets_again_stops_no_rollout(api: Api, namespace: str, operator: Operator) -> None:
    _, first = deployed_by_subsets(api, namespace, steps=[{"name": "half", "weight": 50, "dwell": "2s"}])

    with git_applies(api, DESTINATION_RULES, destination_rule(namespace)):
        change(api, namespace, "2")
        found = api.until(RELEASES, namespace, "web", promoted_after(first))

    second = found["status"]["stable"]["revision"]
    api.until(DESTINATION_RULES, namespace, "front", lambda found: selected(found) == [second, second])


def test_a_missing_destination_rule_is_said_and_healed(api: Api, namespace: str, operator: Operator) -> None:
    api.apply(VIRTUAL_SERVICES, by_subsets(namespace), manager=GIT)
    api.create(RELEASES, attached(namespace, traffic={"route": SUBSETS}))
    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert "DestinationRule front is missing" in found["status"]["message"]

    api.apply(DESTINATION_RULES, destination_rule(namespace), manager=GIT)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
