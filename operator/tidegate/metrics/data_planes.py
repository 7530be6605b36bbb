"""What each data plane counts, and how it names the two sides of a Release: one table for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tidegate.api import DataPlane

from .backend import Backend
from .counting import boundary, counted, share

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Labels of the answers that are counted, and of the server errors among them."""

    counted: str = ""
    errors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one data plane counts.

    `live`: the suite asks the product itself, and not only what it is known to say. `joined`: it names a Service after
    its namespace, with a dash between, so that `a` with `b-c` looks like `a-b` with `c`.
    """

    counter: str
    answers: tuple[Answers, ...]
    buckets: str
    unit: timedelta
    backend: Callable[[Backend], str]
    live: bool = False
    joined: bool = False
    note: str = ""


def traefik(side: Backend) -> str:
    """Newer versions put the route before the Service."""
    return f'service=~"((http|grpc)route-.+-svc-)?{side.namespace}-{side.service}-([0-9]+|http-{side.port})(@.+)?"'


def istio(side: Backend) -> str:
    """A revision's ReplicaSet is a workload of its own, whichever way the traffic was split."""
    workload = f'destination_workload="{side.release}-{side.revision}"'
    return f'reporter=~"source|waypoint",destination_workload_namespace="{side.namespace}",{workload}'


def linkerd(side: Backend) -> str:
    return f'backend_namespace="{side.namespace}",backend_name="{side.service}",backend_port="{side.port}"'


def contour(side: Backend) -> str:
    return f'envoy_cluster_name="{side.namespace}_{side.service}_{side.port}"'


def ingress_nginx(side: Backend) -> str:
    """The label that names the upstream of a canary Ingress: empty for what the main Ingress answered itself."""
    return f'canary=~"{side.namespace}-{side.service}-({side.port}|http)"'


def pods(side: Backend) -> str:
    """The labels that a scrape of pods gives."""
    return f'namespace="{side.namespace}",pod=~"{side.pods}"'


BY_PODS = "Counts what reaches the pods: health checks too, and nothing that never arrives."
COUNTS: Mapping[DataPlane, Counts] = {
    DataPlane.TRAEFIK: Counts(
        counter="traefik_service_requests_total",
        answers=(Answers(errors='code=~"5.."'),),
        buckets="traefik_service_request_duration_seconds_bucket",
        unit=SECOND,
        backend=traefik,
        live=True,
        joined=True,
        note="Needs `metrics.prometheus.addServicesLabels`, and a scrape with `honorLabels` where it adds `service`.",
    ),
    DataPlane.ISTIO: Counts(
        counter="istio_requests_total",
        answers=(Answers(errors='response_code=~"5.."'),),
        buckets="istio_request_duration_milliseconds_bucket",
        unit=MILLISECOND,
        backend=istio,
        note="As the gateway, the caller's sidecar or the waypoint reports it.",
    ),
    DataPlane.LINKERD: Counts(
        counter="outbound_http_route_backend_response_statuses_total",
        # A request that got no answer at all has no status: it is an error.
        answers=(Answers(errors='http_status!~"[1-4].."'),),
        buckets="outbound_http_route_backend_response_duration_seconds_bucket",
        unit=SECOND,
        backend=linkerd,
        note="As the callers' proxies report it; HTTP, not gRPC.",
    ),
    DataPlane.CONTOUR: Counts(
        counter="envoy_cluster_upstream_rq",
        answers=(Answers(errors='envoy_response_code=~"5.."'),),
        buckets="envoy_cluster_upstream_rq_time_bucket",
        unit=MILLISECOND,
        backend=contour,
    ),
    DataPlane.INGRESS_NGINX: Counts(
        counter="nginx_ingress_controller_requests",
        answers=(Answers(errors='status=~"5.."'),),
        buckets="nginx_ingress_controller_request_duration_seconds_bucket",
        unit=SECOND,
        backend=ingress_nginx,
        joined=True,
        note="Only by hand: it has no GatewayClass. Retired in March 2026.",
    ),
    DataPlane.APPLICATION: Counts(
        counter="http_requests_total",
        # A counter without a code says nothing of errors: it is not counted as all well.
        answers=(
            Answers(counted='code!=""', errors='code=~"5.."'),
            Answers(counted='code="",status!=""', errors='code="",status=~"5.."'),
        ),
        buckets="http_request_duration_seconds_bucket",
        unit=SECOND,
        backend=pods,
        live=True,
        note=BY_PODS,
    ),
    DataPlane.OPEN_TELEMETRY: Counts(
        counter="http_server_request_duration_seconds_count",
        answers=(Answers(counted='http_response_status_code!=""', errors='http_response_status_code=~"5.."'),),
        buckets="http_server_request_duration_seconds_bucket",
        unit=SECOND,
        backend=pods,
        note=f"Only by hand. {BY_PODS}",
    ),
}


def error_ratio(plane: DataPlane, side: Backend, *, window: timedelta, least: int) -> str:
    """The share of server errors among a side's requests; nothing where there were fewer than `least`."""
    found = COUNTS[plane]
    backend = found.backend(side)
    total = [_series(found.counter, backend, answers.counted) for answers in found.answers]
    errors = [_series(found.counter, backend, answers.errors) for answers in found.answers]
    return share(_sum(errors, window), _sum(total, window), least=least)


def slow_requests(plane: DataPlane, side: Backend, *, over: timedelta, window: timedelta, least: int) -> str:
    """The share of a side's requests above a bucket's boundary; nothing where there is no such bucket."""
    found = COUNTS[plane]
    backend = found.backend(side)
    bucket = _series(found.buckets, backend, f'le=~"{boundary(over, found.unit)}"')
    total, quick = counted(_series(found.buckets, backend, 'le="+Inf"'), window), counted(bucket, window)
    return f"({share(f'({total} - {quick})', total, least=least)}) and on() (count({bucket}) > 0)"


def _series(name: str, *labels: str) -> str:
    return f"{name}{{{','.join(filter(None, labels))}}}"


def _sum(series: list[str], window: timedelta) -> str:
    return f"({' + '.join(counted(found, window) for found in series)})"
