"""Claims about whose route it is, and how the candidate gets its share."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

from tests.cluster.api import (
    DAEMON_SETS,
    DESTINATION_RULES,
    GRPC_ROUTES,
    INGRESSES,
    NODES,
    REPLICA_SETS,
    ROUTES,
    SERVICES,
    TRAEFIK_SERVICES,
    VIRTUAL_SERVICES,
    Object,
    Resource,
)
from tests.integration.examples.claims.judged import mesh
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.claims.seen import AT_REST, PROMOTED, climb, weights
from tests.integration.examples.claims.team import service, users_route
from tests.integration.examples.example import Example
from tests.integration.examples.nodes import add_nodes
from tests.integration.manifests import message_has, reason_is
from tests.integration.steps import gateway
from tests.integration.users_routes import managers


@claim
def minimal(example: Example) -> None:
    """5, 25, 50 and 100 %, at most 1 % of errors."""
    first = example.serve()
    answer = example.says(0.0)

    assert example.course(ROUTES, "checkout", weights, PROMOTED, example.change) == climb(5, 25, 50)

    example.promoted(after=first)
    assert "traefik_service_requests_total" in example.asked()
    assert answer.asked


@claim
def tutorial(example: Example) -> None:
    """10, 50 and 100 %, judged on errors."""
    first = example.serve()
    answer = example.says(0.0)

    assert example.course(ROUTES, "shop", weights, PROMOTED, example.change) == climb(10, 50)

    example.promoted(after=first)
    assert answer.asked


@claim
def steps_and_objectives(example: Example) -> None:
    """Steps of its own, by a rule of its own, and two objectives that both are asked."""
    first = example.serve()

    assert example.course(ROUTES, "payments", weights, PROMOTED, example.change) == climb(2, 10, 50)

    example.promoted(after=first)
    (rule,) = example.get(ROUTES, "payments")["spec"]["rules"]
    assert (rule["name"], rule["timeouts"]) == ("api", {"request": "10s"})
    assert rule["matches"][0]["path"] == {"type": "PathPrefix", "value": "/api"}
    asked = example.asked()
    assert "traefik_service_requests_total" in asked
    assert "payments_declined_total" in asked


@claim
def attached_route(example: Example) -> None:
    """Two weights in the rule `main`; then the route is as it was, and nobody's but the team's."""
    first = example.serve(service("assets"))

    climb_alone(example, first, ROUTES, "checkout")


@claim
def grpc(example: Example) -> None:
    """Two weights in the rule `main` of a GRPCRoute, by what the servers say of their calls."""
    first = example.serve(service("admin"))

    climb_alone(example, first, GRPC_ROUTES, "orders")

    assert "grpc_server_handled_total" in example.asked()


def climb_alone(example: Example, first: str, kind: Resource, name: str) -> None:
    """A team's route takes every step of a rollout, and is as before."""
    before = example.get(kind, name)["spec"]

    assert example.course(kind, name, weights, PROMOTED, example.change) == climb(5, 25, 50)

    example.promoted(after=first)
    given_back(example, kind, name, before)


@claim
def several_routes(example: Example) -> None:
    """For browsers and for gRPC callers: a weight counts when both confirm it."""
    gateway(example.api, example.namespace, None)
    silent = {"parentRefs": [{"name": "own"}]}
    calls = users_route("GRPCRoute", "search-calls")
    example.apply(users_route("HTTPRoute", "search"), calls | {"spec": calls["spec"] | silent})
    # A busy gateway may be late with the HTTPRoute's services too, and the first silent route is named.
    silence = reason_is("RouterSilent")
    named = message_has("GRPCRoute search-calls")
    example.until(lambda found: silence(found) and named(found))
    example.place.put(calls)
    first = str(example.phase("Promoted")["stable"]["revision"])
    climb_together(example, first, (ROUTES, "search"), (GRPC_ROUTES, "search-calls"))


def climb_together(example: Example, first: str, *both: tuple[Resource, str]) -> None:
    """Each of a team's routes takes every step of a rollout, and is as before."""
    before = [example.get(kind, name)["spec"] for kind, name in both]
    both_open = Barrier(len(both), action=example.change)

    with ThreadPoolExecutor() as pool:
        courses = [pool.submit(example.course, kind, name, weights, PROMOTED, both_open.wait) for kind, name in both]

    assert [course.result() for course in courses] == [climb(5, 25, 50)] * len(both)
    example.promoted(after=first)
    for (kind, name), spec in zip(both, before, strict=True):
        given_back(example, kind, name, spec)


@claim
def gateway_and_mesh(example: Example) -> None:
    """A gateway alone does not confirm for the mesh; once both do, both routes take the steps."""
    example.apply()
    silence = reason_is("RouterSilent")
    named = message_has("HTTPRoute billing-mesh: parent Service billing")
    example.until(lambda found: silence(found) and named(found))

    with mesh(example, "billing-mesh"):
        first = str(example.phase("Promoted")["stable"]["revision"])
        climb_together(example, first, (ROUTES, "billing"), (ROUTES, "billing-mesh"))

    assert "istio_requests_total" in example.asked()


@claim
def istio(example: Example) -> None:
    """Two weights in the rule `main` of a VirtualService, and back."""
    climbs_and_is_given_back(example, VIRTUAL_SERVICES, "cart", counted="istio_requests_total")


