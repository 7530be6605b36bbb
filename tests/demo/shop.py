"""The shop's Release, and the versions that the demo puts out."""

from dataclasses import dataclass, field

from tests.cluster.api import Object
from tests.cluster.images import SHOP

NAMESPACE, NAME, HOST = "shop", "shop", "shop.example"
PAGE = "page"
REPLICAS = 4
STEPS = [
    {"name": "first", "weight": 5, "dwell": "8s"},
    {"name": "quarter", "weight": 25, "dwell": "6s"},
    {"name": "half", "weight": 50, "dwell": "6s"},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of the shop, how it behaves, and how its rollout must end."""

    name: str
    story: str
    outcome: str
    reason: str
    behaviour: dict[str, str] = field(default_factory=dict)

    @property
    def needs_pods(self) -> bool:
        """True where its story is about single pods."""
        return bool({"START", "SICK_AFTER"} & self.behaviour.keys())


VERSIONS = (
    Version(name="v1", story="the first version", outcome="Promoted", reason="Promoted"),
    Version(name="v2", story="a good version", outcome="Promoted", reason="Promoted"),
    Version(
        name="v3",
        story="answers 500 to a fifth of its requests",
        outcome="RolledBack",
        reason="ObjectiveBreached",
        behaviour={"ERROR_RATE": "0.2"},
    ),
    Version(
        name="v4",
        story="cannot start",
        outcome="RolledBack",
        reason="CannotStart",
        behaviour={"START": "fail"},
    ),
    Version(
        name="v5",
        story="serves, then its health check fails",
        outcome="RolledBack",
        reason="CandidateUnhealthy",
        behaviour={"SICK_AFTER": "10s"},
    ),
)


def release(version: Version, run: str) -> Object:
    """The Release with this version; the run is part of its revision, so that no other run's pods are counted."""
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "Release",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": {
            "replicas": REPLICAS,
            "template": template(version, run),
            "service": {"port": 80, "targetPort": 8080},
            "traffic": {
                "gateway": {"parentRefs": [{"name": "public", "namespace": "gateways"}], "hostnames": [HOST]},
                "settle": "1s",
                "drain": "3s",
            },
            "steps": STEPS,
            "objectives": [
                {"name": "errors", "errorRatio": {"max": "1%"}},
                {"name": "slow", "slowRequests": {"over": "1s", "max": "5%"}},
            ],
            "interval": "2s",
            "minRequests": 10,
            "unhealthyAfter": "4s",
            "promotion": {"watch": "5s"},
        },
    }


def judged_by_page(manifest: Object) -> Object:
    """The same Release, judged by the gateway's own page: MetricSource `page`."""
    return {**manifest, "spec": {**manifest["spec"], "metricSource": {"kind": "MetricSource", "name": PAGE}}}


def judged_by_numbers(manifest: Object) -> Object:
    """The same Release, judged by the metric source `numbers`: where pods are simulated, there is no traffic."""
    spec = {
        **manifest["spec"],
        "objectives": [{"name": "errors", "query": {"promql": "errors", "max": "0.01"}}],
        "metricSource": {"kind": "MetricSource", "name": "numbers"},
        "interval": "1s",
    }
    return {**manifest, "spec": spec}


def template(version: Version, run: str) -> Object:
    """Pods that end at once when they are told to: only the order of steps keeps requests alive.

    Their label `run` tells run and version: what they count is told by both.
    """
    settings = {"VERSION": version.name, "LATENCY": "20ms", "ON_TERM": "exit", **version.behaviour}
    return {
        "metadata": {
            "labels": {"app": NAME, "run": f"{run}-{version.name}"},
            "annotations": {"prometheus.io/scrape": "true"},
        },
        "spec": {
            "terminationGracePeriodSeconds": 5,
            "containers": [
                {
                    "name": "shop",
                    "image": SHOP.name,
                    "imagePullPolicy": "IfNotPresent",
                    "env": [{"name": name, "value": value} for name, value in settings.items()],
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "readinessProbe": {
                        "httpGet": {"path": "/healthz", "port": 8080},
                        "periodSeconds": 1,
                        "failureThreshold": 2,
                    },
                }
            ],
        },
    }
