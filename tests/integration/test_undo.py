"""An undo against the real API server: back to what was stable before, while Git declares the newer template."""

import pytest

from tests.cluster.api import PODS, RELEASES, REPLICA_SETS, Api, Object
from tests.cluster.operator import Operator
from tests.integration.conftest import COUNTER
from tests.integration.leaving import passing
from tests.integration.manifests import judged, phase_is, promoted_after, reason_is, release, stable_of, template
from tests.integration.mortal import Mortal
from tests.integration.steps import change, deploy, eventually_told, weights

GATED = [{"name": "first", "weight": 20, "dwell": "1h", "pause": "UntilPromoted"}]


def promoted_twice(api: Api, namespace: str) -> tuple[str, str]:
    """Two revisions that were stable one after the other, and steps that nobody would wait for."""
    first = deploy(api, namespace)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", promoted_after(first))
    api.merge(RELEASES, namespace, "web", {"spec": {"steps": GATED, "promotion": {"watch": "1h"}}})
    return first, str(found["status"]["stable"]["revision"])


def fail(api: Api, namespace: str, revision: str) -> None:
    """Every pod of a revision is ready no more, as where what it needs is gone."""
    for pod in api.all(PODS, namespace, f"tidegate.dev/revision={revision}"):
        conditions = [
            state | {"status": "False"} if state["type"] == "Ready" else state for state in pod["status"]["conditions"]
        ]
        api.merge(PODS, namespace, f"{pod['metadata']['name']}/status", {"status": {"conditions": conditions}})


def test_an_undo_of_a_revision_whose_pods_all_fail_waits_for_none_of_them(
    api: Api, namespace: str, operator: Operator
) -> None:
    first, second = promoted_twice(api, namespace)
    fail(api, namespace, second)
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["stable"]["available"] == 0)

    api.ask(namespace, "web", undo="1")

    found = api.until(RELEASES, namespace, "web", reason_is("Undone"))
    assert found["status"]["stable"]["revision"] == first
    assert weights(api, namespace) == [100, 0]


NOBODY = [{"name": "review", "when": "BeforeRollout", "http": {"url": "http://127.0.0.1:1/"}}]
ABSENT = {"envFrom": [{"configMapRef": {"name": "absent"}}]}
UNCONFIGURED = {"spec": {"containers": [{**template("3")["spec"]["containers"][0], **ABSENT}]}}


@pytest.mark.parametrize(
    "held",
    [
        {"hooks": NOBODY},
        judged(),
        {"objectivesFrom": [{"kind": "ObjectiveSet", "name": "absent"}]},
        {"trackConfig": "All", "template": UNCONFIGURED},
    ],
    ids=["hook", "metric source", "objective set", "configuration"],
)
def test_an_undo_inside_the_window_is_held_by_nothing_that_only_something_new_needs(
    api: Api, namespace: str, operator: Operator, held: Object
) -> None:
    first, _ = promoted_twice(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": held})

    api.ask(namespace, "web", undo="1")

    api.until(RELEASES, namespace, "web", lambda found: found["status"]["stable"]["revision"] == first)


def test_an_undo_is_straight_and_git_changes_nothing_by_applying_again(
    api: Api, namespace: str, operator: Operator
) -> None:
    first, second = promoted_twice(api, namespace)

    api.ask(namespace, "web", undo="1")

    found = api.until(RELEASES, namespace, "web", reason_is("Undone"))
    assert found["status"]["stable"]["revision"] == first
    assert found["status"]["rejected"] == [second]
    assert found["status"]["handled"]["undo"] == "1"
    assert weights(api, namespace) == [100, 0]

    declared = release(namespace, version="2", steps=GATED, promotion={"watch": "1h"}, minReadySeconds=1)
    generation = api.apply(RELEASES, declared, manager="kustomize-controller")["metadata"]["generation"]

    found = api.until(RELEASES, namespace, "web", lambda found: found["status"]["observedGeneration"] == generation)
    assert (found["status"]["reason"], found["status"]["stable"]["revision"]) == ("Undone", first)

    api.ask(namespace, "web", retry="1")
    found = api.until(RELEASES, namespace, "web", lambda found: "candidate" in found["status"])
    assert found["status"]["candidate"]["revision"] == second
    assert found["status"]["step"]["name"] == "first"


def test_a_template_declared_again_inside_the_window_goes_straight(
    api: Api, namespace: str, operator: Operator
) -> None:
    first, second = promoted_twice(api, namespace)

    change(api, namespace, "1")

    found = api.until(RELEASES, namespace, "web", promoted_after(second))
    assert stable_of(found) == first
    assert "rejected" not in found["status"]


def test_beyond_the_window_the_steps_are_walked(api: Api, namespace: str, operator: Operator) -> None:
    first, _ = promoted_twice(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": {"rollbackWindow": {"revisions": 0}}})

    api.ask(namespace, "web", undo=f"{first}/1")

    found = api.until(RELEASES, namespace, "web", lambda found: "settledAt" in (found["status"].get("step") or {}))
    assert (found["status"]["step"]["name"], weights(api, namespace)) == ("first", [80, 20])
    assert found["status"]["rollout"]["overruled"] == found["status"]["stable"]["revision"]


def test_an_undo_of_a_revision_that_is_kept_no_more_says_so(api: Api, namespace: str, operator: Operator) -> None:
    api.create(RELEASES, release(namespace, revisionHistoryLimit=0))
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))["status"]["stable"]["revision"]
    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
    second = api.until(RELEASES, namespace, "web", promoted_after(first))
    api.gone(REPLICA_SETS, namespace, f"web-{first}")

    api.ask(namespace, "web", undo="1")

    found = api.until(RELEASES, namespace, "web", lambda found: "undo" in (found["status"].get("handled") or {}))
    assert found["status"]["stable"] == second["status"]["stable"]
    assert phase_is("Promoted")(found)
    eventually_told(api, namespace, "NothingToDo", "revisionHistoryLimit")


def one_undo(api: Api, mortal: Mortal, point: int) -> None:
    """The operator dies after one of an undo's writes, and lives again."""
    with passing(api, f"undo-{next(COUNTER)}") as namespace:
        first, second = promoted_twice(api, namespace)
        # What the last rollout leaves to write is no write of the undo.
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))
        api.until(REPLICA_SETS, namespace, f"web-{first}", lambda found: found["spec"]["replicas"] == 0)
        with mortal.dying_at(namespace, point):
            api.ask(namespace, "web", undo="1")
            found = api.until(RELEASES, namespace, "web", reason_is("Undone"), 60)
            api.until(REPLICA_SETS, namespace, f"web-{second}", lambda found: found["spec"]["replicas"] == 0)

        where = f"killed after write {point}"
        assert found["status"]["stable"]["revision"] == first, where
        assert found["status"]["rejected"] == [second], where
        assert weights(api, namespace) == [100, 0], where
        assert len(found["status"]["history"]) == 3, where


def test_an_undo_survives_a_kill_after_every_write(api: Api, mortal: Mortal) -> None:
    mortal.every_point(lambda point: one_undo(api, mortal, point), least=5)
