"""The demo's second act: a running Deployment is taken over, released through, and handed back, under traffic."""

import secrets
import time
from collections.abc import Callable
from dataclasses import asdict

from tests.cluster import local
from tests.cluster.api import AUTOSCALERS, DEPLOYMENTS, NAMESPACES, RELEASES, ROUTES, SERVICES, Api, Object
from tests.cluster.processes import within
from tests.cluster.progress import Missing

from .counts import Served, counts, pods_asked, seen_by_pods, seen_by_users
from .git import APPLIERS, EVERY_SECONDS, Git
from .hand_back import HandedBack, hand_back, owned_by_tidegate
from .load import Load
from .result import Takeover
from .screen import Screen
from .shop import Version
from .sizes import Sizes, sizes
from .till import (
    BACKENDS,
    BAD,
    GOOD,
    HOST,
    LEAST,
    MOST,
    NAME,
    NAMESPACE,
    OLD,
    OWN_BACKENDS,
    REPLICAS,
    deployment,
    release,
    route,
    scaler,
    service,
)

PER_SECOND = 50
SECONDS = 90.0
LAST_SCRAPE_SECONDS = 2.5
MEASURED = "tests/e2e/test_autoscaling.py"


def take_over(api: Api, cluster: local.Cluster) -> Takeover:
    """The whole act."""
    screen, run, git = Screen(), secrets.token_hex(4), Git(api)
    begin(api, git, run, cluster.prometheus)
    load = Load(cluster.gateway, HOST, PER_SECOND)
    load.start()
    outcomes, seen = {}, {}
    with git.reconciling():
        screen.title(f"Deployment {NAME} serves behind its own route; a Release refers to it")
        screen.say(f"Git's state is applied again every {EVERY_SECONDS:g} s by {' and '.join(APPLIERS)}, in turn")
        screen.say(f"its autoscaler ({LEAST} to {MOST} pods) measures nothing here: {MEASURED} tries it with metrics")
        hand_in(api, git, screen, run)
        for version in (GOOD, BAD):
            screen.title(f"{version.name}: {version.story}; the Deployment's template says so, as ever")
            outcomes[version.name], seen[version.name] = put_out(api, git, screen, version, run)
            screen.say(seen[version.name].summary())

        screen.title("Git reverts the bad version, and the Release is deleted")
        git.commit(DEPLOYMENTS, deployment(GOOD, run, replicas=None))
        follow(api, screen, lambda status: status["reason"] == "Reverted")
        found = hand_back(api, git, screen)

    load.stop()
    time.sleep(LAST_SCRAPE_SECONDS)
    pods = seen_by_pods(cluster.prometheus, run, NAMESPACE)
    return account(load, pods, outcomes=outcomes, sizes=seen, handed_back=found)


def begin(api: Api, git: Git, run: str, prometheus: str) -> None:
    """What the team has before it hears of Tidegate: a Deployment, a Service, a route, an autoscaler."""
    if api.find(NAMESPACES, None, NAMESPACE):
        api.delete(NAMESPACES, None, NAMESPACE)
        api.gone(NAMESPACES, None, NAMESPACE, SECONDS)

    api.namespace(NAMESPACE)
    git.commit(DEPLOYMENTS, deployment(OLD, run, REPLICAS))
    git.commit(SERVICES, service())
    git.commit(ROUTES, route(OWN_BACKENDS))
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
    api.until(DEPLOYMENTS, NAMESPACE, NAME, owned_by_tidegate, SECONDS)
    git.commit(DEPLOYMENTS, deployment(OLD, run, replicas=None))
    follow(api, screen, lambda status: status["reason"] == "RouteMissing")
    git.commit(ROUTES, route(BACKENDS))
    follow(api, screen, lambda status: status["phase"] == "Promoted")
    api.until(DEPLOYMENTS, NAMESPACE, NAME, emptied, SECONDS)
    screen.say("the Deployment is empty, and not paused any more; the Release serves")


def emptied(found: Object) -> bool:
    """True for a Deployment at 0 that nobody waits for in vain: its pods are gone, and so is the pause."""
    return found["spec"]["replicas"] == 0 and not found["spec"].get("paused")


def put_out(api: Api, git: Git, screen: Screen, version: Version, run: str) -> tuple[str, Sizes]:
    """A new template in Git, how its rollout ended, and what sizes there were on the way."""
    found = api.get(RELEASES, NAMESPACE, NAME)
    known = len(found["status"].get("history") or ())
    statuses: list[Object] = []
    git.commit(DEPLOYMENTS, deployment(version, run, replicas=None))

    def ended(status: Object) -> bool:
        statuses.append(status)
        history: list[Object] = status.get("history") or []
        return len(history) > known and status["phase"] in {"Promoted", "RolledBack"} and "endedAt" in history[0]

    last = follow(api, screen, ended)
    return str(last["history"][0]["outcome"]), sizes(statuses)


def follow(api: Api, screen: Screen, done: Callable[[Object], bool]) -> Object:
    """Show the Release until its status is as wanted."""

    def shown(found: Object) -> bool:
        status: Object = found.get("status") or {}
        screen.show(found, (status.get("step") or {}).get("confirmedWeight", 0))
        return "phase" in status and done(status)

    status: Object = api.until(RELEASES, NAMESPACE, NAME, shown, SECONDS)["status"]
    return status


def account(
    load: Load,
    pods: dict[str, Served],
    *,
    outcomes: dict[str, str],
    sizes: dict[str, Sizes],
    handed_back: HandedBack,
) -> Takeover:
    """The users' view beside the pods', and what was seen of the cluster."""
    found, users = asdict(counts(load, pods)), seen_by_users(load.requests)
    return Takeover(**found, users=users, pods=pods, outcomes=outcomes, sizes=sizes, handed_back=handed_back)
