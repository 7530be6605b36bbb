"""What a team has around an example: objects that were there before."""

from typing import Any

from tests.cluster.api import Object


def pods(app: str, **spec: Any) -> Object:
    """What a team's pods are made from."""
    container = {
        "name": app,
        "image": f"registry.example/{app}:1.0.0",
        "ports": [{"name": "http", "containerPort": 8080}],
    }
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container], **spec}}


def deployment(app: str, replicas: int, **spec: Any) -> Object:
    """A team's Deployment that was there before."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": app},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": app}}, "template": pods(app, **spec)},
    }


def service(app: str) -> Object:
    """A team's own Service."""
    spec = {"selector": {"app": app}, "ports": [{"port": 80, "targetPort": "http"}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": app}, "spec": spec}


def users_route(kind: str, name: str, release: str = "search") -> Object:
    """A team's own route, whose rule `main` leads to both sides."""
    refs = [
        {"name": f"{release}-stable", "port": 80, "weight": 100},
        {"name": f"{release}-candidate", "port": 80, "weight": 0},
    ]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {
            "parentRefs": [{"name": "public", "namespace": "gateways"}],
            "hostnames": [f"{name}.example"],
            "rules": [{"name": "main", "backendRefs": refs}],
        },
    }
