"""A server that answers as each kind of metric source does, in recorded shapes, with a number that a test sets."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.cluster.api import METRIC_SOURCES, SECRETS, Api, Object
from tests.cluster.loopback import Loopback
from tests.unit.metrics.recorded import RECORDED, metric_data, targets, timeseries


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a source of a kind is declared, let in and asked; `{address}` is where the server listens."""

    spec: Object
    keys: dict[str, str]
    words: str
    header: tuple[str, str]

    def at(self, address: str) -> Object:
        """The spec for a server there."""
        (kind, fields), *_ = self.spec.items()
        return {kind: {"authSecret": {"name": "key"}, **fields, **_placed(fields, address)}}


def _placed(fields: Object, address: str) -> Object:
    place = {name: text.replace("{address}", address) for name, text in fields.items() if name in {"url", "address"}}
    return place or {"address": address}


DIALECTS = {
    "Datadog": Dialect(
        spec={"datadog": {}},
        keys={"api-key": "a", "app-key": "b"},
        words="sum:errors{revision:$candidate_revision}.as_count()",
        header=("DD-APPLICATION-KEY", "b"),
    ),
    "CloudWatch": Dialect(
        spec={"cloudWatch": {"region": "eu-west-1"}},
        keys={"access-key-id": "AKIDEXAMPLE", "secret-access-key": "b", "session-token": "c"},
        words="SELECT SUM(errors) FROM \"Shop\" WHERE revision = '$candidate_revision'",
        header=("X-Amz-Security-Token", "c"),
    ),
    "New Relic": Dialect(
        spec={"newRelic": {"accountId": 42}},
        keys={"api-key": "a"},
        words="SELECT percentage(count(*), WHERE error) FROM Transaction WHERE revision = '$candidate_revision'"
        " AND podName RLIKE r'$candidate_pods' SINCE $window_seconds seconds ago",
        header=("API-Key", "a"),
    ),
    "Dynatrace": Dialect(
        spec={"dynatrace": {}},
        keys={"token": "a"},
        words='shop.errors:filter(eq("revision","$candidate_revision")):splitBy():sum',
        header=("Authorization", "Api-Token a"),
    ),
    "InfluxDB": Dialect(
        spec={"influxdb": {"organization": "shop"}},
        keys={"token": "a"},
        words='from(bucket: "shop") |> range(start: -$window) |> filter(fn: (r) => r.revision == "$candidate_revision")'
        " |> mean()",
        header=("Authorization", "Token a"),
    ),
    "Graphite": Dialect(
        spec={"graphite": {}},
        keys={"token": "a"},
        words="summarize(shop.$candidate_revision.errors,'$window_seconds seconds','sum')",
        header=("Authorization", "Bearer a"),
    ),
    "Web": Dialect(
        spec={
            "web": {
                "url": "{address}/numbers?of=$query&in=$namespace",
                "jsonPath": "data.result[0].value",
                "authHeader": "X-API-Key",
            }
        },
        keys={"token": "a"},
        words="errors of $candidate_revision, $candidate_pods",
        header=("X-API-Key", "a"),
    ),
    "Web by POST": Dialect(
        spec={
            "web": {"url": "{address}/numbers", "method": "POST", "body": '{"question": "$query"}', "jsonPath": "[0]"}
        },
        keys={"username": "a", "password": "b"},
        words='errors of "$candidate_revision"',
        header=("Authorization", "Basic YTpi"),
    ),
}


# Those that tell of what time a point is: one that begins now.
NOW: dict[str, Callable[[float], bytes]] = {
    "Datadog": lambda value: timeseries([value, None], at=time.time()),
    "CloudWatch": lambda value: metric_data([value], at=time.time()),
    "Graphite": lambda value: targets([value, None], at=time.time()),
}


@dataclass(slots=True)
class Heard:
    """One request as it came."""

    text: str
    headers: dict[str, str] = field(default_factory=dict)


class DialectServer(Loopback):
    """Answers every request in one dialect."""

    def __init__(self, name: str) -> None:
        self.name, self.dialect, self._recorded = name, DIALECTS[name], RECORDED[name]
        self.value, self.status = 0.25, 200
        self.heard: list[Heard] = []
        super().__init__()

    def declare(self, api: Api, namespace: str) -> None:
        """The MetricSource `numbers` that names it, and the Secret that lets us in."""
        metadata = {"name": "key", "namespace": namespace, "labels": {"tidegate.dev/metric-source": "true"}}
        api.apply(
            SECRETS, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": self.dialect.keys}
        )
        declare(api, namespace, self.dialect.at(f"http://{self.place}"))

    def get(self, request: BaseHTTPRequestHandler) -> None:
        self._answer(request, request.path)

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        self._answer(request, f"{request.path} {body}")

    def _answer(self, request: BaseHTTPRequestHandler, text: str) -> None:
        self.heard.append(Heard(text, dict(request.headers.items())))
        number = NOW[self.name](self.value) if self.name in NOW else self._as_recorded()
        body = number if self.status == 200 else self._recorded.refusal
        request.send_response(self.status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _as_recorded(self) -> bytes:
        return self._recorded.one.replace(b"0.25", str(self.value).encode())


def declare(api: Api, namespace: str, spec: Object) -> None:
    """The MetricSource `numbers`."""
    metadata = {"name": "numbers", "namespace": namespace}
    api.apply(
        METRIC_SOURCES,
        {"apiVersion": "tidegate.dev/v1alpha1", "kind": "MetricSource", "metadata": metadata, "spec": spec},
    )
