"""The cluster as tests and the demo see it: objects as dicts, and waiting by watch."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.watch.watch import iter_resp_lines

Object = dict[str, Any]


class TooLate(AssertionError):
    """What was waited for did not come: what it was, and the last that was seen."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind by its path."""

    api: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """The path of a collection or of an object."""
        root = "/api/v1" if self.api == "v1" else f"/apis/{self.api}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{scope}/{self.plural}" + (f"/{name}" if name else "")


RELEASES = Resource("tidegate.dev/v1alpha1", "releases")
METRIC_SOURCES = Resource("tidegate.dev/v1alpha1", "metricsources")
CLUSTER_METRIC_SOURCES = Resource("tidegate.dev/v1alpha1", "clustermetricsources", namespaced=False)
OBJECTIVE_SETS = Resource("tidegate.dev/v1alpha1", "objectivesets")
CLUSTER_OBJECTIVE_SETS = Resource("tidegate.dev/v1alpha1", "clusterobjectivesets", namespaced=False)
ROUTES = Resource("gateway.networking.k8s.io/v1", "httproutes")
GRPC_ROUTES = Resource("gateway.networking.k8s.io/v1", "grpcroutes")
VIRTUAL_SERVICES = Resource("networking.istio.io/v1", "virtualservices")
DESTINATION_RULES = Resource("networking.istio.io/v1", "destinationrules")
TRAEFIK_SERVICES = Resource("traefik.io/v1alpha1", "traefikservices")
INGRESS_ROUTES = Resource("traefik.io/v1alpha1", "ingressroutes")
INGRESSES = Resource("networking.k8s.io/v1", "ingresses")
INGRESS_CLASSES = Resource("networking.k8s.io/v1", "ingressclasses", namespaced=False)
GATEWAYS = Resource("gateway.networking.k8s.io/v1", "gateways")
GATEWAY_CLASSES = Resource("gateway.networking.k8s.io/v1", "gatewayclasses", namespaced=False)
DEPLOYMENTS = Resource("apps/v1", "deployments")
POD_TEMPLATES = Resource("v1", "podtemplates")
AUTOSCALERS = Resource("autoscaling/v2", "horizontalpodautoscalers")
SCALED_OBJECTS = Resource("keda.sh/v1alpha1", "scaledobjects")
SERVICE_MONITORS = Resource("monitoring.coreos.com/v1", "servicemonitors")
PROMETHEUS_RULES = Resource("monitoring.coreos.com/v1", "prometheusrules")
DAEMON_SETS = Resource("apps/v1", "daemonsets")
REPLICA_SETS = Resource("apps/v1", "replicasets")
PODS = Resource("v1", "pods")
JOBS = Resource("batch/v1", "jobs")
SERVICES = Resource("v1", "services")
BUDGETS = Resource("policy/v1", "poddisruptionbudgets")
SECRETS = Resource("v1", "secrets")
CONFIG_MAPS = Resource("v1", "configmaps")
QUOTAS = Resource("v1", "resourcequotas")
NAMESPACES = Resource("v1", "namespaces", namespaced=False)
NODES = Resource("v1", "nodes", namespaced=False)
EVENTS = Resource("events.k8s.io/v1", "events")
CRDS = Resource("apiextensions.k8s.io/v1", "customresourcedefinitions", namespaced=False)
LEASES = Resource("coordination.k8s.io/v1", "leases")
STRICT = "Strict"


