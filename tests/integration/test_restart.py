"""A restart through the real Eviction API: one pod at a time, as far as a real disruption budget lets go."""

from tests.cluster.api import BUDGETS, PODS, RELEASES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.conftest import COUNTER
from tests.integration.manifests import phase_is, reason_is, release
from tests.integration.mortal import Mortal
from tests.integration.steps import alive, change, deploy, eventually_told, uids

DWELLING = [{"name": "half", "weight": 50, "dwell": "1h"}]


def budget(api: Api, namespace: str, least: int) -> None:
    """At least so many pods stay, as the API server enforces from now on."""
    manifest: Object = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"minAvailable": least, "selector": {"matchLabels": {"app": "web"}}},
    }
    api.apply(BUDGETS, manifest)
    allowed = 2 - least
    api.until(BUDGETS, namespace, "web", lambda found: found.get("status", {}).get("disruptionsAllowed") == allowed)


def restarted(found: Object) -> bool:
    return "restart" in (found["status"].get("handled") or {}) and "restart" not in found["status"]


def waits(found: Object) -> bool:
    return "disruption budget" in (found["status"].get("restart") or {}).get("message", "")


def older(api: Api, namespace: str) -> None:
    """Let the second of the pods' creation pass: an ask within it would count them as new."""
    newest = max(pod["metadata"]["creationTimestamp"] for pod in alive(api, namespace))
    made = api.create(PODS, clock(namespace))
    while made["metadata"]["creationTimestamp"] <= newest:
        api.delete(PODS, namespace, "clock")
        api.gone(PODS, namespace, "clock")
        made = api.create(PODS, clock(namespace))

    api.delete(PODS, namespace, "clock")
    api.gone(PODS, namespace, "clock")


def clock(namespace: str) -> Object:
    """A pod that no node takes: its creation tells the API server's time."""
    spec = {"schedulerName": "none", "terminationGracePeriodSeconds": 0, "containers": [{"name": "x", "image": "x"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "clock", "namespace": namespace}, "spec": spec}


def ready(pod: Object) -> bool:
    """True for a pod that serves and is not about to end."""
    conditions = {state["type"]: state["status"] for state in pod.get("status", {}).get("conditions") or []}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def fewest_ready(api: Api, namespace: str, before: set[str]) -> int:
    """Ask for a restart and follow the pods until all are others: how many of them were ready at the worst instant."""
    serving: set[str] = set()
    fewest, asked = len(before), False
    for pod in api.changes(PODS, namespace, 60):
        (serving.add if ready(pod) else serving.discard)(pod["metadata"]["uid"])
        fewest = min(fewest, len(serving)) if asked else fewest
        if asked and len(serving) == len(before) and not serving & before:
            return fewest

        if not asked and serving == before:
            api.ask(namespace, "web", restart="1")
            asked = True

    message = f"not all of {sorted(before)} are replaced: {sorted(serving)} are ready"
    raise AssertionError(message)


def test_every_pod_is_replaced_and_one_is_always_available(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    before = uids(api, namespace)
    older(api, namespace)
    budget(api, namespace, 1)

    assert fewest_ready(api, namespace, before) == 1

    found = api.until(RELEASES, namespace, "web", restarted, 60)
    assert phase_is("Promoted")(found)
    assert not uids(api, namespace) & before
    assert len(uids(api, namespace)) == 2
    eventually_told(api, namespace, "Restarted", "all replaced")


def test_without_a_budget_too_one_pod_goes_at_a_time(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, replicas=3)
    before = uids(api, namespace)
    older(api, namespace)

    assert fewest_ready(api, namespace, before) == 2

    api.until(RELEASES, namespace, "web", restarted, 60)
    assert len(uids(api, namespace)) == 3


def test_a_budget_is_waited_for_over_a_restart_of_the_operator(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace)
    before = uids(api, namespace)
    older(api, namespace)
    budget(api, namespace, 2)
    api.ask(namespace, "web", restart="1")
    found = api.until(RELEASES, namespace, "web", waits)
    since = found["status"]["restart"]["since"]
    eventually_told(api, namespace, "RestartWaits", "disruption budget")
    assert uids(api, namespace) == before

    operator.kill()
    operator.start()
    found = api.get(RELEASES, namespace, "web")
    assert found["status"]["restart"]["since"] == since
    budget(api, namespace, 1)

    api.until(RELEASES, namespace, "web", restarted, 60)
    assert not uids(api, namespace) & before


def test_a_restart_waits_for_the_end_of_a_rollout_and_spares_what_is_new(
    api: Api, namespace: str, operator: Operator
) -> None:
    api.create(RELEASES, release(namespace, steps=DWELLING))
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))["status"]["stable"]["revision"]
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", lambda found: "settledAt" in (found["status"].get("step") or {}))
    before = uids(api, namespace)
    older(api, namespace)

    api.ask(namespace, "web", restart="1")
    api.until(RELEASES, namespace, "web", lambda found: "restart" in found["status"])
    assert uids(api, namespace) == before

    api.ask(namespace, "web", abort="1")
    found = api.until(RELEASES, namespace, "web", lambda found: reason_is("Aborted")(found) and restarted(found), 60)
    assert found["status"]["stable"]["revision"] == first
    assert not uids(api, namespace) & before


def one_restart(api: Api, mortal: Mortal, point: int) -> None:
    """The operator dies after one of a restart's writes, evictions among them, and lives again."""
    namespace = api.namespace(f"restart-{next(COUNTER)}")
    deploy(api, namespace)
    before = uids(api, namespace)
    older(api, namespace)
    with mortal.dying_at(namespace, point):
        api.ask(namespace, "web", restart="1")
        api.until(RELEASES, namespace, "web", restarted, 60)

    where = f"killed after write {point}"
    assert not uids(api, namespace) & before, where
    # Each of the two went once: none was evicted that had just come.
    evictions = [write for write in mortal.proxy.writes if write.path.endswith("/eviction")]
    assert len({write.path for write in evictions}) == 2, where


def test_a_restart_survives_a_kill_after_every_write(api: Api, mortal: Mortal) -> None:
    mortal.every_point(lambda point: one_restart(api, mortal, point), least=4)
