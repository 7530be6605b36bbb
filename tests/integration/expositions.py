"""What each data plane writes about one side of a Release, label by label as the product does; and a server for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from tests.cluster.loopback import Loopback

SECONDS = ("0.1", "0.5", "1.0")
MILLISECONDS = ("100", "500", "1000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one side has served: its requests, the errors among them, and those that took 0.7 s instead of 0.2 s."""

    requests: int
    errors: int
    slow: int

    @property
    def well(self) -> int:
        return self.requests - self.errors

    def buckets(self, boundaries: tuple[str, ...]) -> list[tuple[str, int]]:
        """The cumulative counts of a histogram with boundaries at 0.1, 0.5 and 1 s."""
        quick = self.requests - self.slow
        return list(zip((*boundaries, "+Inf"), (0, quick, self.requests, self.requests), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The candidate or stable of some Release."""

    namespace: str
    release: str
    revision: str
    role: str
    served: Served

    @property
    def service(self) -> str:
        return f"{self.release}-{self.role}"

    @property
    def pod(self) -> str:
        return f"{self.release}-{self.revision}-x2v9z"


@dataclass(frozen=True, slots=True)
class Page:
    """What is scraped as one target, with the labels that the scrape adds."""

    text: str
    labels: Mapping[str, str]


def traefik(side: Side) -> str:
    key = f"httproute-{side.namespace}-{side.release}-gw-gateways-public-ep-web-0-49a09bf29f56ec7dd85a"
    labels = f'method="GET",protocol="http",service="{key}-svc-{side.namespace}-{side.service}-1@kubernetesgateway"'
    return series(
        "traefik_service_requests_total", labels, {'code="200"': side.served.well, 'code="503"': side.served.errors}
    ) + histogram("traefik_service_request_duration_seconds", f'code="200",{labels}', side.served.buckets(SECONDS))


def istio(side: Side) -> str:
    host = f"{side.service}.{side.namespace}.svc.cluster.local"
    labels = (
        'source_workload="public-istio",source_workload_namespace="gateways",source_app="unknown",'
        f'destination_workload="{side.release}-{side.revision}",destination_workload_namespace="{side.namespace}",'
        f'destination_service="{host}",destination_service_name="{side.service}",'
        f'destination_service_namespace="{side.namespace}",request_protocol="http",grpc_response_status="",'
        'connection_security_policy="unknown"'
    )
    codes = {
        'response_code="200",response_flags="-"': side.served.well,
        'response_code="503",response_flags="UF"': side.served.errors,
    }
    # The pod's own proxy reports the same requests again: they are counted once.
    again = series("istio_requests_total", f'reporter="destination",{labels}', {'response_code="200"': 5000})
    gateway = f'reporter="source",{labels}'
    buckets = side.served.buckets(MILLISECONDS)
    return (
        again
        + series("istio_requests_total", gateway, codes)
        + histogram("istio_request_duration_milliseconds", f'response_code="200",{gateway}', buckets)
    )


def linkerd(side: Side) -> str:
    labels = (
        f'parent_group="core",parent_kind="Service",parent_namespace="{side.namespace}",parent_name="{side.release}",'
        'parent_port="80",parent_section_name="",route_group="gateway.networking.k8s.io",route_kind="HTTPRoute",'
        f'route_namespace="{side.namespace}",route_name="{side.release}",backend_group="core",backend_kind="Service",'
        f'backend_namespace="{side.namespace}",backend_name="{side.service}",backend_port="80",backend_section_name=""'
    )
    codes = {'http_status="200",error=""': side.served.well, 'http_status="503",error=""': side.served.errors - 1}
    codes['http_status="",error="FAIL_FAST"'] = 1
    return series("outbound_http_route_backend_response_statuses_total", labels, codes) + histogram(
        "outbound_http_route_backend_response_duration_seconds", labels, side.served.buckets(SECONDS)
    )


def contour(side: Side) -> str:
    labels = f'envoy_cluster_name="{side.namespace}_{side.service}_80"'
    codes = {
        'envoy_response_code="200"': side.served.well,
        'envoy_response_code="503"': side.served.errors,
    }
    return series("envoy_cluster_upstream_rq", labels, codes) + histogram(
        "envoy_cluster_upstream_rq_time", labels, side.served.buckets(MILLISECONDS)
    )


def ingress_nginx(side: Side) -> str:
    """What the main Ingress answers itself has an empty `canary`, and the main Service's name on both."""
    canary = f"{side.namespace}-{side.service}-80" if side.role == "candidate" else ""
    labels = (
        f'canary="{canary}",controller_class="k8s.io/ingress-nginx",controller_namespace="ingress-nginx",'
        f'controller_pod="ingress-nginx-controller-7d4db76476-gdvsx",host="shop.example",method="GET",path="/",'
        f'ingress="{side.release}",exported_namespace="{side.namespace}",namespace="ingress-nginx",'
        f'service="{side.release}-stable"'
    )
    name, buckets = "nginx_ingress_controller_request_duration_seconds", side.served.buckets(SECONDS)
    codes = {'status="200"': side.served.well, 'status="503"': side.served.errors}
    return series("nginx_ingress_controller_requests", labels, codes) + histogram(
        name, f'status="200",{labels}', buckets
    )


def application(side: Side, label: str = "code") -> str:
    """As the Python client writes what an application counts."""
    registry = CollectorRegistry()
    requests = Counter("http_requests", "Requests.", ["method", label], registry=registry)
    requests.labels("GET", "200").inc(side.served.well)
    requests.labels("GET", "503").inc(side.served.errors)
    seconds = Histogram("http_request_duration_seconds", "Time.", registry=registry, buckets=[0.1, 0.5, 1])
    for place in range(side.served.requests):
        seconds.observe(0.7 if place < side.served.slow else 0.2)

    return generate_latest(registry).decode()


def by_status(side: Side) -> str:
    return application(side, "status")


def open_telemetry(side: Side) -> str:
    name = "http_server_request_duration_seconds"
    labels = (
        'otel_scope_name="io.opentelemetry.tomcat-10.0",otel_scope_version="2.9.0-alpha",http_request_method="GET",'
        'http_route="/",network_protocol_version="1.1",url_scheme="http"'
    )
    codes = {
        'http_response_status_code="200"': side.served.well,
        'http_response_status_code="503",error_type="503"': side.served.errors,
    }
    ok = f'http_response_status_code="200",{labels}'
    return series(f"{name}_count", labels, codes) + buckets_of(name, ok, side.served.buckets(SECONDS))


def series(name: str, labels: str, values: Mapping[str, int]) -> str:
    """One line for each code."""
    return "".join(f"{name}{{{labels},{more}}} {value}\n" for more, value in values.items())


def histogram(name: str, labels: str, buckets: list[tuple[str, int]]) -> str:
    return f"# TYPE {name} histogram\n{buckets_of(name, labels, buckets)}{name}_count{{{labels}}} {buckets[-1][1]}\n"


def buckets_of(name: str, labels: str, buckets: list[tuple[str, int]]) -> str:
    return "".join(f'{name}_bucket{{{labels},le="{boundary}"}} {count}\n' for boundary, count in buckets)


def of_gateway(write: Callable[[Side], str]) -> Callable[[list[Side]], Iterator[Page]]:
    """A gateway tells of all sides on one page."""

    def pages(sides: list[Side]) -> Iterator[Page]:
        yield Page("".join(map(write, sides)), {})

    return pages


def of_pods(write: Callable[[Side], str]) -> Callable[[list[Side]], Iterator[Page]]:
    """Each pod tells of itself; whose page it is, the scrape knows."""

    def pages(sides: list[Side]) -> Iterator[Page]:
        for side in sides:
            yield Page(write(side), {"namespace": side.namespace, "pod": side.pod})

    return pages


class Exposition(Loopback):
    """A server on loopback for pages of metrics, by path: as they are, or as they are written at each scrape."""

    def __init__(self) -> None:
        self.pages: Mapping[str, str | Callable[[], str]] = {}
        super().__init__()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        page = self.pages[request.path]
        text = (page if isinstance(page, str) else page()).encode()
        request.send_response(200)
        request.send_header("Content-Type", "text/plain; version=0.0.4")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)
