"""A user's own routes: two weights move while a rollout runs; all else, and in the end those too, is as it was."""

import time
from functools import partial

import pytest

from tests.cluster.api import GRPC_ROUTES, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.deployments import GITS
from tests.integration.manifests import ended, judged, phase_is, promoted, reason_is
from tests.integration.proxy import Proxy
from tests.integration.steps import change, create_younger, eventually_told, from_before
from tests.integration.users_routes import (
    GIT,
    attached,
    backend,
    deployed,
    git_applies,
    managers,
    shares,
    untouched,
    users_route,
    users_shared_route,
)
from tidegate.api.names import LABEL_REVISION


def test_a_good_version_goes_through_a_users_route_and_leaves_it_as_it_was(
    api: Api, namespace: str, operator: Operator
) -> None:
    deployed(api, namespace, (ROUTES, users_route(namespace)))
    before = api.until(ROUTES, namespace, "front", lambda found: "status" in found)

    seen: list[list[int]] = []
    rules: list[Object] = []
    for found in from_before(api.follow(ROUTES, namespace, "front", 90), lambda: change(api, namespace, "2")):
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
        # A busy gateway confirms a generation late, and each of Git's is soon followed by another.
        api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)

    found = api.get(RELEASES, namespace, "web")
    assert found["status"]["history"][0]["outcome"] == "Promoted"
    api.until(ROUTES, namespace, "front", untouched(before))


def test_a_share_that_git_gives_stable_as_roles_change_drains_before_its_pods_go(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    manifest, traffic = users_route(namespace), {"route": {"name": "front"}, "drain": "4s"}
    deployed(api, namespace, (ROUTES, manifest), traffic=traffic, steps=[{"name": "half", "weight": 50}])
    old = api.get(RELEASES, namespace, "web")["status"]["stable"]["revision"]
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "front", lambda found: shares(found) == [0, 100])
    # Git comes between the change of role and the weight that follows it.
    proxy.refusing = ("httproutes/front$", 409)
    api.until(SERVICES, namespace, "web-stable", partial(selects_another, old))
    api.apply(ROUTES, manifest, manager=GIT)
    given, refused = time.monotonic(), proxy.refused
    assert within(10, lambda: proxy.refused > refused + 1), "weight 0 is not written: Git's is taken for it"
    proxy.refusing = None

    api.until(REPLICA_SETS, namespace, f"web-{old}", lambda found: found["spec"]["replicas"] == 0)
    assert time.monotonic() - given > 4


def selects_another(revision: str, service: Object) -> bool:
    """True for a Service that selects a revision, and not this one."""
    return bool(service["spec"]["selector"].get(LABEL_REVISION, revision) != revision)


@pytest.mark.parametrize("manager", GITS)
def test_each_of_two_that_apply_the_same_route_stops_no_rollout(
    api: Api, namespace: str, operator: Operator, manager: str
) -> None:
    manifest = users_route(namespace)
    deployed(api, namespace, (ROUTES, manifest), steps=[{"name": "half", "weight": 50, "dwell": "2s"}])
    for each in GITS:
        api.apply(ROUTES, manifest, manager=each)

    change(api, namespace, "2")
    api.until(ROUTES, namespace, "front", lambda found: shares(found) == [50, 50])
    api.apply(ROUTES, manifest, manager=manager)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)


