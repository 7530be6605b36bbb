"""A status that a hand cleared, or that a backup did not bring back: it is rebuilt from what is live."""

import pytest

from tests.cluster.api import DAEMON_SETS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object, Resource
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is, promoted_after, reason_is, release, stable_of
from tests.integration.steps import change, deploy, from_before, uids, weights
from tests.integration.test_node_ratio import EACH_NODE, agents, counted, placed, pool

HELD = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
NOWHERE = {"no": "such-node"}


def lose(api: Api, namespace: str) -> None:
    """Clear the status, as `kubectl replace --subresource=status` does."""
    api.patch(RELEASES, namespace, "web/status", [{"op": "remove", "path": "/status"}])


def at_half(api: Api, namespace: str, **changes: object) -> tuple[str, str]:
    """Stable's and the candidate's revision in a rollout that waits for a person."""
    first = deploy(api, namespace, steps=HELD, **changes)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    return first, candidate_of(found)


def candidate_of(found: Object) -> str:
    return str(found["status"]["candidate"]["revision"])


def begins_again(api: Api, namespace: str, stable: str) -> str:
    """Wait until the rollout stands at its first step again, against the same stable, and return its candidate."""
    # While it is suspended its phase is the same.
    found = api.until(RELEASES, namespace, "web", lambda seen: phase_is("Paused")(seen) and reason_is("Paused")(seen))
    assert stable_of(found) == stable
    assert found["status"]["step"]["name"] == "half"
    assert "history" not in found["status"], "nothing was promoted on the way"
    return candidate_of(found)


def test_at_rest_a_lost_status_moves_nothing(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace)
    pods, before = uids(api, namespace), api.get(ROUTES, namespace, "web")

    lose(api, namespace)

    assert stable_of(api.until(RELEASES, namespace, "web", phase_is("Promoted"))) == first
    assert uids(api, namespace) == pods
    assert api.get(ROUTES, namespace, "web")["spec"] == before["spec"]


def test_a_rollout_begins_again_and_asks_for_its_gate_again(api: Api, namespace: str, operator: Operator) -> None:
    first, second = at_half(api, namespace)
    assert weights(api, namespace) == [50, 50]

    lose(api, namespace)

    assert begins_again(api, namespace, first) == second
    api.ask(namespace, "web", promote=f"{second}/half/1")
    api.until(RELEASES, namespace, "web", promoted_after(first))


def test_without_the_services_stable_is_found_too(api: Api, namespace: str, operator: Operator) -> None:
    first, second = at_half(api, namespace)
    operator.stop()
    lose(api, namespace)
    for name in ("web", "web-stable", "web-candidate"):
        api.delete(SERVICES, namespace, name)

    operator.start()

    assert begins_again(api, namespace, first) == second


def test_a_template_that_comes_meanwhile_walks_the_steps(api: Api, namespace: str, operator: Operator) -> None:
    first, second = at_half(api, namespace)
    operator.stop()
    lose(api, namespace)
    change(api, namespace, "3")

    operator.start()

    assert begins_again(api, namespace, first) != second


@pytest.mark.parametrize("phase", ["Watching", "Promoting"])
def test_at_full_weight_the_rollout_ends_well(api: Api, namespace: str, operator: Operator, phase: str) -> None:
    first = deploy(api, namespace, promotion={"watch": "2s"})
    states = from_before(api.follow(RELEASES, namespace, "web", 30), lambda: change(api, namespace, "2"))
    assert any(found["status"]["phase"] == phase for found in states)

    lose(api, namespace)

    api.until(RELEASES, namespace, "web", promoted_after(first))
    assert weights(api, namespace) == [100, 0]


def test_under_suspension_of_all_only_the_status_is_written(api: Api, namespace: str, operator: Operator) -> None:
    first, second = at_half(api, namespace)
    api.ask(namespace, "web", suspend="All")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))

    lose(api, namespace)

    found = api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    assert stable_of(found) == first
    assert weights(api, namespace) == [50, 50]
    api.ask(namespace, "web", suspend=None)
    assert begins_again(api, namespace, first) == second


