"""Releases for tests: short times, so that a rollout takes a second."""

from typing import Any

from tests.cluster.api import Object

QUICK_STEPS = [{"name": "first", "weight": 20}, {"name": "half", "weight": 50}]
QUERY = {"name": "errors", "query": {"promql": "errors", "max": "0.5"}}


def release(namespace: str, name: str = "web", *, version: str = "1", **changes: Any) -> Object:
    """A Release without dwell or watch, judged by nothing unless told otherwise."""
    spec: Object = {
        "replicas": 2,
        "template": template(version),
        "service": {"port": 80, "targetPort": 8080},
        "traffic": {
            "gateway": {
                "parentRefs": [{"name": "public", "namespace": "gateways"}],
                "hostnames": [f"{name}.{namespace}.example"],
            },
            "settle": "0s",
            "drain": "0s",
        },
        "steps": QUICK_STEPS,
        "objectives": [],
        "promotion": {"watch": "0s"},
    }
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "Release",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {**spec, **changes},
    }


def judged(**changes: Any) -> Object:
    """The parts of a spec that are judged by the metric source `numbers` every second."""
    source = {"kind": "MetricSource", "name": "numbers"}
    return {"objectives": [QUERY], "metricSource": source, "interval": "1s", "consecutive": 1, **changes}


def template(version: str) -> Object:
    """A pod template; another version is another revision."""
    container = {
        "name": "web",
        "image": "tidegate.local/shop:1",
        "env": [{"name": "VERSION", "value": version}],
        "ports": [{"containerPort": 8080}],
    }
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}


def phase_is(*phases: str) -> Any:
    """True for a Release in one of these phases, which has seen its newest spec."""
    return lambda found: (
        (found.get("status") or {}).get("phase") in phases
        and found["status"].get("observedGeneration") == found["metadata"]["generation"]
    )


def reason_is(reason: str) -> Any:
    """True for a Release whose status has this reason."""
    return lambda found: (found.get("status") or {}).get("reason") == reason


def message_has(*words: str) -> Any:
    """True for a Release whose message has all these words."""
    return lambda found: all(word in ((found.get("status") or {}).get("message") or "") for word in words)


def stable_of(found: Object) -> str:
    return str(found["status"]["stable"]["revision"])


def promoted_after(revision: str) -> Any:
    """True for a Release that has promoted another revision."""
    return lambda found: phase_is("Promoted")(found) and stable_of(found) != revision


def ended(rollouts: int) -> Any:
    """True for a Release after so many rollouts, the newest of them over."""

    def done(found: Object) -> bool:
        history = found["status"].get("history") or []
        return len(history) >= rollouts and "endedAt" in history[0]

    return done


def promoted(rollouts: int) -> Any:
    """True for a Release that is at rest after so many rollouts, the newest of them promoted."""
    return lambda found: phase_is("Promoted")(found) and ended(rollouts)(found)


def condition(found: Object, kind: str) -> str | None:
    """The status of one condition."""
    conditions = (found.get("status") or {}).get("conditions") or []
    return next((seen["status"] for seen in conditions if seen["type"] == kind), None)
