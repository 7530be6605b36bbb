"""Traefik's other ways to split traffic, under real requests: its own kinds, and nginx's annotations."""

import urllib.request
from collections import Counter
from collections.abc import Callable

import pytest

from tests.cluster import local
from tests.cluster.api import INGRESS_CLASSES, INGRESS_ROUTES, INGRESSES, RELEASES, TRAEFIK_SERVICES, Api, Object
from tests.demo.shop import VERSIONS, template
from tests.integration.manifests import phase_is

Declare = Callable[[Api, str], Object]
REQUESTS = 400
STEPS = [{"name": "quarter", "weight": 25, "dwell": "120s"}]


def release(namespace: str, version: int, traffic: Object) -> Object:
    """The shop, split by a way of Traefik's."""
    spec = {
        "replicas": 2,
        "template": template(VERSIONS[version], namespace),
        "service": {"port": 80, "targetPort": 8080},
        "traffic": {**traffic, "settle": "2s", "drain": "2s"},
        "steps": STEPS,
        "objectives": [],
    }
    metadata = {"name": "web", "namespace": namespace}
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": metadata, "spec": spec}


def by_crd(api: Api, namespace: str) -> Object:
    """An IngressRoute that leads to a weighted TraefikService."""
    services = [{"name": "web-stable", "port": 80, "weight": 100}, {"name": "web-candidate", "port": 80, "weight": 0}]
    metadata = {"name": "front", "namespace": namespace}
    weighted = {"apiVersion": "traefik.io/v1alpha1", "kind": "TraefikService", "metadata": metadata}
    api.create(TRAEFIK_SERVICES, {**weighted, "spec": {"weighted": {"services": services}}})
    rule = {
        "kind": "Rule",
        "match": f"Host(`{namespace}.example`)",
        "services": [{"kind": "TraefikService", "name": "front"}],
    }
    route = {"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "metadata": metadata}
    api.create(INGRESS_ROUTES, {**route, "spec": {"entryPoints": ["web"], "routes": [rule]}})
    return {"route": {"kind": "TraefikService", "name": "front"}}


def by_annotations(api: Api, namespace: str) -> Object:
    """An Ingress of the class whose annotations Traefik reads as nginx did."""
    api.apply(
        INGRESS_CLASSES,
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": "nginx"},
            "spec": {"controller": "k8s.io/ingress-nginx"},
        },
    )
    service = {"service": {"name": "web-stable", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": service}
    rules = [{"host": f"{namespace}.example", "http": {"paths": [path]}}]
    api.create(
        INGRESSES,
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "front", "namespace": namespace},
            "spec": {"ingressClassName": "nginx", "rules": rules},
        },
    )
    return {"ingress": {"name": "front"}}


def answers(cluster: local.Cluster, namespace: str, count: int = REQUESTS) -> Counter[str]:
    """Which versions answer so many requests; a request that fails raises."""
    seen: Counter[str] = Counter()
    for _ in range(count):
        ask = urllib.request.Request(cluster.gateway, headers={"Host": f"{namespace}.example"})
        with urllib.request.urlopen(ask, timeout=5) as answer:
            seen[answer.headers["X-Version"]] += 1

    return seen


@pytest.mark.parametrize("declare", [by_crd, by_annotations], ids=["TraefikService", "nginx annotations"])
def test_requests_follow_the_weight_and_all_go_back(cluster: local.Cluster, api: Api, declare: Declare) -> None:
    namespace = api.namespace(f"shop-{declare.__name__.replace('_', '-')}")
    traffic = declare(api, namespace)
    api.create(RELEASES, release(namespace, 0, traffic))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)
    assert answers(cluster, namespace, 20) == {"v1": 20}

    api.apply(RELEASES, release(namespace, 1, traffic))
    api.until(RELEASES, namespace, "web", lambda found: "settledAt" in found["status"].get("step", {}), 60)
    seen = answers(cluster, namespace)
    assert seen.total() == REQUESTS
    assert 0.15 < seen["v2"] / REQUESTS < 0.35

    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 60)
    assert answers(cluster, namespace, 100) == {"v1": 100}
