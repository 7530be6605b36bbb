"""What each data plane counts, and how it names the two sides of a Release: one table for all."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tidegate.api import DataPlane
from tidegate.api.names import any_revision, revision_pattern

from .backend import Backend
from .matchers import Matcher, Matchers
from .samples import Side

# How a cluster is called by custom, and by what sets several Prometheus servers up.
CUSTOM = "cluster"
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The label with an answer's status, and the statuses that are server errors; `but`: all others are.

    `client_errors`: those that blame the client, and are no errors of the server. What is neither, and no status of
    HTTP or a class of them, tells nothing: it is never taken for success.
    """

    label: str
    errors: str = "5.."
    client_errors: str = "4.."
    but: bool = False

    @property
    def matcher(self) -> str:
        """The errors as a matcher."""
        return f'{self.label}{"!~" if self.but else "=~"}"{self.errors}"'

    def fails(self, value: str) -> bool:
        """True for an error of the server."""
        return (re.fullmatch(self.errors, value) is not None) is not self.but


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """What of the series is looked at at all, by a label."""

    label: str
    pattern: str

    @property
    def matcher(self) -> str:
        """As a matcher."""
        return f'{self.label}=~"{self.pattern}"'

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True for a series that is looked at."""
        return re.fullmatch(self.pattern, labels.get(self.label, "")) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one data plane counts.

    `statuses`: the first of these labels that a series has tells its status; what has none is not counted. `only`:
    what of the series is asked at all. `by_pods`: each pod of a Release tells of itself, and is no gateway.
    `by_workloads`: it names the ReplicaSet of the pod that answered. `live`: the suite asks the product itself, and not
    only what it is known to say. `joined`: it names a Service after its namespace, with a dash between, so that `a`
    with `b-c` looks like `a-b` with `c`. `clusters`: the first of these labels with a name
    tells where whoever answered runs.
    """

    counter: str
    statuses: tuple[Status, ...]
    buckets: str
    unit: timedelta
    backend: Callable[[Backend], Matchers]
    only: Only | None = None
    by_pods: bool = False
    by_workloads: bool = False
    live: bool = False
    joined: bool = False
    clusters: tuple[str, ...] = (CUSTOM,)
    note: str = ""

    @property
    def tells_pods_apart(self) -> bool:
        """True where pods of two ReplicaSets behind one Service are counted apart."""
        return self.by_pods or self.by_workloads


def traefik(side: Backend) -> Matchers:
    """Newer versions put the route before the Service."""
    before, after = "((http|grpc)route-.+-svc-)?", f"-([0-9]+|http-{side.port})(@.+)?"
    return (Matcher("service", f"{side.namespace}-{side.service}", before, after),)


def istio(side: Backend) -> Matchers:
    """A revision's ReplicaSet is a workload of its own, whichever way the traffic was split."""
    after = "" if side.revision else revision_pattern()
    return (
        Matcher("destination_workload_namespace", side.namespace),
        Matcher("destination_workload", f"{side.release}-{side.revision}", after=after),
    )


def linkerd(side: Backend) -> Matchers:
    return (
        Matcher("backend_namespace", side.namespace),
        Matcher("backend_name", side.service),
        Matcher("backend_port", str(side.port)),
    )


def contour(side: Backend) -> Matchers:
    return (Matcher("envoy_cluster_name", f"{side.namespace}_{side.service}_{side.port}"),)


def ingress_nginx(side: Backend) -> Matchers:
    """The label that names the upstream of a canary Ingress is empty for what the main Ingress answered itself.

    Those bear the namespace as the scrape left it: under its own name where the scrape adds none.
    """
    if side.side is Side.CANDIDATE:
        return (Matcher("canary", f"{side.namespace}-{side.service}", after=f"-({side.port}|http)"),)

    return (Matcher("exported_namespace", side.namespace), Matcher("service", side.service), Matcher("canary", ""))


def pods(side: Backend) -> Matchers:
    """The labels that a scrape of pods gives."""
    if not side.revision:
        pod = Matcher("pod", f"{side.release}-", after=any_revision(side.release))
        return (Matcher("namespace", side.namespace), pod)

    return (Matcher("namespace", side.namespace), Matcher("pod", side.pod_prefix, after="[a-z0-9]{5}"))


BY_PODS = "Counts what reaches the pods: health checks too, and nothing that never arrives."
COUNTS: Mapping[DataPlane, Counts] = {
    DataPlane.TRAEFIK: Counts(
        counter="traefik_service_requests_total",
        statuses=(Status(label="code"),),
        buckets="traefik_service_request_duration_seconds_bucket",
        unit=SECOND,
        backend=traefik,
        live=True,
        joined=True,
        note="Needs `metrics.prometheus.addServicesLabels`, and a scrape with `honorLabels` where it adds `service`.",
    ),
    DataPlane.ISTIO: Counts(
        counter="istio_requests_total",
        # The connection broke before there was an answer.
        statuses=(Status(label="response_code", errors="0|5.."),),
        buckets="istio_request_duration_milliseconds_bucket",
        unit=MILLISECOND,
        backend=istio,
        only=Only(label="reporter", pattern="source|waypoint"),
        by_workloads=True,
        # `cluster` is the caller's, which is the same but in a mesh over several, where each has a name.
        clusters=("destination_cluster", CUSTOM),
        note="As the gateway, the caller's sidecar or the waypoint reports it. `0` is what got no answer: an error,"
        " whoever broke the connection.",
    ),
    DataPlane.LINKERD: Counts(
        counter="outbound_http_route_backend_response_statuses_total",
        # A request that got no answer at all has no status: it is an error.
        statuses=(Status(label="http_status", errors="[1-4]..", but=True),),
        buckets="outbound_http_route_backend_response_duration_seconds_bucket",
        unit=SECOND,
        backend=linkerd,
        note="As the callers' proxies report it; HTTP, not gRPC. It reports no generation of a route, so that no weight"
        " is ever confirmed: set `traffic.confirm: Settle`.",
    ),
    DataPlane.CONTOUR: Counts(
        counter="envoy_cluster_upstream_rq",
        statuses=(Status(label="envoy_response_code"),),
        buckets="envoy_cluster_upstream_rq_time_bucket",
        unit=MILLISECOND,
        backend=contour,
        note="Tested on a live Envoy that is set up as Contour does it; its histograms are told once in five seconds.",
    ),
    DataPlane.INGRESS_NGINX: Counts(
        counter="nginx_ingress_controller_requests",
        statuses=(Status(label="status"),),
        buckets="nginx_ingress_controller_request_duration_seconds_bucket",
        unit=SECOND,
        backend=ingress_nginx,
        joined=True,
        note="Only by hand: it has no GatewayClass. Retired in March 2026. Stable is told by `exported_namespace`, as"
        " a scrape without `honorLabels` names it.",
    ),
    DataPlane.APPLICATION: Counts(
        counter="http_requests_total",
        # A counter without a code says nothing of errors: it is not counted as all well.
        statuses=(Status(label="code"), Status(label="status")),
        buckets="http_request_duration_seconds_bucket",
        unit=SECOND,
        backend=pods,
        by_pods=True,
        live=True,
        note=BY_PODS,
    ),
    DataPlane.OPEN_TELEMETRY: Counts(
        counter="http_server_request_duration_seconds_count",
        statuses=(Status(label="http_response_status_code"),),
        buckets="http_server_request_duration_seconds_bucket",
        unit=SECOND,
        backend=pods,
        by_pods=True,
        note=f"Only by hand. {BY_PODS}",
    ),
}
