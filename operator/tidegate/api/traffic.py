"""How a Release's traffic is split, as users declare it."""

from typing import Annotated

from pydantic import Field, model_validator

from .enums import Confirm, RouteKind
from .exposure import Affinity
from .model import Declared, Duration, Hostname, Name, ObjectName, Opaque, one_of
from .ports import AppProtocol, Port
from .route_match import MATCHES, RouteMatch


class Service(Declared):
    """The ports of the Services that Tidegate keeps for a Release."""

    port: Annotated[int, Field(ge=1, le=65535, description="The port of the Services.")]
    target_port: Annotated[
        Port | None,
        Field(description="The pods' port, by number or name; the Services' port where it is absent."),
    ] = None
    app_protocol: Annotated[
        AppProtocol | None,
        Field(description="What the pods speak there, as in a Service: `kubernetes.io/h2c` for HTTP/2 without TLS."),
    ] = None


class ParentRef(Declared):
    """A Gateway, or another parent, that the route attaches to."""

    name: Annotated[ObjectName, Field(description="The parent's name.")]
    namespace: Annotated[ObjectName | None, Field(description="The parent's namespace; the Release's by default.")] = (
        None
    )
    group: Annotated[str, Field(max_length=253, description="The parent's API group.", pattern=r"^[a-z0-9.-]*$")] = (
        "gateway.networking.k8s.io"
    )
    kind: Annotated[str, Field(max_length=63, description="The parent's kind.", pattern=r"^[A-Za-z0-9]+$")] = "Gateway"
    section_name: Annotated[ObjectName | None, Field(description="The parent's listener, by name.")] = None
    port: Annotated[int | None, Field(ge=1, le=65535, description="The parent's listener, by port.")] = None


class RouteTimeouts(Declared):
    """How long the gateway waits."""

    request: Annotated[Duration | None, Field(description="For the whole of a request. 0s: for ever.")] = None
    backend_request: Annotated[
        Duration | None, Field(description="For one try at a pod, at most as long as request. 0s: for ever.")
    ] = None


class RouteRule(Declared):
    """A rule of the managed HTTPRoute, without its backends: those are Tidegate's."""

    name: Annotated[Name | None, Field(description="The rule's name.")] = None
    matches: Annotated[
        tuple[RouteMatch, ...] | None, Field(max_length=64, description="As in HTTPRoute: a request must fit one.")
    ] = None
    filters: Annotated[tuple[Opaque, ...] | None, Field(max_length=16, description="As in HTTPRoute.")] = None
    timeouts: Annotated[RouteTimeouts | None, Field(description="As in HTTPRoute.")] = None


class Gateway(Declared):
    """The managed HTTPRoute: generated and owned by Tidegate, so GitOps never fights over weights."""

    parent_refs: Annotated[
        tuple[ParentRef, ...], Field(min_length=1, max_length=32, description="The Gateways that serve the route.")
    ]
    hostnames: Annotated[
        tuple[Hostname, ...], Field(max_length=16, description="The hosts that the route serves.")
    ] = ()
    rules: Annotated[
        tuple[RouteRule, ...], Field(max_length=16, description="One rule for all paths where it is absent.")
    ] = ()

    @model_validator(mode="after")
    def _fits_a_route(self) -> "Gateway":
        if sum(len(rule.matches or ((),)) for rule in self.rules) > MATCHES:
            message = f"rules: must have at most {MATCHES} matches in all: a route holds no more"
            raise ValueError(message)

        return self


class AttachedRoute(Declared):
    """A route of your own: Tidegate touches two weights in it while a rollout runs, and puts them back."""

    kind: Annotated[RouteKind, Field(description="The route's kind.")] = RouteKind.HTTP_ROUTE
    name: Annotated[ObjectName, Field(description="The route's name, in the Release's namespace.")]
    rule: Annotated[
        Name | None,
        Field(description="The rule, by its name. Absent: every rule with both <release>-stable and -candidate."),
    ] = None
    destination_rule: Annotated[
        ObjectName | None,
        Field(
            description="A DestinationRule of your own: the VirtualService's backends are its subsets stable and "
            "candidate, and Tidegate lets those select the revisions."
        ),
    ] = None


class Ingress(Declared):
    """An Ingress of your own: a canary beside it takes the candidate's share while a rollout runs."""

    name: Annotated[ObjectName, Field(description="The Ingress's name; its paths lead to Service <release>-stable.")]


class PodRatio(Declared):
    """No router: the candidate's share is its share of the pods behind one Service."""

    service: Annotated[
        ObjectName,
        Field(description="A Service of your own that selects the pods by labels of the template, in the namespace."),
    ]


class NodeRatio(Declared):
    """No router, and one pod a node: the candidate's share is its share of the nodes that the template allows."""

    at_once: Annotated[
        int, Field(ge=1, le=1000, description="Nodes that change at a time, within a step; going back is at once.")
    ] = 1


class Traffic(Declared):
    """How traffic is split, and when a split counts, by one of gateway, route, routes, ingress, podRatio, nodeRatio."""

    gateway: Annotated[Gateway | None, Field(description="The route that Tidegate generates and owns.")] = None
    route: Annotated[AttachedRoute | None, Field(description="The route of your own that Tidegate attaches to.")] = None
    routes: Annotated[
        tuple[AttachedRoute, ...] | None,
        Field(
            min_length=1,
            max_length=8,
            description="Several, such as an ingress and a mesh: a weight counts when all confirm it.",
        ),
    ] = None
    ingress: Annotated[
        Ingress | None,
        Field(description="The Ingress of your own beside which Tidegate keeps a canary with nginx's annotations."),
    ] = None
    pod_ratio: Annotated[
        PodRatio | None,
        Field(description="Without a router: weights up to 50 as a share of pods, then 100 by taking stable's away."),
    ] = None
    node_ratio: Annotated[
        NodeRatio | None,
        Field(description="One pod on each node, as a DaemonSet's; spec.replicas is not used."),
    ] = None
    affinity: Annotated[
        Affinity | None, Field(description="Keeps those who saw the candidate with it while its rollout runs.")
    ] = None
    settle: Annotated[Duration, Field(description="Time after confirmation until a weight counts.")] = "5s"  # type: ignore[assignment]
    confirm: Annotated[
        Confirm, Field(description="Parents: every parent reports the written generation. Settle: time alone counts.")
    ] = Confirm.PARENTS
    drain: Annotated[Duration, Field(description="Pods stay so long after weight 0 is confirmed.")] = "30s"  # type: ignore[assignment]

    @model_validator(mode="after")
    def _one_router(self) -> "Traffic":
        one_of(self, "gateway", "route", "routes", "ingress", "pod_ratio", "node_ratio")
        named = [(route.kind, route.name) for route in self.routes or ()]
        if twice := [name for name in named if named.count(name) > 1]:
            message = f"routes: {twice[0][0].value} {twice[0][1]} is named twice: leave rule out, and both are meant"
            raise ValueError(message)

        return self