def test_git_that_owns_the_rules_again_only_after_the_next_rollout_began_stops_none(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Flux applies what differs: after a rollout nothing does, and nobody owns the rules."""
    manifest = users_route(namespace)
    deployed(api, namespace, (ROUTES, manifest), steps=[{"name": "half", "weight": 50, "dwell": "2s"}])
    before = api.get(ROUTES, namespace, "front")
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)
    api.until(ROUTES, namespace, "front", untouched(before))
    change(api, namespace, "3")
    api.until(ROUTES, namespace, "front", lambda found: shares(found) == [50, 50])
    api.apply(ROUTES, manifest, manager=GIT)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)


def test_rules_without_names_that_moved_in_mid_rollout_each_get_their_own_weights_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    manifest = users_route(namespace)
    manifest["spec"]["rules"] = [at_path("/a", 7), at_path("/b", 3)]
    pause = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    deployed(api, namespace, (ROUTES, manifest), steps=pause, traffic={"route": {"name": "front"}})
    change(api, namespace, "2")
    candidate = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    first, second = api.get(ROUTES, namespace, "front")["spec"]["rules"]
    others = {"name": "others", "backendRefs": [backend("web-stable", 5)]}
    api.merge(ROUTES, namespace, "front", {"spec": {"rules": [others, second, first]}})

    api.ask(namespace, "web", promote=f"{candidate}/half/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    found = api.until(ROUTES, namespace, "front", lambda found: "tidegate" not in managers(found))
    weighed = [[ref["weight"] for ref in rule["backendRefs"]] for rule in found["spec"]["rules"]]
    assert weighed == [[5], [3, 0], [7, 0]]


def at_path(path: str, weight: int, release: str = "web") -> Object:
    """A rule without a name."""
    match = {"path": {"type": "PathPrefix", "value": path}}
    return {
        "matches": [match],
        "backendRefs": [backend(f"{release}-stable", weight), backend(f"{release}-candidate", 0)],
    }


def test_a_hand_that_lowers_a_users_route_is_obeyed(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (ROUTES, users_route(namespace)), steps=[{"name": "half", "weight": 50, "dwell": "60s"}])
    change(api, namespace, "2")
    found = api.until(ROUTES, namespace, "front", lambda found: shares(found) == [50, 50])
    rules = found["spec"]["rules"]
    rules[1]["backendRefs"] = [backend("web-candidate", 0), backend("web-stable", 100)]
    api.merge(ROUTES, namespace, "front", {"spec": {"rules": rules}})

    api.until(RELEASES, namespace, "web", lambda found: found["status"]["reason"] == "LoweredByHand")
    assert shares(api.get(ROUTES, namespace, "front")) == [100, 0]


EVERYWHERE = [(ROUTES, "front"), (ROUTES, "mesh"), (GRPC_ROUTES, "calls")]


def judged_on_three_routes(api: Api, namespace: str, metrics: MetricServer) -> dict[str, Object]:
    """A candidate at 20 on three routes; how each of them was before."""
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
    before = {name: api.get(kind, namespace, name) for kind, name in EVERYWHERE}
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    for kind, name in EVERYWHERE:
        api.until(kind, namespace, name, lambda found: shares(found) == [80, 20])

    return before


def test_a_breach_falls_on_every_route_at_once(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    before = judged_on_three_routes(api, namespace, metrics)

    metrics.says = Answer(value=0.9)

    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    for kind, name in EVERYWHERE:
        assert shares(api.get(kind, namespace, name))[1] == 0
        api.until(kind, namespace, name, untouched(before[name]))


def test_a_breach_falls_on_the_other_routes_while_the_first_cannot_be_written(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator], metrics: MetricServer
) -> None:
    proxy, _ = proxied
    before = judged_on_three_routes(api, namespace, metrics)
    proxy.refusing = (f"/namespaces/{namespace}/httproutes/front$", 503)

    metrics.says = Answer(value=0.9)

    for kind, name in EVERYWHERE[1:]:
        api.until(kind, namespace, name, lambda found: shares(found)[1] == 0)
    assert proxy.refused
    assert shares(api.get(ROUTES, namespace, "front")) == [80, 20]
    assert api.get(RELEASES, namespace, "web")["status"]["phase"] != "RolledBack"
    proxy.refusing = None
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 60)
    for kind, name in EVERYWHERE:
        api.until(kind, namespace, name, untouched(before[name]))


@pytest.mark.parametrize("end", ["abort", "promote"])
def test_a_route_that_loses_its_notes_in_mid_rollout_gets_no_rollouts_weights_back(
    api: Api, namespace: str, operator: Operator, end: str
) -> None:
    pause = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    deployed(api, namespace, (ROUTES, users_route(namespace)), steps=pause)
    change(api, namespace, "2")
    candidate = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    notes = api.get(ROUTES, namespace, "front")["metadata"]["annotations"]

    api.merge(ROUTES, namespace, "front", {"metadata": {"annotations": dict.fromkeys(notes)}}, manager="kubectl-edit")
    api.ask(namespace, "web", **{end: "1" if end == "abort" else f"{candidate}/half/1"})

    api.until(RELEASES, namespace, "web", ended(2))
    found = api.until(ROUTES, namespace, "front", lambda found: "tidegate" not in managers(found))
    assert shares(found) == [100, 0]
    assert not found["metadata"].get("annotations")
    eventually_told(api, namespace, "WeightsUnknown", "the note of its weights of before was lost")


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


def test_two_releases_on_two_rules_of_one_route_leave_it_as_it_was(
    api: Api, namespace: str, operator: Operator
) -> None:
    """Both roll out at once; one aborts while the other goes on, and then both are deleted."""
    before = api.apply(ROUTES, users_shared_route(namespace), manager=GIT)
    steps = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
    for name, rule in (("web", "main"), ("calls", "calls")):
        manifest = attached(namespace, name=name, traffic={"route": {"name": "front", "rule": rule}}, steps=steps)
        api.create(RELEASES, manifest)

    for name in ("web", "calls"):
        api.until(RELEASES, namespace, name, promoted(1))
        change(api, namespace, "2", name)

    trials = {name: api.until(RELEASES, namespace, name, phase_is("Paused")) for name in ("web", "calls")}
    found = api.get(ROUTES, namespace, "front")
    assert (shares(found), shares(found, "calls", "calls")) == ([50, 50], [50, 50])

    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    found = api.until(ROUTES, namespace, "front", lambda found: shares(found) == [1, 0])
    assert shares(found, "calls", "calls") == [50, 50]
    api.ask(namespace, "calls", promote=f"{trials['calls']['status']['candidate']['revision']}/half/1")
    api.until(RELEASES, namespace, "calls", promoted(2))
    api.until(ROUTES, namespace, "front", untouched(before))

    for name in ("web", "calls"):
        api.delete(RELEASES, namespace, name)
        api.gone(RELEASES, namespace, name)

    assert untouched(before)(api.get(ROUTES, namespace, "front"))


def test_two_releases_on_two_rules_without_names_do_not_know_of_each_other(
    api: Api, namespace: str, operator: Operator
) -> None:
    manifest = users_route(namespace)
    manifest["spec"]["rules"] = [at_path("/a", 7), at_path("/b", 3, "calls")]
    before = api.apply(ROUTES, manifest, manager=GIT)
    for name in ("web", "calls"):
        api.create(RELEASES, attached(namespace, name=name, traffic={"route": {"name": "front"}}))

    for name in ("web", "calls"):
        api.until(RELEASES, namespace, name, promoted(1))
        change(api, namespace, "2", name)

    for name in ("web", "calls"):
        api.until(RELEASES, namespace, name, promoted(2))

    api.until(ROUTES, namespace, "front", untouched(before))


def test_a_rule_by_its_name_and_by_its_backends_is_one_rule_of_which_the_younger_keeps_nobody_from_serving(
    api: Api, namespace: str, operator: Operator
) -> None:
    manifest = users_route(namespace)
    refs = [backend(f"{name}-{role}", 0) for name in ("web", "rival") for role in ("stable", "candidate")]
    manifest["spec"]["rules"] = [{"name": "main", "backendRefs": refs}]
    for ref in refs[::2]:
        ref["weight"] = 100

    api.apply(ROUTES, manifest, manager=GIT)
    api.create(RELEASES, attached(namespace))
    create_younger(api, namespace, attached(namespace, name="rival", traffic={"route": {"name": "front"}}))

    api.until(RELEASES, namespace, "web", promoted(1))
    found = api.until(RELEASES, namespace, "rival", reason_is("TargetClaimed"))
    assert f"Release {namespace}/web is older" in found["status"]["message"]
    for role in ("stable", "candidate"):
        api.until(SERVICES, namespace, f"rival-{role}", lambda found: found["spec"]["selector"])

    assert not api.all(REPLICA_SETS, namespace, selector="tidegate.dev/release=rival")
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted(2))

    # A route that names Services of a Release that is gone is one that no gateway confirms.
    manifest["spec"]["rules"] = [{"name": "main", "backendRefs": refs[2:]}]
    api.apply(ROUTES, manifest, manager=GIT)
    api.delete(RELEASES, namespace, "web")
    api.until(RELEASES, namespace, "rival", phase_is("Promoted"))
