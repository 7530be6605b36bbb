"""An example's manifests as this cluster takes them: in a namespace, asked at addresses that answer, and faster."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.metric_source import MetricServer
from tests.integration.kinds import KINDS
from tidegate.api.durations import format_duration, parse_duration

# Half a second is a minute.
FASTER = 120
LEAST = timedelta(seconds=1)
# What a claim sees of a step is read while the step stands, and a step that may go on does so before its deadline,
# however busy the machine is.
LEAST_OF = {"dwell": timedelta(seconds=8), "deadline": timedelta(minutes=1)}
# What a rollout waits for. All other durations say what counts, or how long machines may take: those stay.
WAITS = frozenset({"dwell", "settle", "drain", "watch", "deadline", "holdLimit", "noDataLimit", "interval"})
KEPT = frozenset(
    {"over", "maxAge", "timeout", "request", "backendRequest", "expiry", "progressDeadline", "unhealthyAfter"}
)


def shortened(value: Any) -> Any:
    """The same with every wait 120 times shorter, but a second or a step's least: what is 0s stays so."""
    if isinstance(value, list):
        return [shortened(item) for item in value]

    if not isinstance(value, dict):
        return value

    return {name: _shorter(name, item) if name in WAITS else shortened(item) for name, item in value.items()}


def _shorter(name: str, text: str) -> str:
    span = parse_duration(text)
    return format_duration(max(span / FASTER, LEAST_OF.get(name, LEAST))) if span else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A namespace, and who answers there: `numbers` the objectives, `listener` the hooks.

    `elsewhere` is the address of a source that is no Prometheus.
    """

    api: Api
    namespace: str
    numbers: MetricServer
    listener: MetricServer
    elsewhere: str = ""

    def put(self, manifest: Object) -> Object:
        """Apply a manifest as it is found here."""
        return self.api.apply(KINDS[manifest["kind"]], self.placed(manifest), manager="examples")

    def placed(self, manifest: Object) -> Object:
        """As it is found here; the API server has taken it as it was declared."""
        if KINDS[manifest["kind"]].namespaced:
            manifest = manifest | {"metadata": manifest["metadata"] | {"namespace": self.namespace}}

        if manifest["kind"] == "Release":
            # With the defaults written out: they are shortened too.
            declared = self.api.try_create(RELEASES, manifest)["spec"]
            return manifest | {"spec": self._release(shortened(declared))}

        if manifest["kind"] in {"MetricSource", "ClusterMetricSource"}:
            return manifest | {"spec": self._source(manifest["spec"])}

        return manifest

    def _source(self, spec: Object) -> Object:
        ((kind, fields),) = spec.items()
        if kind == "prometheus":
            return {kind: fields | {"address": self.numbers.address}}

        if "url" in fields:
            asked = urlsplit(fields["url"])
            return {kind: fields | {"url": f"{self.elsewhere}{asked.path}?{asked.query}"}}

        if "addresses" in fields:
            pages = [f"{self.elsewhere}{urlsplit(page).path}" for page in fields["addresses"]]
            return {kind: fields | {"addresses": pages, "interval": "1s"}}

        return {kind: fields | {"address": self.elsewhere}}

    def _release(self, spec: Object) -> Object:
        for hook in spec.get("hooks") or ():
            if "http" in hook:
                hook["http"]["url"] = f"{self.listener.address}/{hook['name']}"

        if "gateway" in spec["traffic"]:
            # All examples share one Gateway, and a host on it is one Release's.
            hosts = spec["traffic"]["gateway"].get("hostnames") or ()
            spec["traffic"]["gateway"]["hostnames"] = [f"{self.namespace}.{host}" for host in hosts]

        if spec["metricSource"]["kind"] == "ClusterMetricSource":
            spec["metricSource"] = {"kind": "MetricSource", "name": "numbers"}

        return spec
