"""The questions, each a function from the stand to figures."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.cluster.api import RELEASES, ROUTES, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.integration.manifests import judged, template

from .clock import Instant, available, key_of, weight_of
from .process import Usage
from .stand import Stand, all_promoted, bare, phases, quiet, spread, steps

Figures = dict[str, Any]
SEED = 20261127
FIVE_STEPS = (20, 40, 60, 80)
LONG = 600.0


def breach(stand: Stand, interval: str, trials: int = 20) -> Figures:
    """A metric turns bad: until weight 0 is written, from its being visible, and from its being read."""
    namespace = stand.api.namespace(f"breach-{interval}")
    servers = [MetricServer() for _ in range(trials)]
    for place, server in enumerate(servers):
        server.__enter__()
        server.declare(stand.api, namespace, f"numbers-{place}")
        source = {"kind": "MetricSource", "name": f"numbers-{place}"}
        changes = {**judged(interval=interval), "metricSource": source, "steps": steps(20, dwell="1h")}
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", **changes))

    all_promoted(stand, namespace, trials, LONG)
    change_all(stand, namespace, trials)
    stand.clock.wait(lambda seen: len(reached(seen, namespace, 20)) == trials, LONG)
    time.sleep(6)  # every source is asked in its rhythm by now
    chance = random.Random(SEED)
    visible = {}
    for place, server in enumerate(servers):
        time.sleep(chance.uniform(0.2, 0.7))
        server.says = Answer(value=1.0)
        visible[f"app-{place}"] = time.time()

    def zero(seen: list[Instant]) -> dict[str, float]:
        return {name: at for name, at in reached(seen, namespace, 0).items() if at > visible[name]}

    stand.clock.wait(lambda seen: len(zero(seen)) == trials, 60)
    written = zero(stand.clock.seen)
    read = {f"app-{place}": server.says.asked[0][0] for place, server in enumerate(servers)}
    for server in servers:
        server.__exit__()

    return {
        "visible to weight 0": spread([written[name] - visible[name] for name in visible]),
        "of which waiting for the next question": spread([read[name] - visible[name] for name in visible]),
        "answer read to weight 0": spread([written[name] - read[name] for name in visible]),
        "a bare PATCH of a route, seen": bare_patch(stand, namespace),
    }


def bare_patch(stand: Stand, namespace: str, count: int = 20) -> Any:
    """What the same API server and the same watch need for a patch that nobody thinks about."""
    times = []
    for place in range(count):
        stand.clock.clear()
        began = time.time()
        value = f"{place}-{began}"
        stand.api.merge(ROUTES, namespace, "app-0", {"metadata": {"annotations": {"bench": value}}})

        def when(seen: list[Instant], value: str = value) -> float | None:
            notes = ((found.at, found.object["metadata"].get("annotations") or {}) for found in seen)
            return next((at for at, annotations in notes if annotations.get("bench") == value), None)

        stand.clock.wait(lambda seen, when=when: when(seen) is not None, 10)
        times.append((when(stand.clock.seen) or began) - began)

    return spread(times)


def pods_to_weight(stand: Stand, apps: int = 10) -> Figures:
    """Candidate pods available: until their weight is written, at the first and at later steps."""
    namespace = stand.api.namespace("pods")
    for place in range(apps):
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", replicas=4, steps=steps(25, 50, 75)))

    all_promoted(stand, namespace, apps, LONG)
    first, later = [], []
    for place in range(apps):
        stand.clock.clear()
        change(stand, namespace, f"app-{place}", "2")
        stand.clock.wait(lambda seen, name=f"app-{place}": 100 in weights(seen, namespace, name), 60)
        seen = list(stand.clock.seen)
        ready = sorted(ready_pods(seen, namespace, f"app-{place}").values())
        for index, weight in enumerate((25, 50, 75, 100)):
            at = reached(seen, namespace, weight)[f"app-{place}"]
            (later if index else first).append(at - ready[index])

    return {"first step": spread(first), "later steps": spread(later)}


def requests(stand: Stand, apps: int = 10) -> Figures:
    """API requests for a rollout of five steps, bare and with a metric every 10 s; and of a minute without work."""
    namespace = stand.api.namespace("requests")
    stand.metrics.declare(stand.api, namespace)
    found: Figures = {}
    for place in range(apps):
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", replicas=4, steps=steps(*FIVE_STEPS)))

    all_promoted(stand, namespace, apps, LONG)
    found["bare"] = per_rollout(stand, namespace, apps, "2", {})
    found["with a metric every 10 s"] = per_rollout(stand, namespace, apps, "3", judged(interval="10s"))
    time.sleep(2)
    stand.audit.skip()
    time.sleep(60)
    found["in a minute without work"] = stand.audit.read().total()
    return found


def per_rollout(stand: Stand, namespace: str, apps: int, version: str, spec: Object) -> Figures:
    """Requests per Release, from the change until its last pod is retired."""
    time.sleep(2)
    stand.audit.skip()
    change_all(stand, namespace, apps, version, spec)
    time.sleep(0.5)
    all_promoted(stand, namespace, apps, LONG)
    time.sleep(3)
    asked = stand.audit.read()
    verbs = {verb: round(count / apps, 1) for verb, count in asked.by_verb().items()}
    return {"total": round(asked.total() / apps, 1), **verbs, "events": round(asked.total(events=True) / apps, 1)}


def idle(stand: Stand, count: int = 1000) -> Figures:
    """Many Releases at rest: settled after, memory, CPU; then a restart with ten that wait to move."""
    namespace = stand.api.namespace("idle")
    began = time.time()
    at_once([lambda name=f"app-{place}": stand.api.create(RELEASES, bare(namespace, name)) for place in range(count)])
    all_promoted(stand, namespace, count, LONG)
    settled = time.time() - began
    quiet(stand)
    stand.audit.skip()
    usage = Usage.of(stand.operator)
    time.sleep(30)
    used = Usage.of(stand.operator)
    asked = stand.audit.read().total()
    stand.operator.kill()
    change_all(stand, namespace, 10)
    stand.clock.clear()
    started = stand.restart()
    stand.clock.wait(lambda seen: len(reached(seen, namespace, 5)) == 10, LONG)
    moved = [at - started for at in reached(stand.clock.seen, namespace, 5).values()]
    return {
        "created to settled, s": round(settled, 1),
        "RSS, MiB": round(used.rss / 2**20, 1),
        "CPU, % of a core": round(100 * (used.cpu - usage.cpu) / 30, 2),
        "requests in 30 s": asked,
        "restart to first weight of ten": spread(moved),
        "RSS after the restart, MiB": round(Usage.of(stand.operator).rss / 2**20, 1),
    }


def storm(stand: Stand, apps: int = 100) -> Figures:
    """A hundred rollouts of three steps at the same instant."""
    namespace = stand.api.namespace("storm")
    manifests = [bare(namespace, f"app-{place}", replicas=2, steps=steps(20, 50)) for place in range(apps)]
    at_once([lambda found=found: stand.api.create(RELEASES, found) for found in manifests])
    all_promoted(stand, namespace, apps, LONG)
    stand.clock.clear()
    stand.audit.skip()
    usage, began = Usage.of(stand.operator), time.time()
    change_all(stand, namespace, apps)
    changed = time.time() - began
    all_promoted(stand, namespace, apps, LONG)
    first = [at - began for at in reached(stand.clock.seen, namespace, 20).values()]
    back = [instant.at - began for instant in stand.clock.seen if is_promoted(instant, namespace)]
    return {
        "all changes written, s": round(changed, 2),
        "first weight": spread(first),
        "promoted": spread(back),
        "operator's CPU, s": round(Usage.of(stand.operator).cpu - usage.cpu, 2),
        "requests": stand.audit.read().total(),
    }


def outage(stand: Stand, apps: int = 5) -> Figures:
    """The metric source answers 503 for a minute in the middle of healthy rollouts."""
    namespace = stand.api.namespace("outage")
    stand.metrics.declare(stand.api, namespace)
    stand.metrics.says = Answer(value=0.0)
    changes = {**judged(consecutive=2), "steps": steps(20, 50, dwell="10s")}
    for place in range(apps):
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", **changes))

    all_promoted(stand, namespace, apps, LONG)
    stand.clock.clear()
    change_all(stand, namespace, apps)
    stand.clock.wait(lambda seen: len(reached(seen, namespace, 20)) == apps, 60)
    stand.metrics.says = Answer(status=503)
    time.sleep(60)
    reasons = {str((found.get("status") or {}).get("reason")) for found in stand.api.all(RELEASES, namespace)}
    stand.metrics.says = Answer(value=0.0)
    back = time.time()
    all_promoted(stand, namespace, apps, LONG)
    return {
        "said meanwhile": sorted(reasons),
        "promoted afterwards": list(phases(stand, namespace).values()).count("Promoted"),
        "seconds after the source is back": round(time.time() - back, 1),
    }


def killed(stand: Stand, apps: int = 100) -> Figures:
    """kill -9 in the middle of a hundred rollouts, ten seconds of nothing, and a start."""
    namespace = stand.api.namespace("killed")
    manifests = [bare(namespace, f"app-{place}", steps=steps(20, 50, dwell="6s")) for place in range(apps)]
    at_once([lambda found=found: stand.api.create(RELEASES, found) for found in manifests])
    all_promoted(stand, namespace, apps, LONG)
    stand.clock.clear()
    change_all(stand, namespace, apps)
    stand.clock.wait(lambda seen: len(reached(seen, namespace, 20)) == apps, 60)
    stand.operator.kill()
    time.sleep(10)
    changed = [instant for instant in stand.clock.seen if instant.kind == "httproutes"][-1].at
    down = time.time() - changed
    started = stand.restart()
    all_promoted(stand, namespace, apps, LONG)
    next_weights = [at - started for at in reached(stand.clock.seen, namespace, 50).values()]
    walks = [weights(stand.clock.seen, namespace, f"app-{place}") for place in range(apps)]
    return {
        "nothing changed before the start for, s": round(down, 1),
        "start to next weight": spread(next_weights),
        "wrong or skipped weights": sum(walk not in ([20, 50, 100, 0], [0, 20, 50, 100, 0]) for walk in walks),
    }


def change(stand: Stand, namespace: str, name: str, version: str, spec: Object | None = None) -> None:
    """Another version; returns once the clock has seen it."""
    body = {"spec": {**(spec or {}), "template": template(version)}}
    generation = stand.api.merge(RELEASES, namespace, name, body)["metadata"]["generation"]
    place = (RELEASES.plural, namespace, name)
    stand.clock.wait(lambda _: stand.clock.latest[place]["metadata"]["generation"] >= generation, 30)


def change_all(stand: Stand, namespace: str, count: int, version: str = "2", spec: Object | None = None) -> None:
    """Another version of many, as nearly at the same instant as one client can."""
    at_once([lambda name=f"app-{place}": change(stand, namespace, name, version, spec) for place in range(count)])


def at_once(calls: list[Callable[[], object]]) -> None:
    """Many calls from a few threads."""
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(call) for call in calls]:
            done.result()


def reached(seen: list[Instant], namespace: str, weight: int) -> dict[str, float]:
    """When each route of a namespace last came to a weight from another one."""
    found: dict[str, float] = {}
    before: dict[str, int] = {}
    for instant in seen:
        if instant.kind == "httproutes" and key_of(instant.object)[0] == namespace:
            name, now = key_of(instant.object)[1], weight_of(instant.object)
            if now == weight and before.get(name) != weight:
                found[name] = instant.at

            before[name] = now

    return found


def weights(seen: list[Instant], namespace: str, name: str) -> list[int]:
    """A route's weights in their order."""
    found: list[int] = []
    for instant in seen:
        if instant.kind == "httproutes" and key_of(instant.object) == (namespace, name):
            now = weight_of(instant.object)
            found += [now] if found[-1:] != [now] else []

    return found


def ready_pods(seen: list[Instant], namespace: str, release: str) -> dict[str, float]:
    """When each pod was first seen Ready."""
    found: dict[str, float] = {}
    for instant in seen:
        labels = instant.object["metadata"].get("labels") or {}
        ours = labels.get("tidegate.dev/release") == release and key_of(instant.object)[0] == namespace
        if instant.kind == "pods" and ours and available(instant.object):
            found.setdefault(instant.object["metadata"]["name"], instant.at)

    return found


def is_promoted(instant: Instant, namespace: str) -> bool:
    """True where a Release says that its second revision is promoted."""
    if instant.kind != "releases" or key_of(instant.object)[0] != namespace:
        return False

    status = instant.object.get("status") or {}
    return status.get("phase") == "Promoted" and len(status.get("history") or ()) > 1
