"""A user's own routes: two weights move while a rollout runs; all else, and in the end those too, is as it was."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.api import GRPC_ROUTES, RELEASES, ROUTES, Api, Object, Resource
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, release
from tests.integration.steps import change, create_younger

PARENT = {"name": "public", "namespace": "gateways"}
QUICK = {"settle": "0s", "drain": "0s"}
GIT = "kustomize-controller"


def backend(name: str, weight: int) -> Object:
    return {"name": name, "port": 80, "weight": weight}


def users_route(namespace: str, kind: str = "HTTPRoute", name: str = "front") -> Object:
    """A route as a team has it in Git: a rule of its own beside the one that Tidegate may touch."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {"team": "shop"}},
        "spec": {
            "parentRefs": [PARENT],
            "hostnames": [f"{name}.{namespace}.example"],
            "rules": [
                {"name": "old", "backendRefs": [backend("web-stable", 7)]},
                {"name": "main", "backendRefs": [backend("web-candidate", 0), backend("web-stable", 1)]},
            ],
        },
    }


def attached(namespace: str, **changes: Any) -> Object:
    traffic = changes.pop("traffic", {"route": {"name": "front", "rule": "main"}})
    return release(namespace, traffic={**traffic, **QUICK}, **changes)


def shares(found: Object) -> list[int]:
    """Stable's and the candidate's weight in the rule `main`."""
    rule = next(rule for rule in found["spec"]["rules"] if rule.get("name") == "main")
    weights = {ref["name"]: ref["weight"] for ref in rule["backendRefs"]}
    return [weights["web-stable"], weights["web-candidate"]]


def managers(found: Object) -> set[str]:
    return {entry["manager"] for entry in found["metadata"]["managedFields"]}


def untouched(before: Object) -> Callable[[Object], bool]:
    """True when a route is as it was: its spec, its notes, and those who own its fields."""

    def same(found: Object) -> bool:
        notes = found["metadata"].get("annotations") or {}
        return found["spec"] == before["spec"] and not notes and "tidegate" not in managers(found)

    return same


def deployed(api: Api, namespace: str, *routes: tuple[Resource, Object], **changes: Any) -> None:
    """A first version behind routes that Git declares."""
    for kind, manifest in routes:
        api.apply(kind, manifest, manager=GIT)

    api.create(RELEASES, attached(namespace, **changes))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


@contextmanager
def git_applies(api: Api, kind: Resource, manifest: Object, manager: str = GIT) -> Iterator[None]:
    """The declared route is applied again and again, as by Flux, several times a second."""
    ended = threading.Event()

    def apply() -> None:
        while not ended.wait(0.3):
            api.apply(kind, manifest, manager=manager)

    thread = threading.Thread(target=apply)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_good_version_goes_through_a_users_route_and_leaves_it_as_it_was(
    api: Api, namespace: str, operator: Operator
) -> None:
    deployed(api, namespace, (ROUTES, users_route(namespace)))
    before = api.until(ROUTES, namespace, "front", lambda found: "status" in found)
    change(api, namespace, "2")

    seen: list[list[int]] = []
    rules: list[Object] = []
    for found in api.follow(ROUTES, namespace, "front", 30):
        seen += [shares(found)] if seen[-1:] != [shares(found)] else []
        rules.append(found["spec"]["rules"][0])
        if len(seen) > 1 and seen[-1] == [1, 0]:
            break

    assert seen[-5:] == [[80, 20], [50, 50], [0, 100], [100, 0], [1, 0]]
    assert all(rule == before["spec"]["rules"][0] for rule in rules)
    api.until(ROUTES, namespace, "front", untouched(before))


def test_git_that_applies_its_weights_again_stops_no_rollout(api: Api, namespace: str, operator: Operator) -> None:
    manifest = users_route(namespace)
    deployed(api, namespace, (ROUTES, manifest), steps=[{"name": "half", "weight": 50, "dwell": "2s"}])
    before = api.get(ROUTES, namespace, "front")
    with git_applies(api, ROUTES, manifest):
        change(api, namespace, "2")
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    found = api.get(RELEASES, namespace, "web")
    assert found["status"]["history"][0]["outcome"] == "Promoted"
    api.until(ROUTES, namespace, "front", untouched(before))


def test_a_hand_that_lowers_a_users_route_is_obeyed(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (ROUTES, users_route(namespace)), steps=[{"name": "half", "weight": 50, "dwell": "60s"}])
    change(api, namespace, "2")
    found = api.until(ROUTES, namespace, "front", lambda found: shares(found) == [50, 50])
    rules = found["spec"]["rules"]
    rules[1]["backendRefs"] = [backend("web-candidate", 0), backend("web-stable", 100)]
    api.merge(ROUTES, namespace, "front", {"spec": {"rules": rules}})

    api.until(RELEASES, namespace, "web", lambda found: found["status"]["reason"] == "LoweredByHand")
    assert shares(api.get(ROUTES, namespace, "front")) == [100, 0]


def test_a_breach_falls_on_every_route_at_once(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    names = ("front", "mesh")
    routes = [{"name": name, "rule": "main"} for name in names] + [{"kind": "GRPCRoute", "name": "calls"}]
    calls = users_route(namespace, "GRPCRoute", "calls")
    deployed(
        api,
        namespace,
        *((ROUTES, users_route(namespace, name=name)) for name in names),
        (GRPC_ROUTES, calls),
        traffic={"routes": routes},
        **judged(steps=[{"name": "first", "weight": 20, "dwell": "30s"}]),
    )
    everywhere = [(ROUTES, "front"), (ROUTES, "mesh"), (GRPC_ROUTES, "calls")]
    before = {name: api.get(kind, namespace, name) for kind, name in everywhere}
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    for kind, name in everywhere:
        api.until(kind, namespace, name, lambda found: shares(found) == [80, 20])

    metrics.says = Answer(value=0.9)

    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    for kind, name in everywhere:
        assert shares(api.get(kind, namespace, name))[1] == 0
        api.until(kind, namespace, name, untouched(before[name]))


def test_services_come_before_the_route_that_names_them(api: Api, namespace: str, operator: Operator) -> None:
    """Nobody has to declare backends that do not exist yet, nor lose a request by it."""
    api.create(RELEASES, attached(namespace))
    found = api.until(RELEASES, namespace, "web", lambda found: found.get("status", {}).get("reason") == "RouteMissing")
    assert "HTTPRoute front is missing" in found["status"]["message"]

    api.apply(ROUTES, users_route(namespace), manager=GIT)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_rollout_waits_for_a_rule_that_lost_its_backends(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (ROUTES, users_route(namespace)))
    lacking = users_route(namespace)
    del lacking["spec"]["rules"][1]["backendRefs"][0]
    api.apply(ROUTES, lacking, manager=GIT)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", lambda found: found["status"]["reason"] == "RouteMissing")
    assert "declare them with the weights 100 and 0" in found["status"]["message"]

    api.apply(ROUTES, users_route(namespace), manager=GIT)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_of_two_releases_on_one_rule_the_older_wins(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (ROUTES, users_route(namespace)))
    rival = attached(namespace)
    rival["metadata"]["name"] = "rival"
    create_younger(api, namespace, rival)

    found = api.until(RELEASES, namespace, "rival", lambda found: found.get("status", {}).get("phase") == "Stalled")
    assert found["status"]["reason"] == "TargetClaimed"
