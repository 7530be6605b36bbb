"""Routes of other kinds, on their real CRDs: two weights move, and all is as it was in the end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cluster.api import (
    DESTINATION_RULES,
    RELEASES,
    SERVICES,
    TRAEFIK_SERVICES,
    VIRTUAL_SERVICES,
    Api,
    Object,
    Resource,
)
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, reason_is, release
from tests.integration.steps import change, create_younger
from tests.integration.users_routes import GIT, attached, deployed, git_applies, untouched


def destination(host: str, weight: int) -> Object:
    return {"destination": {"host": host, "port": {"number": 80}}, "weight": weight}


def virtual_service(namespace: str) -> Object:
    """As a team has it in Git: a rule of its own first, and hosts in two spellings."""
    main = [destination("web-candidate", 0), destination(f"web-stable.{namespace}.svc.cluster.local", 100)]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {
            "hosts": [f"front.{namespace}.example"],
            "http": [
                {"name": "assets", "timeout": "3s", "route": [{"destination": {"host": "assets"}}]},
                {"name": "main", "retries": {"attempts": 2}, "route": main},
            ],
        },
    }


def traefik_service(namespace: str) -> Object:
    services = [{"name": "web-candidate", "port": 80, "weight": 0}, {"name": "web-stable", "port": 80, "weight": 1}]
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "TraefikService",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {"weighted": {"sticky": {"cookie": {"name": "side"}}, "services": services}},
    }


ROUTES: dict[str, tuple[Resource, Any, Object]] = {
    "VirtualService": (VIRTUAL_SERVICES, virtual_service, {"kind": "VirtualService", "name": "front", "rule": "main"}),
    "TraefikService": (TRAEFIK_SERVICES, traefik_service, {"kind": "TraefikService", "name": "front"}),
}
every_kind = pytest.mark.parametrize(("kind", "manifest", "named"), ROUTES.values(), ids=ROUTES)


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
    change(api, namespace, "2")

    seen: list[list[int]] = []
    for found in api.follow(kind, namespace, "front", 30):
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
    kind, manifest, named = ROUTES["VirtualService"]
    deployed(api, namespace, (kind, manifest(namespace)), traffic={"route": named})
    rival = attached(namespace, traffic={"route": named})
    rival["metadata"]["name"] = "rival"
    create_younger(api, namespace, rival)

    found = api.until(RELEASES, namespace, "rival", lambda found: found.get("status", {}).get("phase") == "Stalled")
    assert found["status"]["reason"] == "TargetClaimed"


SUBSETS = {**ROUTES["VirtualService"][2], "destinationRule": "front"}


def by_subsets(namespace: str) -> Object:
    """A VirtualService that tells the sides apart by subsets of one host."""
    found = virtual_service(namespace)
    for ref, subset in zip(found["spec"]["http"][1]["route"], ("candidate", "stable"), strict=True):
        ref["destination"] = {"host": "everything", "subset": subset}

    return found


def destination_rule(namespace: str) -> Object:
    """The team's subsets: one of its own, and the two that Tidegate may point."""
    names = [
        {"name": "debug", "labels": {"debug": "true"}},
        {"name": "candidate"},
        {"name": "stable", "labels": {"app": "web"}, "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}},
    ]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {"host": "everything", "subsets": names},
    }


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
        found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    second = found["status"]["stable"]["revision"]
    assert second != first
    api.until(DESTINATION_RULES, namespace, "front", lambda found: selected(found) == [second, second])


def test_a_missing_destination_rule_is_said_and_healed(api: Api, namespace: str, operator: Operator) -> None:
    api.apply(VIRTUAL_SERVICES, by_subsets(namespace), manager=GIT)
    api.create(RELEASES, attached(namespace, traffic={"route": SUBSETS}))
    found = api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert "DestinationRule front is missing" in found["status"]["message"]

    api.apply(DESTINATION_RULES, destination_rule(namespace), manager=GIT)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
