"""Routes of a user's own of a mesh and of Traefik, as a team has them in Git."""

from typing import Any

from tests.cluster.api import TRAEFIK_SERVICES, VIRTUAL_SERVICES, Object, Resource


def destination(host: str, weight: int) -> Object:
    return {"destination": {"host": host, "port": {"number": 80}}, "weight": weight}


def virtual_service(namespace: str) -> Object:
    """As a team has it in Git: a rule of its own first, and hosts in two spellings."""
    main = [destination("web-candidate", 0), destination(f"web-stable.{namespace}.svc.cluster.local", 100)]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {
            "hosts": [f"front.{namespace}.example"],
            "http": [
                {"name": "assets", "timeout": "3s", "route": [{"destination": {"host": "assets"}}]},
                {"name": "main", "retries": {"attempts": 2}, "route": main},
            ],
        },
    }


def traefik_service(namespace: str) -> Object:
    services = [{"name": "web-candidate", "port": 80, "weight": 0}, {"name": "web-stable", "port": 80, "weight": 1}]
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "TraefikService",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {"weighted": {"sticky": {"cookie": {"name": "side"}}, "services": services}},
    }


BY_KIND: dict[str, tuple[Resource, Any, Object]] = {
    "VirtualService": (VIRTUAL_SERVICES, virtual_service, {"kind": "VirtualService", "name": "front", "rule": "main"}),
    "TraefikService": (TRAEFIK_SERVICES, traefik_service, {"kind": "TraefikService", "name": "front"}),
}
SUBSETS = {**BY_KIND["VirtualService"][2], "destinationRule": "front"}


def by_subsets(namespace: str) -> Object:
    """A VirtualService that tells the sides apart by subsets of one host."""
    found = virtual_service(namespace)
    for ref, subset in zip(found["spec"]["http"][1]["route"], ("candidate", "stable"), strict=True):
        ref["destination"] = {"host": "everything", "subset": subset}

    return found


def destination_rule(namespace: str) -> Object:
    """The team's subsets: one of its own, and the two that Tidegate may point."""
    names = [
        {"name": "debug", "labels": {"debug": "true"}},
        {"name": "candidate"},
        {"name": "stable", "labels": {"app": "web"}, "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}},
    ]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {"host": "everything", "subsets": names},
    }
