"""The demo's second act: a running Deployment is taken over, released through, and handed back, under traffic."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from tests.cluster import local
from tests.cluster.api import AUTOSCALERS, DEPLOYMENTS, NAMESPACES, RELEASES, ROUTES, SERVICES, Api, Object, Resource
from tests.cluster.autoscaler import autoscaler
from tests.cluster.processes import within
from tests.cluster.progress import Missing

from .counts import Served, counts, pods_asked, seen_by_pods, seen_by_users
from .load import Load
from .result import Takeover
from .screen import Screen
from .shop import VERSIONS, Version, template

NAMESPACE, NAME, HOST = "till", "till", "till.example"
REPLICAS = 3
PER_SECOND = 50
SECONDS = 90.0
GIT = "kustomize-controller"
GIT_SECONDS = 5.0
LAST_SCRAPE_SECONDS = 2.5
OLD, GOOD, BAD = VERSIONS[0], VERSIONS[1], VERSIONS[2]


@dataclass(slots=True)
class Git:
    """What is declared, and applied again every few seconds under Flux's name."""

    api: Api
    declared: dict[str, tuple[Resource, Object]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def commit(self, kind: Resource, manifest: Object) -> None:
        """Declare, and apply at once."""
        with self.lock:
            self.declared[kind.plural] = kind, manifest
            self.api.apply(kind, manifest, manager=GIT)

    def remove(self, kind: Resource) -> None:
        """Declare no longer, and delete: Git prunes."""
        with self.lock:
            _, manifest = self.declared.pop(kind.plural)
            self.api.delete(kind, manifest["metadata"]["namespace"], manifest["metadata"]["name"])

    @contextmanager
    def reconciling(self) -> Iterator[None]:
        """Apply all of it again and again."""
        ended = threading.Event()

        def run() -> None:
            while not ended.wait(GIT_SECONDS):
                with self.lock:
                    for kind, manifest in self.declared.values():
                        self.api.apply(kind, manifest, manager=GIT)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def take_over(api: Api, cluster: local.Cluster) -> Takeover:
    """The whole act."""
    screen, run, git = Screen(), secrets.token_hex(4), Git(api)
    begin(api, git, run, cluster.prometheus)
    load = Load(cluster.gateway, HOST, PER_SECOND)
    load.start()
    outcomes = {}
    with git.reconciling():
        screen.title(f"Deployment {NAME} serves behind its own route; a Release refers to it")
        hand_in(api, git, screen, run)
        for version in (GOOD, BAD):
            screen.title(f"{version.name}: {version.story}; the Deployment's template says so, as ever")
            outcomes[version.name] = put_out(api, git, screen, version, run)

        screen.title("Git reverts the bad version, and the Release is deleted")
        git.commit(DEPLOYMENTS, deployment(GOOD, run, replicas=None))
        follow(api, screen, lambda status: status["reason"] == "Reverted")
        git.remove(RELEASES)
        api.gone(RELEASES, NAMESPACE, NAME, SECONDS)
        found = api.get(DEPLOYMENTS, NAMESPACE, NAME)
        screen.say(f"the Release is gone; the Deployment has {found['status'].get('availableReplicas', 0)} pods again")
        time.sleep(LAST_SCRAPE_SECONDS)

    load.stop()
    time.sleep(LAST_SCRAPE_SECONDS)
    return account(load, seen_by_pods(cluster.prometheus, run, NAMESPACE), outcomes)


def begin(api: Api, git: Git, run: str, prometheus: str) -> None:
    """What the team has before it hears of Tidegate: a Deployment, a Service, a route, an autoscaler."""
    if api.find(NAMESPACES, None, NAMESPACE):
        api.delete(NAMESPACES, None, NAMESPACE)
        api.gone(NAMESPACES, None, NAMESPACE, SECONDS)

    api.namespace(NAMESPACE)
    git.commit(DEPLOYMENTS, deployment(OLD, run, REPLICAS))
    git.commit(SERVICES, service())
    git.commit(ROUTES, route([{"name": NAME, "port": 80, "weight": 1}]))
    git.commit(AUTOSCALERS, scaler("Deployment"))
    api.until(DEPLOYMENTS, NAMESPACE, NAME, lambda found: found["status"].get("availableReplicas") == REPLICAS, SECONDS)
    api.until(ROUTES, NAMESPACE, NAME, lambda found: "status" in found, SECONDS)
    # Prometheus looks for new pods every five seconds, and these go soon.
    if not within(SECONDS, lambda: pods_asked(prometheus, NAMESPACE) == REPLICAS):
        message = (
            f"Prometheus ({prometheus}) does not ask all {REPLICAS} pods of Deployment {NAME}: none can be counted"
        )
        raise Missing(message)

    # The gateway has it a moment after it says so.
    time.sleep(1)


def hand_in(api: Api, git: Git, screen: Screen, run: str) -> None:
    """The Release says what it waits for; Git does it; no pod and no request is lost on the way."""
    git.commit(RELEASES, release())
    follow(api, screen, lambda status: "HorizontalPodAutoscaler" in status["message"])
    git.commit(AUTOSCALERS, scaler("Release"))
    follow(api, screen, lambda status: "declares its spec.replicas" in status["message"])
    api.until(
        DEPLOYMENTS, NAMESPACE, NAME, lambda found: "tidegate" in str(found["metadata"]["managedFields"]), SECONDS
    )
    git.commit(DEPLOYMENTS, deployment(OLD, run, replicas=None))
    follow(api, screen, lambda status: status["reason"] == "RouteMissing")
    backends = [
        {"name": f"{NAME}-stable", "port": 80, "weight": 100},
        {"name": f"{NAME}-candidate", "port": 80, "weight": 0},
    ]
    git.commit(ROUTES, route(backends))
    follow(api, screen, lambda status: status["phase"] == "Promoted")
    api.until(DEPLOYMENTS, NAMESPACE, NAME, emptied, SECONDS)
    screen.say("the Deployment is empty, and not paused any more; the Release serves")


def emptied(found: Object) -> bool:
    """True for a Deployment at 0 that nobody waits for in vain: its pods are gone, and so is the pause."""
    return found["spec"]["replicas"] == 0 and not found["spec"].get("paused")


def put_out(api: Api, git: Git, screen: Screen, version: Version, run: str) -> str:
    """A new template in Git, and how its rollout ended."""
    found = api.get(RELEASES, NAMESPACE, NAME)
    known = len(found["status"].get("history") or ())
    git.commit(DEPLOYMENTS, deployment(version, run, replicas=None))

    def ended(status: Object) -> bool:
        history: list[Object] = status.get("history") or []
        return len(history) > known and status["phase"] in {"Promoted", "RolledBack"} and "endedAt" in history[0]

    return str(follow(api, screen, ended)["history"][0]["outcome"])


def follow(api: Api, screen: Screen, done: Callable[[Object], bool]) -> Object:
    """Show the Release until its status is as wanted."""

    def shown(found: Object) -> bool:
        status: Object = found.get("status") or {}
        screen.show(found, (status.get("step") or {}).get("confirmedWeight", 0))
        return "phase" in status and done(status)

    status: Object = api.until(RELEASES, NAMESPACE, NAME, shown, SECONDS)["status"]
    return status


def account(load: Load, pods: dict[str, Served], outcomes: dict[str, str]) -> Takeover:
    """The users' view beside the pods'."""
    users = seen_by_users(load.requests)
    return Takeover(**asdict(counts(load, pods)), users=users, pods=pods, outcomes=outcomes)


def metadata() -> Object:
    return {"name": NAME, "namespace": NAMESPACE}


def deployment(version: Version, run: str, replicas: int | None) -> Object:
    pods = template(version, run)
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
    return autoscaler(NAMESPACE, NAME, kind=kind, size=(REPLICAS, 2 * REPLICAS))


def release() -> Object:
    """The Release that the team adds. Its own Service still reaches every pod, which it accepts."""
    spec = {
        "replicas": REPLICAS,
        "workloadRef": {"name": NAME},
        "service": {"port": 80, "targetPort": 8080},
        "traffic": {"route": {"name": NAME, "rule": "main"}, "settle": "1s", "drain": "3s"},
        "steps": [{"name": "first", "weight": 10, "dwell": "6s"}, {"name": "half", "weight": 50, "dwell": "6s"}],
        "objectives": [{"name": "errors", "errorRatio": {"max": "1%"}}],
        "interval": "2s",
        "minRequests": 10,
        "promotion": {"watch": "4s"},
        "onBypass": "Allow",
    }
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": metadata(), "spec": spec}