def test_what_was_rejected_or_undone_stays_out(api: Api, namespace: str, operator: Operator) -> None:
    first, second = at_half(api, namespace)
    api.ask(namespace, "web", promote=f"{second}/half/1")
    api.until(RELEASES, namespace, "web", promoted_after(first))
    api.ask(namespace, "web", undo="1")
    api.until(RELEASES, namespace, "web", reason_is("Undone"))
    change(api, namespace, "3")
    third = candidate_of(api.until(RELEASES, namespace, "web", phase_is("Paused")))
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    lose(api, namespace)

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert stable_of(found) == first
    assert set(found["status"]["rejected"]) == {second, third}


def test_a_first_revision_that_never_served_is_not_taken_for_stable(
    api: Api, namespace: str, operator: Operator
) -> None:
    manifest = release(namespace, steps=HELD)
    manifest["spec"]["template"]["spec"]["nodeSelector"] = NOWHERE
    api.create(RELEASES, manifest)
    starting = phase_is("Preparing")
    first = candidate_of(api.until(RELEASES, namespace, "web", starting))
    # The status tells of it a turn before it is there.
    api.until(REPLICA_SETS, namespace, f"web-{first}", lambda found: found["spec"]["replicas"] > 0)

    lose(api, namespace)

    assert candidate_of(api.until(RELEASES, namespace, "web", starting)) == first
    assert api.find(ROUTES, namespace, "web") is None
    api.merge(RELEASES, namespace, "web", {"spec": {"template": {"spec": {"nodeSelector": None}}}})
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert stable_of(found) != first
    api.until(REPLICA_SETS, namespace, f"web-{first}", lambda found: found["spec"]["replicas"] == 0)


def test_what_came_back_without_an_owner_is_taken_only_where_a_person_says_so(
    api: Api, namespace: str, operator: Operator
) -> None:
    first, second = at_half(api, namespace)
    operator.stop()
    restore(api, namespace)
    pods = uids(api, namespace)

    operator.start()
    api.until(RELEASES, namespace, "web", reason_is("NameTaken"))
    assert uids(api, namespace) == pods
    assert weights(api, namespace) == [50, 50]

    for kind, name in left(first, second):
        api.merge(kind, namespace, name, {"metadata": {"labels": {"tidegate.dev/handed-over": "web"}}})

    assert begins_again(api, namespace, first) == second


def left(*revisions: str) -> list[tuple[Resource, str]]:
    """What a rollout is made of, beside its Release."""
    services = [(SERVICES, name) for name in ("web", "web-stable", "web-candidate")]
    return [*((REPLICA_SETS, f"web-{revision}") for revision in revisions), *services, (ROUTES, "web")]


def restore(api: Api, namespace: str) -> None:
    """The Release is another object, without a status; what was made for it has no owner any more."""
    found = api.get(RELEASES, namespace, "web")
    api.delete(RELEASES, namespace, "web", policy="Orphan")
    # The garbage collector may have heard of the kind only a moment ago: it looks twice a minute.
    api.gone(RELEASES, namespace, "web", 90)
    api.create(RELEASES, release(namespace) | {"spec": found["spec"]})


def test_no_node_gets_two_pods_while_a_lost_rollout_begins_again(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    pool(setup, namespace, 2)
    first = deploy(api, namespace, template=agents(namespace), traffic=EACH_NODE, steps=HELD)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": agents(namespace, "2")}})
    second = candidate_of(api.until(RELEASES, namespace, "web", phase_is("Paused")))
    assert set(placed(api, namespace).values()) == {first, second}

    lose(api, namespace)

    assert begins_again(api, namespace, first) == second
    assert (counted(api, namespace, first), counted(api, namespace, second)) == (1, 1)
    api.ask(namespace, "web", promote=f"{second}/half/1")
    api.until(RELEASES, namespace, "web", promoted_after(first))
    api.until(DAEMON_SETS, namespace, f"web-{second}", lambda found: found["status"]["numberReady"] == 2)