class Api:
    """One user's access to a cluster."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = client.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=configuration)
        self._client = client.ApiClient(configuration)

    def get(self, kind: Resource, namespace: str | None, name: str) -> Object:
        """One object."""
        return self._call("GET", kind.path(namespace, name))

    def find(self, kind: Resource, namespace: str | None, name: str) -> Object | None:
        """One object, or None."""
        try:
            return self.get(kind, namespace, name)
        except ApiException as error:
            if error.status == 404:
                return None

            raise

    def all(self, kind: Resource, namespace: str | None = None, selector: str = "") -> list[Object]:
        """Every object of a kind."""
        items: list[Object] = self._call("GET", kind.path(namespace), query={"labelSelector": selector})["items"]
        return items

    def create(self, kind: Resource, manifest: Object, *, manager: str = "") -> Object:
        """Create, with strict validation of fields."""
        namespace = manifest["metadata"].get("namespace")
        query = {"fieldManager": manager, "fieldValidation": STRICT}
        return self._call("POST", kind.path(namespace), body=manifest, query=query)

    def try_create(self, kind: Resource, manifest: Object) -> Object:
        """Whether an object would be taken; nothing is kept."""
        query = {"fieldValidation": STRICT, "dryRun": "All"}
        return self._call("POST", kind.path(manifest["metadata"].get("namespace")), body=manifest, query=query)

    def merge(self, kind: Resource, namespace: str | None, name: str, body: Object, *, manager: str = "") -> Object:
        """Merge-patch."""
        path, query = kind.path(namespace, name), {"fieldManager": manager}
        return self._call("PATCH", path, body=body, content="application/merge-patch+json", query=query)

    def replace(self, kind: Resource, manifest: Object, *, manager: str = "kubectl-replace") -> Object:
        """What is there becomes the manifest, as `kubectl replace` and Argo CD's `Replace=true` write it."""
        path = kind.path(manifest["metadata"].get("namespace"), manifest["metadata"]["name"])
        return self._call("PUT", path, body=manifest, query={"fieldManager": manager, "fieldValidation": STRICT})

    def edit(self, kind: Resource, namespace: str, name: str, change: Callable[[Object], Object]) -> Object:
        """Replace an object by what is made of its newest state, anew where another writer came between."""
        while True:
            try:
                return self.replace(kind, change(self.get(kind, namespace, name)))
            except ApiException as error:
                if error.status != HTTPStatus.CONFLICT:
                    raise

    def try_merge(self, kind: Resource, namespace: str | None, name: str, body: Object) -> Object:
        """Whether a merge-patch would be taken; nothing is kept."""
        path = kind.path(namespace, name)
        query = {"fieldValidation": STRICT, "dryRun": "All"}
        return self._call("PATCH", path, body=body, content="application/merge-patch+json", query=query)

    def patch(self, kind: Resource, namespace: str | None, name: str, operations: list[Object]) -> Object:
        """JSON patch."""
        path = kind.path(namespace, name)
        return self._call("PATCH", path, body=operations, content="application/json-patch+json")

    def apply(self, kind: Resource, manifest: Object, *, manager: str = "tests") -> Object:
        """Server-side apply."""
        path = kind.path(manifest["metadata"].get("namespace"), manifest["metadata"]["name"])
        query = {"fieldManager": manager, "force": "true", "fieldValidation": STRICT}
        return self._call("PATCH", path, body=manifest, content="application/apply-patch+yaml", query=query)

    def delete(self, kind: Resource, namespace: str | None, name: str, *, policy: str = "Background") -> None:
        """Delete; what it owns follows, goes before it (`Foreground`), or stays behind without an owner (`Orphan`)."""
        self._call("DELETE", kind.path(namespace, name), body={"propagationPolicy": policy})

    def delete_all(self, kind: Resource, namespace: str) -> None:
        """Delete every object of a kind in a namespace; what they own follows."""
        self._call("DELETE", kind.path(namespace), body={"propagationPolicy": "Background"})

    def namespace(self, name: str) -> str:
        """Make a namespace."""
        self.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    def ask(self, namespace: str, name: str, **asks: str | None) -> Object:
        """Set a Release's annotations: `abort="1"` is `tidegate.dev/abort: "1"`."""
        annotations = {f"tidegate.dev/{what.replace('_', '-')}": value for what, value in asks.items()}
        return self.merge(RELEASES, namespace, name, {"metadata": {"annotations": annotations}})

    def until(
        self, kind: Resource, namespace: str | None, name: str, done: Callable[[Object], bool], seconds: float = 30
    ) -> Object:
        """Watch one object until it is as wanted. Raises TooLate with the last state."""
        last: Object | None = None
        for found in self.follow(kind, namespace, name, seconds):
            last = found
            if done(found):
                return found

        message = f"{kind.plural} {namespace}/{name}: not as wanted after {seconds} s: {_shown(last)}"
        raise TooLate(message)

    def gone(self, kind: Resource, namespace: str | None, name: str, seconds: float = 30) -> None:
        """Watch until an object is deleted."""
        end = time.monotonic() + seconds
        while self.find(kind, namespace, name) is not None:
            if time.monotonic() > end:
                message = f"{kind.plural} {namespace}/{name} is still there after {seconds} s"
                raise TooLate(message)

            time.sleep(0.05)

    def follow(self, kind: Resource, namespace: str | None, name: str, seconds: float) -> Iterator[Object]:
        """An object's states as they come, for so long."""
        yield from self.changes(kind, namespace, seconds, field_selector=f"metadata.name={name}")

    def changes(
        self, kind: Resource, namespace: str | None, seconds: float, *, field_selector: str = ""
    ) -> Iterator[Object]:
        """Every object of a kind, each change, and the last state of deleted ones, for so long.

        It begins with what is there now: a watch alone may begin with what its server's cache has, and on a busy
        machine that lags behind a write that was answered a moment ago.
        """
        end, query = time.monotonic() + seconds, {"fieldSelector": field_selector}
        while (left := end - time.monotonic()) > 0:
            listed = self._call("GET", kind.path(namespace), query=query)
            yield from listed["items"]
            since = {"watch": "true", "resourceVersion": listed["metadata"]["resourceVersion"]}
            for_so_long = {"timeoutSeconds": str(max(int(left), 1))}
            answer = self._send("GET", kind.path(namespace), query=query | since | for_so_long, seconds=left + 5)
            _must_be_good(answer)
            with closing(answer.response):
                yield from objects(map(json.loads, iter_resp_lines(answer.response)))

    def _call(
        self, verb: str, path: str, *, body: Any = None, content: str = "application/json", query: Object | None = None
    ) -> Object:
        answer = self._send(verb, path, body=body, content=content, query=query)
        _must_be_good(answer)
        decoded: Object = json.loads(answer.read())
        return decoded

    def _send(
        self,
        verb: str,
        path: str,
        *,
        body: Any = None,
        content: str = "application/json",
        query: Object | None = None,
        seconds: float = 15,
    ) -> Any:
        """The answer. Told when to come again, it does: as a CRD changes, its objects are not served for a moment."""
        request = self._client.param_serialize(
            verb,
            path,
            query_params=[(name, value) for name, value in (query or {}).items() if value],
            header_params={"Accept": "application/json", "Content-Type": content},
            body=body,
            auth_settings=["BearerToken"],
        )
        end = time.monotonic() + seconds
        while True:
            answer = self._client.call_api(*request, _request_timeout=max(end - time.monotonic(), 1))
            later = float(answer.getheader("Retry-After") or 0)
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS or not later or time.monotonic() + later > end:
                return answer

            answer.read()
            time.sleep(later)


def _must_be_good(answer: Any) -> None:
    if not 200 <= answer.status < 300:
        raise ApiException(http_resp=answer, body=answer.read().decode(), data=None)


def objects(events: Iterable[Object]) -> Iterator[Object]:
    """The objects of a watch. One that the server ends, as it cannot follow any more, just ends: it is begun anew.

    Raises ApiException for any other error in the stream.
    """
    for event in events:
        if event["type"] != "ERROR":
            yield event["object"]
            continue

        error = event["object"]
        if error["code"] in {HTTPStatus.GONE, HTTPStatus.GATEWAY_TIMEOUT}:
            return

        raise ApiException(status=error["code"], reason=json.dumps(error))


def _shown(found: Object | None) -> Any:
    return (found or {}).get("status") or found
