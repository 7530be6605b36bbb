"""A user's own GRPCRoute with real gRPC: calls follow the weight, none is lost, and a query finds those that fail."""

import time
from pathlib import Path
from typing import Any

from tests.cluster import local
from tests.cluster.api import GRPC_ROUTES, RELEASES, Api, Object
from tests.integration.manifests import phase_is, promoted
from tests.integration.users_routes import GIT, untouched, users_route

from .grpc_calls import caller, calling
from .test_traefik import release as split

CALLS = 400
DWELL_SECONDS = 2
OTHERS = [{"method": {"type": "Exact", "service": "shop.Admin"}}]
FAILED = (
    '(sum(rate(grpc_server_handled_total{namespace="$namespace", pod=~"$candidate_pods", grpc_code=~"'
    'Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"}[$window])) or vector(0))'
    ' / sum(rate(grpc_server_handled_total{namespace="$namespace", pod=~"$candidate_pods"}[$window]))'
)
DOCUMENT = Path(__file__).parents[2] / "docs" / "objectives.md"
BY_STATUS = {"name": "calls", "query": {"promql": FAILED, "max": "0.05"}}


def release(namespace: str, version: int, **changes: Any) -> Object:
    """The shop behind the route's rule `main`."""
    route = {"kind": "GRPCRoute", "name": "front", "rule": "main"}
    found = split(namespace, version, {"route": route})
    steps = [{"name": "quarter", "weight": 25, "pause": "UntilPromoted"}]
    found["spec"] |= {"interval": "1s", "steps": steps, **changes}
    return found


def served(api: Api, namespace: str, **changes: Any) -> Object:
    """The route as its owner has it, once the first version is served through it."""
    route = users_route(namespace, "GRPCRoute")
    route["spec"]["rules"][0]["matches"] = OTHERS
    api.apply(GRPC_ROUTES, route, manager=GIT)
    api.create(RELEASES, release(namespace, 0, **changes))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)
    return api.until(GRPC_ROUTES, namespace, "front", untouched(api.get(GRPC_ROUTES, namespace, "front")))


def test_grpc_calls_follow_the_weight_and_none_is_lost(cluster: local.Cluster, api: Api) -> None:
    namespace = api.namespace("calls")
    before = served(api, namespace)
    with caller(cluster, f"front.{namespace}.example") as found, calling(found) as all_along:
        assert found.calls(20) == {"v1": 20}

        api.apply(RELEASES, release(namespace, 1))
        api.until(RELEASES, namespace, "web", phase_is("Paused"), 60)
        seen = found.calls(CALLS)
        assert seen.total() == CALLS
        assert 0.15 < seen["v2"] / CALLS < 0.35

        api.ask(namespace, "web", **{"promote-full": "1"})
        api.until(RELEASES, namespace, "web", promoted(2), 60)
        api.until(GRPC_ROUTES, namespace, "front", untouched(before))
        assert found.calls(100) == {"v2": 100}

    assert all_along.keys() == {"v1", "v2"}


def test_calls_that_fail_by_their_grpc_status_take_a_version_back(cluster: local.Cluster, api: Api) -> None:
    assert FAILED in DOCUMENT.read_text(), "the query that is documented is the one that is tried"
    namespace = api.namespace("failing-calls")
    before = served(api, namespace, objectives=[BY_STATUS])
    with caller(cluster, f"front.{namespace}.example") as found, calling(found) as all_along:
        api.apply(RELEASES, release(namespace, 2, objectives=[BY_STATUS]))
        ended = api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 90)
        assert ended["status"]["reason"] == "ObjectiveBreached"
        api.until(GRPC_ROUTES, namespace, "front", untouched(before))
        assert found.calls(100) == {"v1": 100}

    assert all_along.keys() == {"v1", "v3", "UNAVAILABLE: told to fail"}


def test_a_gateway_that_cannot_tell_failed_calls_promotes_nothing(cluster: local.Cluster, api: Api) -> None:
    namespace = api.namespace("counted-calls")
    by_gateway = [{"name": "errors", "errorRatio": {"max": "0.01"}}]
    steps = [{"name": "quarter", "weight": 25, "dwell": f"{DWELL_SECONDS}s"}]
    served(api, namespace, objectives=by_gateway, steps=steps)
    with caller(cluster, f"front.{namespace}.example") as found, calling(found) as all_along:
        api.apply(RELEASES, release(namespace, 1, objectives=by_gateway, steps=steps))
        api.until(RELEASES, namespace, "web", told_unknown, 60)
        time.sleep(4 * DWELL_SECONDS)
        assert api.get(RELEASES, namespace, "web")["status"]["step"]["desiredWeight"] == 25

    assert all_along.keys() == {"v1", "v2"}


def told_unknown(found: Object) -> bool:
    """True for a rollout that waits, since what was counted tells nothing of failures."""
    status = found["status"]
    return (
        status.get("reason") == "MetricsUnavailable"
        and "whether those requests failed is not known" in status["message"]
    )
