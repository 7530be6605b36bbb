"""A restart through the real Eviction API: one pod at a time, as far as a real disruption budget lets go."""

from tests.cluster.api import BUDGETS, RELEASES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.conftest import COUNTER
from tests.integration.leaving import passing
from tests.integration.manifests import phase_is, reason_is, release
from tests.integration.mortal import Mortal
from tests.integration.restarts import fewest_ready, older, restarted
from tests.integration.steps import change, deploy, eventually_told, uids

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

    def counted(found: Object) -> bool:
        status = found.get("status") or {}
        current = status.get("observedGeneration") == found["metadata"]["generation"]
        return bool(current and status["disruptionsAllowed"] == 2 - least)

    api.until(BUDGETS, namespace, "web", counted)


def waits(found: Object) -> bool:
    return "disruption budget" in (found["status"].get("restart") or {}).get("message", "")


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
    with passing(api, f"restart-{next(COUNTER)}") as namespace:
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