def climbs_and_is_given_back(example: Example, kind: Resource, name: str, *, counted: str) -> None:
    """The weights of a team's route take the steps, are judged by what its data plane counts, and are as before."""
    first = example.serve()
    before = example.get(kind, name)["spec"]

    assert example.course(kind, name, weights, PROMOTED, example.change) == climb(5, 25, 50)

    example.promoted(after=first)
    assert counted in example.asked()
    given_back(example, kind, name, before)


@claim
def istio_subsets(example: Example) -> None:
    """One host, whose subsets select the revisions."""
    first = example.serve()
    assert selected(example.get(DESTINATION_RULES, "ratings")) == (first, first)
    example.change()
    candidate = example.at("quarter")
    assert weights(example.get(VIRTUAL_SERVICES, "ratings")) == (75, 25)
    assert selected(example.get(DESTINATION_RULES, "ratings")) == (first, candidate)

    second = example.promoted(after=first)

    assert selected(example.get(DESTINATION_RULES, "ratings")) == (second, second)
    assert weights(example.get(VIRTUAL_SERVICES, "ratings")) == AT_REST


def selected(rule: Object) -> tuple[str, ...]:
    """The revisions that the two subsets select."""
    return tuple(subset["labels"]["tidegate.dev/revision"] for subset in rule["spec"]["subsets"])


@claim
def traefik_service(example: Example) -> None:
    """Two weights of a weighted TraefikService, and back."""
    climbs_and_is_given_back(example, TRAEFIK_SERVICES, "catalog", counted="traefik_service_requests_total")


@claim
def ingress(example: Example) -> None:
    """A canary beside the team's Ingress takes the share while a rollout runs, judged by nginx's own counts of it."""
    first = example.serve()
    before = example.get(INGRESSES, "profile")
    example.says(0.0)

    shares = example.course(INGRESSES, "profile-candidate", canary_weight, [100, 0], example.change)
    assert shares == [5, 25, 50, 100, 0]

    example.promoted(after=first)
    of_the_candidate = f'{{canary=~"{example.namespace}-profile-candidate-(80|http)"'
    assert f"nginx_ingress_controller_requests{of_the_candidate}" in example.asked()
    example.gone(INGRESSES, "profile-candidate")
    assert example.get(INGRESSES, "profile")["spec"] == before["spec"]
    assert "tidegate" not in managers(example.get(INGRESSES, "profile"))


def canary_weight(found: Object) -> int:
    return int(found["metadata"]["annotations"]["nginx.ingress.kubernetes.io/canary-weight"])


@claim
def bypass(example: Example) -> None:
    """The team's Service would lead to the candidate: it gets no pod while that holds, and all steps once allowed."""
    first = example.serve()
    example.edit(onBypass="Hold")
    example.change()
    held = example.reason("NotIsolated")
    assert "Service catalog-metrics would send traffic to the candidate" in held["message"]
    assert [found["metadata"]["name"] for found in example.api.all(REPLICA_SETS, example.namespace)] == [
        f"{example.name}-{first}"
    ]

    def allow() -> None:
        example.edit(onBypass="Allow")

    assert example.course(ROUTES, "catalog", weights, PROMOTED, allow) == climb(5, 25, 50)

    example.promoted(after=first)


@claim
def pod_ratio(example: Example) -> None:
    """No route: the share is the candidate's pods among all."""
    first = example.serve()
    example.change()
    candidate = example.at("some")
    # Two of eight are 25 %, one of seven would be 14 %: a weight is as fine as pods are.
    assert (example.size(first), example.size(candidate)) == (6, 2)
    example.at("half")
    assert (example.size(first), example.size(candidate)) == (6, 6)

    example.promoted(after=first)

    assert example.api.all(ROUTES, example.namespace) == []
    assert example.get(SERVICES, "worker")["spec"]["selector"] == {"app": "worker"}


@claim
def node_agent(example: Example) -> None:
    """A pod on each node; the candidate gets a share of the nodes, five at a time."""
    add_nodes(example.setup, example.namespace, count=12, room=100)
    first = example.serve()
    everywhere(example, first)
    example.change()
    candidate = example.at("few")
    assert scheduled(example.get(DAEMON_SETS, f"log-agent-{candidate}")) == share_of_nodes(example, 5)

    # At last it has all nodes, and none is named.
    given = example.course(DAEMON_SETS, f"log-agent-{candidate}", nodes_of, [0])
    assert share_of_nodes(example, 50) in given
    assert all(after - before <= 5 for before, after in pairwise(given)), given
    assert example.promoted(after=first) == candidate
    everywhere(example, candidate)


def everywhere(example: Example, revision: str) -> None:
    """Wait until a revision has a ready pod on every node."""
    example.see(
        DAEMON_SETS,
        f"log-agent-{revision}",
        lambda found: found["status"].get("numberReady") == scheduled(found) == share_of_nodes(example, 100),
    )


def scheduled(found: Object) -> int:
    return int(found["status"]["desiredNumberScheduled"])


def share_of_nodes(example: Example, percent: int) -> int:
    """So many of the cluster's nodes, rounded up."""
    return -(-len(example.api.all(NODES)) * percent // 100)


def nodes_of(found: Object) -> int:
    """The nodes that a DaemonSet may have; 0 for all."""
    required = found["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    terms = required.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", ())
    return sum(len(term["matchExpressions"][-1]["values"]) for term in terms)


def given_back(example: Example, kind: Resource, name: str, before: Object) -> None:
    """A route is as it was found, and no field of it is Tidegate's."""
    example.see(kind, name, lambda found: found["spec"] == before and "tidegate" not in managers(found))
