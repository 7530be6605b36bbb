"""Claims about what a rollout is judged by, and what it leads to."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from tests.cluster.api import CLUSTER_METRIC_SOURCES, CLUSTER_OBJECTIVE_SETS, RELEASES, REPLICA_SETS, ROUTES, Object
from tests.cluster.metric_source import Answer
from tests.cluster.page_server import Page, PageServer
from tests.cluster.repeated import repeated
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.claims.seen import PROMOTED, climb, weights
from tests.integration.examples.example import Example
from tests.integration.manifests import judged, release
from tidegate.workloads import baseline_of


@claim
def application_metrics(example: Example) -> None:
    """What the pods count themselves: errors, and those above a quarter of a second."""
    asked = asked_in_a_rollout(example)
    assert "http_requests_total" in asked
    assert 'le=~"0[.]25|' in asked
    assert "traefik" not in asked


def asked_in_a_rollout(example: Example) -> str:
    """What the source is asked until another version is promoted."""
    first = example.serve()
    example.change()
    example.promoted(after=first)
    return example.asked()


@claim
def fresh_baseline(example: Example) -> None:
    """New pods of stable's revision, as many as the candidate has, are counted beside it, and end with the rollout."""
    first = example.serve()
    own = baseline_of(first)
    example.change()
    second = example.at("half")
    assert example.size(own) == example.size(second) == 5
    example.promoted(after=first)

    example.gone(REPLICA_SETS, f"catalog-{own}")
    assert f"catalog-{own}-" in example.asked()


@claim
def istio_metrics(example: Example) -> None:
    """Istio's own counts in the mesh, in milliseconds; whoever confirms the route is not asked who counts."""
    with mesh(example, "ratings"):
        first = example.serve()
        assert example.course(ROUTES, "ratings", weights, PROMOTED, example.change) == climb(5, 25, 50)
        example.promoted(after=first)

    asked = example.asked()
    assert "istio_requests_total" in asked
    assert 'le=~"500([.]0)?|' in asked


def mesh(example: Example, name: str) -> AbstractContextManager[None]:
    """A mesh's controller: it accepts every generation of a route, and is not one that Tidegate knows."""

    def accept() -> None:
        route = example.api.find(ROUTES, example.namespace, name)
        if route is not None and not accepted(route):
            example.merge(ROUTES, f"{name}/status", {"status": {"parents": [acceptance(route)]}})

    return repeated(accept, seconds=0.2)


def accepted(route: Object) -> bool:
    parents = route.get("status", {}).get("parents") or [{"conditions": []}]
    generation = route["metadata"]["generation"]
    return any(state["observedGeneration"] == generation for state in parents[0]["conditions"])


def acceptance(route: Object) -> Object:
    """What a controller reports of a route's one parent."""
    state: Any = {
        "status": "True",
        "observedGeneration": route["metadata"]["generation"],
        "lastTransitionTime": route["metadata"]["creationTimestamp"],
        "message": "",
    }
    conditions = [{"type": kind, "reason": kind, **state} for kind in ("Accepted", "ResolvedRefs")]
    return {
        "parentRef": route["spec"]["parentRefs"][0],
        "controllerName": "tests.example/mesh",
        "conditions": conditions,
    }


@claim
def linkerd(example: Example) -> None:
    """The counts of the callers' proxies; nobody confirms the route, and its weights count once they settle."""
    first = example.serve()
    assert example.course(ROUTES, "ledger", weights, PROMOTED, example.change) == climb(5, 25, 50)
    example.promoted(after=first)

    asked = example.asked()
    assert "outbound_http_route_backend_response_statuses_total" in asked
    assert 'backend_name=~"(ledger-candidate|ledger-stable)"' in asked
    assert 'le=~"0[.]5|' in asked


@claim
def contour(example: Example) -> None:
    """The counts of Envoy's clusters, as Contour names them, in milliseconds."""
    asked = asked_in_a_rollout(example)
    assert "envoy_cluster_upstream_rq{" in asked
    assert f"{example.namespace}_" in asked
    assert 'le=~"250([.]0)?|' in asked


@claim
def open_telemetry(example: Example) -> None:
    """What the pods count by OpenTelemetry's convention: its histogram counts requests, errors and slow ones."""
    asked = asked_in_a_rollout(example)
    assert "http_server_request_duration_seconds_count" in asked
    assert "http_server_request_duration_seconds_bucket" in asked


@claim
def slow_requests(example: Example) -> None:
    """A bucket decides about slowness, and a bound from below: too few payments are a breach."""
    first = example.serve()
    example.says(0.0, payments_total=0.7)
    example.change()
    second = example.promoted(after=first)
    asked = example.asked()
    assert 'le=~"0[.]3|' in asked
    assert f'revision="{second}"' in asked

    example.says(0.0, payments_total=0.2)
    example.change("3")

    rolled_back = example.phase("RolledBack")
    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("ObjectiveBreached", second)
    assert "paid: 0.2, must be ≥ 0.5" in rolled_back["message"]


