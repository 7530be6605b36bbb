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


def by_annotations(api: Api, namespace: str, **annotations: str) -> Object:
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
    named = {f"nginx.ingress.kubernetes.io/{name}": value for name, value in annotations.items()}
    api.create(
        INGRESSES,
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "front", "namespace": namespace, "annotations": named},
            "spec": {"ingressClassName": "nginx", "rules": rules},
        },
    )
    return {"ingress": {"name": "front"}}


def answer(cluster: local.Cluster, namespace: str, cookie: str = "") -> tuple[str, str]:
    """The version that answers a request, and the cookie that it gives; a request that fails raises."""
    headers = {"Host": f"{namespace}.example"} | ({"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(urllib.request.Request(cluster.gateway, headers=headers), timeout=5) as got:
        given = [each.partition(";")[0] for each in got.headers.get_all("Set-Cookie") or ()]
        return got.headers["X-Version"], "; ".join(given)


def answers(cluster: local.Cluster, namespace: str, count: int = REQUESTS, cookie: str = "") -> Counter[str]:
    """Which versions answer so many requests."""
    return Counter(answer(cluster, namespace, cookie)[0] for _ in range(count))


def cookie_of(cluster: local.Cluster, namespace: str, version: str) -> str:
    """The cookie of a user whom this version served."""
    given = (answer(cluster, namespace) for _ in range(REQUESTS))
    return next(cookie for served_by, cookie in given if served_by == version)


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


def test_a_user_who_has_the_candidates_cookie_goes_back_too(cluster: local.Cluster, api: Api) -> None:
    namespace = api.namespace("shop-sticky")
    traffic = by_annotations(api, namespace, affinity="cookie")
    api.create(RELEASES, release(namespace, 0, traffic))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)
    api.apply(RELEASES, release(namespace, 1, traffic))
    api.until(RELEASES, namespace, "web", lambda found: "settledAt" in found["status"].get("step", {}), 60)
    cookie = cookie_of(cluster, namespace, "v2")
    assert answers(cluster, namespace, 20, cookie) == {"v2": 20}

    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 60)

    assert answers(cluster, namespace, 20, cookie) == {"v1": 20}
