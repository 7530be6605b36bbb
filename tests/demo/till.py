"""What the team of the till has in Git before it hears of Tidegate, and the Release that it adds."""

from dataclasses import replace

from tests.cluster.api import Object
from tests.cluster.autoscaler import autoscaler

from .shop import VERSIONS, Version, template

NAMESPACE, NAME, HOST = "till", "till", "till.example"
REPLICAS = 4
# Fewer than carry the load: the autoscaler's least is the floor of a candidate, and no excuse for a whole one.
LEAST, MOST = 2, 8
STEPS = [{"name": "first", "weight": 10, "dwell": "6s"}, {"name": "most", "weight": 75, "dwell": "6s"}]
OLD, GOOD, BAD = VERSIONS[0], VERSIONS[1], VERSIONS[2]
OWN_BACKENDS = [{"name": NAME, "port": 80, "weight": 1}]
BACKENDS = [
    {"name": f"{NAME}-stable", "port": 80, "weight": 100},
    {"name": f"{NAME}-candidate", "port": 80, "weight": 0},
]


def metadata() -> Object:
    return {"name": NAME, "namespace": NAMESPACE}


def deployment(version: Version, run: str, replicas: int | None) -> Object:
    """It has the same settings in every version: what one applier drops stays until the other one drops it too."""
    pods = template(replace(version, behaviour={"ERROR_RATE": "0", **version.behaviour}), run)
    pods["metadata"]["labels"]["app"] = NAME
    size = {} if replicas is None else {"replicas": replicas}
    spec = {**size, "selector": {"matchLabels": {"app": NAME}}, "template": pods}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(), "spec": spec}


def service() -> Object:
    spec = {"selector": {"app": NAME}, "ports": [{"port": 80, "targetPort": 8080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(), "spec": spec}


def route(backends: list[Object]) -> Object:
    spec = {
        "parentRefs": [{"name": "public", "namespace": "gateways"}],
        "hostnames": [HOST],
        "rules": [{"name": "main", "backendRefs": backends}],
    }
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": metadata(), "spec": spec}


def scaler(kind: str) -> Object:
    """It measures nothing, for no API of metrics is here: it holds the size between its two bounds."""
    return autoscaler(NAMESPACE, NAME, kind=kind, size=(LEAST, MOST))


def release() -> Object:
    """The Release that the team adds. Its own Service still reaches every pod, which it accepts.

    It says its size, which an autoscaler that measures would ask for.
    """
    spec = {
        "replicas": REPLICAS,
        "workloadRef": {"name": NAME},
        "service": {"port": 80, "targetPort": 8080},
        "traffic": {"route": {"name": NAME, "rule": "main"}, "settle": "1s", "drain": "3s"},
        "steps": STEPS,
        "objectives": [{"name": "errors", "errorRatio": {"max": "1%"}}],
        "interval": "2s",
        "minRequests": 10,
        "promotion": {"watch": "4s"},
        "onBypass": "Allow",
    }
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": metadata(), "spec": spec}