@claim
def latency(example: Example) -> None:
    """Every bucket is asked; a candidate as fast as stable passes, one with a slow tail goes back."""
    first = example.serve()
    example.change()
    second = example.promoted(after=first)
    asked = example.asked()
    assert '{__name__=~"traefik_service_request_duration_seconds(_bucket)?",' in asked
    assert "le=" not in asked

    example.says(0.0, duration_seconds=0.6)
    example.change("3")

    rolled_back = example.phase("RolledBack")
    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("ObjectiveBreached", second)
    assert "latency: breach. over 0.1 s: candidate " in rolled_back["message"]


@claim
def request_share(example: Example) -> None:
    """A candidate that serves every request without an error goes back, because it serves next to none."""
    first = example.serve()
    example.numbers.says = Answer(value=0.0, per_second=1)
    example.change()

    rolled_back = example.phase("RolledBack")
    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("ObjectiveBreached", first)
    assert "share: breach. the candidate served " in rolled_back["message"]


@claim
def objective_set(example: Example) -> None:
    """A set for everyone, with the Release's own argument and the default of the other."""
    example.afterwards(example.api.delete, CLUSTER_OBJECTIVE_SETS, None, "web")
    asked = asked_in_a_rollout(example)
    assert 'http_requests_total{job="profile", code=~"5..", pod=~"profile-' in asked
    assert "traefik_service_requests_total" in asked


@claim
def team_objectives(example: Example) -> None:
    """A set of the namespace holds beside the Release's own, with a bound from below."""
    first = example.serve()
    example.says(0.0, **{"/ 5": 1.5})
    example.change()
    second = example.promoted(after=first)
    asked = example.asked()
    assert f'orders_refused_total{{namespace="{example.namespace}"' in asked
    assert "traefik_service_requests_total" in asked

    example.says(0.0, **{"/ 5": 0.9})
    example.change("3")

    rolled_back = example.phase("RolledBack")
    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("ObjectiveBreached", second)
    assert "taken: 0.9, must be ≥ 1" in rolled_back["message"]


@claim
def metric_source(example: Example) -> None:
    """The Release is judged by the team's source, with the team's token and header, and by its own cluster's series."""
    first = example.serve()
    example.change()
    example.promoted(after=first)

    heard = example.numbers.says.asked_with
    assert "traefik_service_requests_total" in example.asked()
    assert {found["Authorization"] for found in heard} == {"Bearer changed by whoever installs it"}
    assert {found["X-Scope-OrgID"] for found in heard} == {"team"}
    assert 'cluster="eu-1"' in example.asked()


@claim
def cluster_metric_source(example: Example) -> None:
    """A Release that names no source is judged by this one."""
    before = example.api.get(CLUSTER_METRIC_SOURCES, None, "default")
    example.afterwards(restore_default, example, before["spec"])
    plan = judged()
    del plan["metricSource"]
    unnamed = release(example.namespace, **plan)
    example.apply()
    example.api.create(RELEASES, unnamed)
    first = str(example.phase("Promoted")["stable"]["revision"])
    example.change()
    example.promoted(after=first)

    assert "query=errors" in example.asked()


def restore_default(example: Example, spec: Object) -> None:
    example.api.merge(CLUSTER_METRIC_SOURCES, None, "default", {"spec": spec})


@claim
def hold_on_breach(example: Example) -> None:
    """A breach holds before it rolls back, and so does silence, for a shorter time."""
    first = example.serve()
    example.change()
    example.at("first")
    example.says(0.9)
    held = example.reason("BreachHeld")
    assert weights(example.get(ROUTES, "reports")) == (95, 5)
    rolled_back = example.phase("RolledBack")
    assert rolled_back["rejected"] == [held["candidate"]["revision"]]

    example.says(None)
    example.change("3")
    example.reason("NoSignal")

    silent = example.phase("RolledBack")
    assert (silent["reason"], silent["stable"]["revision"]) == ("NoSignalTooLong", first)
    example.says(0.0)
    example.ask(retry="1")
    example.promoted(after=first)


@claim
def scrape(example: Example) -> None:
    """By the gateway's own page: a good revision is promoted, and a bad one rolled back."""
    with PageServer(example.namespace, example.name) as server:
        example.place = replace(example.place, elsewhere=f"http://{server.place}")
        first = example.serve()
        example.change()
        second = example.promoted(after=first)
        server.page = Page(candidate=0.2)
        example.change("3")
        rolled_back = example.phase("RolledBack")

    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("ObjectiveBreached", second)
    assert not example.numbers.says.asked
