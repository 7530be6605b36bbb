"""The questions, each a function from the stand to figures."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.cluster.api import RELEASES, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.integration.manifests import judged, template

from .bare_patch import bare_patches
from .clock import Instant
from .instants import is_promoted, moved_after, reached, ready_pods, weights
from .spread import spread
from .stand import Stand, all_promoted, bare, phases, quiet, steps

Figures = dict[str, Any]
# What the machine itself needed meanwhile: it stands beside each time of the same question.
BARE_PATCH = "bare PATCH"
SEED = 20261127
FIVE_STEPS = (20, 40, 60, 80)
LONG = 600.0


def breach(stand: Stand, interval: str, trials: int = 20) -> Figures:
    """A metric turns bad: until weight 0 is written, from its being visible, and from its being read."""
    namespace = stand.api.namespace(f"breach-{interval}")
    with ExitStack() as open_ones:
        servers = [open_ones.enter_context(MetricServer()) for _ in range(trials)]
        put_at_step(stand, namespace, interval, servers)
        with bare_patches(stand.api, stand.clock) as patched:
            visible = turn_bad(servers)

            def zero(seen: list[Instant]) -> dict[str, float]:
                return {name: at for name, at in reached(seen, namespace, 0).items() if at > visible[name]}

            stand.clock.wait(lambda seen: len(zero(seen)) == trials, 60)

        written = zero(stand.clock.seen)
        read = {f"app-{place}": server.says.asked[0][0] for place, server in enumerate(servers)}

    return {
        "answer read to weight 0": spread([written[name] - read[name] for name in visible]),
        "visible to weight 0": spread([written[name] - visible[name] for name in visible]),
        "of which waiting for the next question": spread([read[name] - visible[name] for name in visible]),
        BARE_PATCH: spread(patched),
    }


def put_at_step(stand: Stand, namespace: str, interval: str, servers: list[MetricServer]) -> None:
    """A Release for each source, each at a step of 20 and judged in its rhythm."""
    for place, server in enumerate(servers):
        server.declare(stand.api, namespace, f"numbers-{place}")
        source = {"kind": "MetricSource", "name": f"numbers-{place}"}
        changes = {**judged(interval=interval), "metricSource": source, "steps": steps(20, dwell="1h")}
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", **changes))

    all_promoted(stand, namespace, len(servers), LONG)
    change_all(stand, namespace, len(servers))
    stand.clock.wait(lambda seen: len(reached(seen, namespace, 20)) == len(servers), LONG)
    time.sleep(6)  # every source is asked in its rhythm by now


def turn_bad(servers: list[MetricServer]) -> dict[str, float]:
    """One source after the other, at random; the instant of each, by Release."""
    chance = random.Random(SEED)
    visible = {}
    for place, server in enumerate(servers):
        time.sleep(chance.uniform(0.2, 0.7))
        server.says = Answer(value=1.0)
        visible[f"app-{place}"] = time.time()

    return visible


def pods_to_weight(stand: Stand, apps: int = 10) -> Figures:
    """Candidate pods available: until their weight is written, at the first and at later steps."""
    namespace = stand.api.namespace("pods")
    for place in range(apps):
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", replicas=4, steps=steps(25, 50, 75)))

    all_promoted(stand, namespace, apps, LONG)
    first: list[float] = []
    later: list[float] = []
    with bare_patches(stand.api, stand.clock) as patched:
        for name in (f"app-{place}" for place in range(apps)):
            stand.clock.clear()
            change(stand, namespace, name, "2")

            def full(seen: list[Instant], name: str = name) -> bool:
                return 100 in weights(seen, namespace, name)

            stand.clock.wait(full, 60)
            seen = list(stand.clock.seen)
            ready = sorted(ready_pods(seen, namespace, name).values())
            for index, weight in enumerate((25, 50, 75, 100)):
                (later if index else first).append(reached(seen, namespace, weight)[name] - ready[index])

    return {"first step": spread(first), "later steps": spread(later), BARE_PATCH: spread(patched)}


def requests(stand: Stand, apps: int = 10) -> Figures:
    """API requests for a rollout of five steps, bare and with a metric every 10 s; and of a minute without work."""
    namespace = stand.api.namespace("requests")
    stand.metrics.declare(stand.api, namespace)
    found: Figures = {}
    for place in range(apps):
        stand.api.create(RELEASES, bare(namespace, f"app-{place}", replicas=4, steps=steps(*FIVE_STEPS)))

    all_promoted(stand, namespace, apps, LONG)
    for name, version, spec in (("bare", "2", {}), ("a metric every 10 s", "3", judged(interval="10s"))):
        asked = per_rollout(stand, namespace, apps, version, spec)
        found |= {f"rollout of five steps, {name}": asked.pop("total"), f"{name}, by verb": asked}

    time.sleep(2)
    stand.audit.skip()
    time.sleep(60)
    minute = stand.audit.read()
    found |= {"in a minute without work": minute.total() - minute.watches(), "… watches renewed": minute.watches()}
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
    at_once([partial(stand.api.create, RELEASES, bare(namespace, f"app-{place}")) for place in range(count)])
    all_promoted(stand, namespace, count, LONG)
    settled = time.time() - began
    quiet(stand)
    stand.audit.skip()
    usage = stand.operator_usage()
    time.sleep(30)
    used = stand.operator_usage()
    asked = stand.audit.read()
    stand.operator.kill()
    change_all(stand, namespace, 10)
    stand.clock.clear()
    with bare_patches(stand.api, stand.clock) as patched:
        started = stand.restart()
        stand.clock.wait(lambda seen: len(reached(seen, namespace, 5)) == 10, LONG)

    moved = [at - started for at in reached(stand.clock.seen, namespace, 5).values()]
    return {
        "created to settled, s": round(settled, 1),
        "RSS, MiB": round(used.rss / 2**20, 1),
        "CPU, % of a core": round(100 * (used.cpu - usage.cpu) / 30, 2),
        "requests in 30 s": asked.total() - asked.watches(),
        "… watches renewed": asked.watches(),
        "restart to first weight of ten": spread(moved),
        "RSS after the restart, MiB": round(stand.operator_usage().rss / 2**20, 1),
        BARE_PATCH: spread(patched),
    }


def storm(stand: Stand, apps: int = 100) -> Figures:
    """A hundred rollouts of three steps at the same instant."""
    namespace = stand.api.namespace("storm")
    manifests = [bare(namespace, f"app-{place}", replicas=2, steps=steps(20, 50)) for place in range(apps)]
    at_once([partial(stand.api.create, RELEASES, found) for found in manifests])
    all_promoted(stand, namespace, apps, LONG)
    stand.clock.clear()
    stand.audit.skip()
    with bare_patches(stand.api, stand.clock) as patched:
        usage, server, began = stand.operator_usage(), stand.server_usage(), time.time()
        change_all(stand, namespace, apps)
        changed = time.time() - began
        all_promoted(stand, namespace, apps, LONG)

    first = [at - began for at in reached(stand.clock.seen, namespace, 20).values()]
    back = [instant.at - began for instant in stand.clock.seen if is_promoted(instant, namespace)]
    return {
        "all changes written, s": round(changed, 2),
        "first weight": spread(first),
        "promoted": spread(back),
        "operator's CPU, s": round(stand.operator_usage().cpu - usage.cpu, 2),
        "API server's CPU, s": round(stand.server_usage().cpu - server.cpu, 2),
        "requests": stand.audit.read().total(),
        BARE_PATCH: spread(patched),
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
        "said meanwhile": ", ".join(sorted(reasons)),
        "not promoted afterwards": apps - list(phases(stand, namespace).values()).count("Promoted"),
        "seconds after the source is back": round(time.time() - back, 1),
    }


def killed(stand: Stand, apps: int = 100) -> Figures:
    """kill -9 in the middle of a hundred rollouts, ten seconds of nothing, and a start."""
    namespace = stand.api.namespace("killed")
    manifests = [bare(namespace, f"app-{place}", steps=steps(20, 50, dwell="6s")) for place in range(apps)]
    at_once([partial(stand.api.create, RELEASES, found) for found in manifests])
    all_promoted(stand, namespace, apps, LONG)
    stand.clock.clear()
    change_all(stand, namespace, apps)
    stand.clock.wait(lambda seen: len(reached(seen, namespace, 20)) == apps, 60)
    stand.operator.kill()
    time.sleep(10)
    changed = [instant for instant in stand.clock.seen if instant.kind == "httproutes"][-1].at
    down = time.time() - changed
    with bare_patches(stand.api, stand.clock) as patched:
        started = stand.restart()
        all_promoted(stand, namespace, apps, LONG)

    next_weights = [at - started for at in moved_after(stand.clock.seen, namespace, started).values()]
    walks = [weights(stand.clock.seen, namespace, f"app-{place}") for place in range(apps)]
    return {
        "nothing changed before the start for, s": round(down, 1),
        "start to next weight": spread(next_weights),
        "wrong or skipped weights": sum(walk not in ([20, 50, 100, 0], [0, 20, 50, 100, 0]) for walk in walks),
        BARE_PATCH: spread(patched),
    }


def change(stand: Stand, namespace: str, name: str, version: str, spec: Object | None = None) -> None:
    """Another version; returns once the clock has seen it."""
    body = {"spec": {**(spec or {}), "template": template(version)}}
    generation = stand.api.merge(RELEASES, namespace, name, body)["metadata"]["generation"]
    place = (RELEASES.plural, namespace, name)
    stand.clock.wait(lambda _: stand.clock.latest[place].object["metadata"]["generation"] >= generation, 30)


def change_all(stand: Stand, namespace: str, count: int, version: str = "2", spec: Object | None = None) -> None:
    """Another version of many, as nearly at the same instant as one client can."""
    at_once([partial(change, stand, namespace, f"app-{place}", version, spec) for place in range(count)])


def at_once(calls: list[Callable[[], object]]) -> None:
    """Many calls from a few threads."""
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(call) for call in calls]:
            done.result()
