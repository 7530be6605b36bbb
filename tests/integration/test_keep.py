"""`onDelete` against the real API server: what serves outlives its Release, and the next one takes it again."""

from tests.cluster.api import CONFIG_MAPS, PODS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.conftest import COUNTER
from tests.integration.leaving import passing
from tests.integration.manifests import phase_is, release, stable_of
from tests.integration.mortal import Mortal
from tests.integration.steps import change, deploy, weights
from tests.integration.tracked_config import copies, deployed, tracking

DWELLING = [{"name": "half", "weight": 50, "dwell": "1h"}]
NOTES = {"tidegate.dev/release", "tidegate.dev/revision", "tidegate.dev/handed-over"}


def notes(found: Object) -> set[str]:
    """Names of ours among an object's labels and annotations."""
    metadata = found["metadata"]
    names = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
    return {name for name in names if name.startswith("tidegate.dev/")}


def left(api: Api, namespace: str, revision: str) -> list[Object]:
    """What a request needs: stable's ReplicaSet, the Services, the route."""
    services = [api.get(SERVICES, namespace, name) for name in ("web", "web-stable", "web-candidate")]
    return [api.get(REPLICA_SETS, namespace, f"web-{revision}"), api.get(ROUTES, namespace, "web"), *services]


def pods(api: Api, namespace: str) -> set[str]:
    return {pod["metadata"]["uid"] for pod in api.all(PODS, namespace) if "deletionTimestamp" not in pod["metadata"]}


def is_nobodys(api: Api, namespace: str, revision: str) -> None:
    """Served on, without an owner or a note beyond the permanent labels."""
    for found in left(api, namespace, revision):
        assert "ownerReferences" not in found["metadata"], found
        assert notes(found) <= NOTES, found

    selected = {found["spec"]["selector"]["tidegate.dev/revision"] for found in api.all(SERVICES, namespace)}
    assert selected == {revision}
    assert weights(api, namespace) == [100, 0]


def is_owned(api: Api, namespace: str, revision: str) -> bool:
    uid = api.get(RELEASES, namespace, "web")["metadata"]["uid"]
    owners = [found["metadata"].get("ownerReferences") or [{}] for found in left(api, namespace, revision)]
    return all([owner.get("uid") for owner in found] == [uid] for found in owners)


def test_what_is_kept_serves_on_and_the_next_release_restarts_no_pod(
    api: Api, namespace: str, operator: Operator
) -> None:
    revision = deploy(api, namespace, onDelete="Keep")
    before = pods(api, namespace)

    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")
    is_nobodys(api, namespace, revision)

    api.create(RELEASES, release(namespace, onDelete="Keep"))
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert found["status"]["stable"]["revision"] == revision
    assert is_owned(api, namespace, revision)
    assert not any("tidegate.dev/handed-over" in notes(found) for found in left(api, namespace, revision))
    assert pods(api, namespace) == before


def test_another_version_goes_by_steps_from_what_was_kept(api: Api, namespace: str, operator: Operator) -> None:
    revision = deploy(api, namespace, onDelete="Keep")
    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")

    api.create(RELEASES, release(namespace, version="2", steps=DWELLING))

    api.until(RELEASES, namespace, "web", lambda found: "settledAt" in (found.get("status", {}).get("step") or {}))
    assert weights(api, namespace) == [50, 50]
    assert api.get(RELEASES, namespace, "web")["status"]["stable"]["revision"] == revision


def test_a_release_deleted_in_mid_rollout_keeps_stable_and_not_the_candidate(
    api: Api, namespace: str, operator: Operator
) -> None:
    revision = deploy(api, namespace, onDelete="Keep", steps=DWELLING)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", lambda found: "settledAt" in (found["status"].get("step") or {}))
    candidate = found["status"]["candidate"]["revision"]

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    is_nobodys(api, namespace, revision)
    # The garbage collector may have heard of the kind only a moment ago: it looks twice a minute.
    api.gone(REPLICA_SETS, namespace, f"web-{candidate}", 90)
    assert api.get(REPLICA_SETS, namespace, f"web-{revision}")["status"]["availableReplicas"] == 2


def test_copies_of_configuration_stay_with_the_pods_that_name_them(
    api: Api, namespace: str, operator: Operator
) -> None:
    revision = deployed(api, namespace, onDelete="Keep")
    before = pods(api, namespace)
    kept = copies(api, namespace)

    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")
    assert copies(api, namespace) == kept
    for name in kept:
        assert "ownerReferences" not in api.get(CONFIG_MAPS, namespace, name)["metadata"]

    api.create(RELEASES, tracking(namespace, onDelete="Keep"))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert stable_of(api.get(RELEASES, namespace, "web")) == revision
    assert copies(api, namespace) == kept
    for name in kept:
        assert "ownerReferences" in api.get(CONFIG_MAPS, namespace, name)["metadata"]

    assert pods(api, namespace) == before


def test_rules_of_a_step_go_from_a_route_that_is_kept(api: Api, namespace: str, operator: Operator) -> None:
    testers = [{"headers": [{"name": "X-Tester", "value": "yes"}]}]
    steps = [{"name": "testers", "weight": 0, "replicas": 1, "match": testers, "dwell": "1h"}]
    revision = deploy(api, namespace, onDelete="Keep", steps=steps)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda found: len(found["spec"]["rules"]) == 2)

    api.delete(RELEASES, namespace, "web")

    api.gone(RELEASES, namespace, "web")
    is_nobodys(api, namespace, revision)
    assert len(api.get(ROUTES, namespace, "web")["spec"]["rules"]) == 1


def test_a_release_that_deletes_has_no_finalizer_and_takes_its_pods_along(
    api: Api, namespace: str, operator: Operator
) -> None:
    revision = deploy(api, namespace)
    assert "finalizers" not in api.get(RELEASES, namespace, "web")["metadata"]

    api.delete(RELEASES, namespace, "web")

    api.gone(REPLICA_SETS, namespace, f"web-{revision}", 90)
    api.gone(ROUTES, namespace, "web", 90)


def one_life(api: Api, mortal: Mortal, point: int) -> None:
    """Deployed, deleted and kept, deployed again; the operator dies after one of its writes, and lives again."""
    with passing(api, f"keep-{next(COUNTER)}") as namespace:
        api.create(RELEASES, release(namespace, onDelete="Keep"))
        found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
        revision = str(found["status"]["stable"]["revision"])
        before = pods(api, namespace)
        with mortal.dying_at(namespace, point):
            api.delete(RELEASES, namespace, "web")
            api.gone(RELEASES, namespace, "web")
            api.create(RELEASES, release(namespace, onDelete="Keep"))
            api.until(RELEASES, namespace, "web", phase_is("Promoted"))

        where = f"killed after write {point}"
        assert pods(api, namespace) == before, where
        assert is_owned(api, namespace, revision), where


def test_keeping_and_taking_again_survive_a_kill_after_every_write(api: Api, mortal: Mortal) -> None:
    mortal.every_point(lambda point: one_life(api, mortal, point), least=10)
