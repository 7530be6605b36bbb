"""An autoscaler of a Release or of a Deployment, as tests and the demo declare it."""

from .api import Object

SCALED = {"Release": "tidegate.dev/v1alpha1", "Deployment": "apps/v1"}


def autoscaler(
    namespace: str, target: str, *metrics: Object, kind: str = "Release", name: str = "", size: tuple[int, int] = (2, 6)
) -> Object:
    """One that keeps its target between two sizes; without metrics Kubernetes asks for CPU."""
    least, most = size
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name or target, "namespace": namespace},
        "spec": {
            "scaleTargetRef": scaled(target, kind),
            "minReplicas": least,
            "maxReplicas": most,
            **({"metrics": list(metrics)} if metrics else {}),
        },
    }


def scaled(target: str, kind: str = "Release") -> Object:
    """Whose size it decides."""
    return {"apiVersion": SCALED[kind], "kind": kind, "name": target}


def used(resource: str, utilisation: int) -> Object:
    """How much of what each pod asks for it uses, in percent."""
    target = {"type": "Utilization", "averageUtilization": utilisation}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}


def outside(metric: str, **target: str) -> Object:
    """A number from outside the pods: with `averageValue` each pod's share of it counts, with `value` the whole."""
    kind = "AverageValue" if "averageValue" in target else "Value"
    return {"type": "External", "external": {"metric": {"name": metric}, "target": {"type": kind, **target}}}
