"""What a person may ask for by annotation."""

from typing import Any

import pytest

from tests.cluster.api import EVENTS, RELEASES, REPLICA_SETS, ROUTES, Api
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.manifests import (
    QUICK_STEPS,
    condition,
    judged,
    phase_is,
    promoted_after,
    reason_is,
    release,
    stable_of,
    template,
)
from tests.integration.steps import change, deploy, eventually_told, passes, weights, weights_of

PAUSED = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}, {"name": "half", "weight": 50}]
DWELLING = [{"name": "first", "weight": 20, "dwell": "1h"}]


def paused(api: Api, namespace: str) -> str:
    """A rollout that waits at its first step; its candidate's revision."""
    deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    return str(found["status"]["candidate"]["revision"])


def test_promote_opens_exactly_the_step_it_names(api: Api, namespace: str, operator: Operator) -> None:
    revision = paused(api, namespace)
    api.ask(namespace, "web", promote=f"{revision}/half/1")
    assert weights(api, namespace) == [80, 20]

    api.ask(namespace, "web", promote=f"{revision}/first/2")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_pause_says_how_to_open_it(api: Api, namespace: str, operator: Operator) -> None:
    revision = paused(api, namespace)
    found = api.get(RELEASES, namespace, "web")
    assert f"tidegate.dev/promote: {revision}/first/" in found["status"]["message"]
    assert condition(found, "Ready") == "Unknown"


def test_each_of_three_aborts_in_a_row_is_told_with_its_revision(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=DWELLING)
    for version in ("2", "3", "4"):
        change(api, namespace, version)
        api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
        api.ask(namespace, "web", abort=version)
        found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    revisions = [line["revision"] for line in found["status"]["history"][:3]]
    told = sorted(f"revision {revision}: aborted by a person" for revision in revisions)
    # An Event is written by itself, and after the others where the API server was away.
    assert within(30, lambda: len(notes(api, namespace, "Aborted")) >= len(told))
    assert sorted(notes(api, namespace, "Aborted")) == told


def notes(api: Api, namespace: str, reason: str) -> list[str]:
    """What the Events of a reason say."""
    return [found["note"] for found in api.all(EVENTS, namespace) if found["reason"] == reason]


def test_promote_full_goes_straight_to_the_end(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    api.ask(namespace, "web", promote_full="1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_abort_rejects_until_retry(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    api.ask(namespace, "web", abort="1")
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "Aborted"
    assert found["status"]["handled"]["abort"] == "1"
    assert found["status"]["stable"]["revision"] == first

    api.ask(namespace, "web", retry="1")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    api.ask(namespace, "web", skip_step="1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


@pytest.mark.parametrize("note", ["plan", "rollout-started"])
def test_an_abort_ends_a_rollout_whose_notes_someone_garbled(
    api: Api, namespace: str, operator: Operator, note: str
) -> None:
    first = deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    name = f"web-{found['status']['candidate']['revision']}"
    api.merge(REPLICA_SETS, namespace, name, {"metadata": {"annotations": {f"tidegate.dev/{note}": "foo"}}})
    if note == "plan":
        told = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))
        assert "tidegate.dev/plan" in told["status"]["message"]

    api.ask(namespace, "web", abort="1")
    ended = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert (ended["status"]["reason"], ended["status"]["stable"]["revision"]) == ("Aborted", first)


def test_suspend_all_stops_everything_but_an_abort(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=DWELLING)
    api.ask(namespace, "web", suspend="All")
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    assert weights(api, namespace) == [100, 0]

    api.ask(namespace, "web", suspend="None")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    api.ask(namespace, "web", suspend="All")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    api.ask(namespace, "web", abort="1")
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    found = api.until(RELEASES, namespace, "web", lambda seen: "suspended" in seen["status"]["message"])
    assert found["status"]["message"].startswith("aborted by a person; suspended: ")
    assert (condition(found, "Ready"), found["status"]["reason"]) == ("False", "Aborted")


@pytest.mark.parametrize("ask", ["promote_full", "skip_step"])
def test_an_ask_while_a_rollback_drains_opens_nothing_of_the_next_revision(
    api: Api, namespace: str, operator: Operator, ask: str
) -> None:
    traffic = release(namespace)["spec"]["traffic"]
    deploy(api, namespace, steps=PAUSED, traffic={**traffic, "drain": "1h"})
    change(api, namespace, "2")
    second = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    change(api, namespace, "3")
    api.until(RELEASES, namespace, "web", phase_is("RollingBack"))
    api.ask(namespace, "web", **{ask: "late"})
    eventually_told(api, namespace, "NothingToDo", ask.replace("_", "-"))
    told = api.get(RELEASES, namespace, "web")["status"]
    assert (told["phase"], told["candidate"]["revision"]) == ("RollingBack", second)

    api.merge(RELEASES, namespace, "web", {"spec": {"traffic": {"drain": "0s"}}})
    api.until(RELEASES, namespace, "web", later_than(second))
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert found["status"]["step"]["name"] == "first"
    assert weights(api, namespace) == [80, 20]


def test_an_ask_while_a_suspended_template_waits_opens_nothing_of_it(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED)
    api.ask(namespace, "web", suspend="Advance")
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    api.ask(namespace, "web", promote_full="early")
    eventually_told(api, namespace, "NothingToDo", "promote-full")

    api.ask(namespace, "web", suspend="None")

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert found["status"]["step"]["name"] == "first"
    assert weights(api, namespace) == [80, 20]


def test_an_old_retry_starts_nothing_that_is_rejected_later(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    metrics.says = Answer(value=0.1)
    deploy(api, namespace, **judged(steps=PAUSED))
    change(api, namespace, "2")
    second = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]
    api.ask(namespace, "web", suspend="Advance")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    api.ask(namespace, "web", retry="early", skip_step="early")
    eventually_told(api, namespace, "NothingToDo", "retry")
    metrics.says = Answer(value=0.9)
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    api.ask(namespace, "web", suspend="None")

    metrics.says = Answer(value=0.1)
    found = api.until(RELEASES, namespace, "web", lambda seen: seen["status"]["handled"].get("skipStep") == "early")

    assert found["status"]["rejected"] == [second]
    assert weights(api, namespace) == [100, 0]


def test_an_abort_stops_a_template_that_waits_to_start(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace)
    api.ask(namespace, "web", suspend="Advance")
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    api.ask(namespace, "web", abort="1", promote_full="1")
    api.until(RELEASES, namespace, "web", reason_is("Aborted"))

    api.ask(namespace, "web", suspend="None")

    found = api.until(RELEASES, namespace, "web", lambda seen: seen["status"]["handled"].get("promoteFull") == "1")
    assert (found["status"]["reason"], stable_of(found)) == ("Aborted", first)
    api.ask(namespace, "web", retry="1")
    api.until(RELEASES, namespace, "web", promoted_after(first))


def test_a_step_that_a_hand_wrote_beyond_the_last_passes_no_pause(api: Api, namespace: str, operator: Operator) -> None:
    paused(api, namespace)
    api.merge(RELEASES, namespace, "web/status", {"status": {"step": {"index": 99, "desiredWeight": 100}}})

    found = api.until(RELEASES, namespace, "web", lambda seen: seen["status"]["step"]["index"] == 0)
    assert found["status"]["step"]["name"] == "first"
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert (found["status"]["step"]["desiredWeight"], weights(api, namespace)) == (20, [80, 20])


def test_stables_template_rolls_back_without_rejecting(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    change(api, namespace, "1")
    found = api.until(RELEASES, namespace, "web", reason_is("Reverted"))
    assert found["status"]["stable"]["revision"] == first
    assert not found["status"].get("rejected")


def test_a_third_revision_starts_again_from_zero(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    second = api.get(RELEASES, namespace, "web")["status"]["candidate"]["revision"]
    states = api.follow(ROUTES, namespace, "web", 30)
    passes(states, lambda: change(api, namespace, "3"), lambda found: weights_of(found) == [100, 0])

    def third(found: dict[str, dict[str, dict[str, str]]]) -> bool:
        return (found["status"].get("candidate") or {}).get("revision") not in {None, first, second}

    found = api.until(RELEASES, namespace, "web", third)
    assert found["status"]["stable"]["revision"] == first
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])


def test_bad_versions_that_supersede_each_other_end_in_a_good_one(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    """The first bad one is superseded before anyone can tell, the second is found, the third version is good."""
    metrics.says = Answer(value=0.1)
    first = deploy(api, namespace, **judged(steps=DWELLING))
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    superseded = api.get(RELEASES, namespace, "web")["status"]["candidate"]["revision"]
    change(api, namespace, "3")
    api.until(RELEASES, namespace, "web", later_than(first, superseded))
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    metrics.says = Answer(value=0.9)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["stable"]["revision"] == first
    rejected = found["status"]["rejected"]
    assert len(rejected) == 1
    assert superseded not in rejected

    metrics.says = Answer(value=0.1)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("4"), "steps": QUICK_STEPS}})
    found = api.until(RELEASES, namespace, "web", promoted_after(first))

    assert found["status"]["rejected"] == rejected
    assert [(line["outcome"], line["reason"]) for line in found["status"]["history"][:3]] == [
        ("Promoted", "Promoted"),
        ("RolledBack", "ObjectiveBreached"),
        ("RolledBack", "Superseded"),
    ]


def test_a_candidate_that_was_aborted_stays_down_when_the_release_grows(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", later_than(first))
    candidate = found["status"]["candidate"]["revision"]
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    api.until(REPLICA_SETS, namespace, f"web-{candidate}", lambda found: found["spec"]["replicas"] == 0)

    api.merge(RELEASES, namespace, "web", {"spec": {"replicas": 4}})

    api.until(REPLICA_SETS, namespace, f"web-{first}", lambda found: found["status"].get("readyReplicas") == 4)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["rejected"] == [candidate]
    assert api.get(REPLICA_SETS, namespace, f"web-{candidate}")["spec"]["replicas"] == 0
    assert weights(api, namespace) == [100, 0]


def later_than(*revisions: str) -> Any:
    """True for a Release whose candidate is none of these."""
    return lambda found: (found["status"].get("candidate") or {}).get("revision") not in {None, *revisions}


def test_asks_from_before_the_first_sight_are_not_obeyed(api: Api, namespace: str, operator: Operator) -> None:
    manifest = release(namespace, steps=PAUSED)
    manifest["metadata"]["annotations"] = {"tidegate.dev/promote-full": "old", "tidegate.dev/abort": "old"}
    api.create(RELEASES, manifest)
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert weights(api, namespace) == [80, 20]


def test_a_weight_lowered_by_hand_is_obeyed_and_one_raised_is_put_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    by_hand(api, namespace, 60)
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    by_hand(api, namespace, 5)
    api.until(RELEASES, namespace, "web", reason_is("LoweredByHand"))
    assert weights(api, namespace) == [95, 5]
    by_hand(api, namespace, 4)
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["step"]["weight"] == 4)


def test_a_weight_lowered_by_hand_rises_by_promote_alone(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=DWELLING)
    change(api, namespace, "2")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    by_hand(api, namespace, 5)
    found = api.until(RELEASES, namespace, "web", reason_is("LoweredByHand"))
    for weight in (10, 20, 60):
        by_hand(api, namespace, weight)
        api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [95, 5])

    api.until(RELEASES, namespace, "web", reason_is("LoweredByHand"))
    api.ask(namespace, "web", promote=f"{found['status']['candidate']['revision']}/first/1")

    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [80, 20])
    eventually_told(api, namespace, "RaisedByHand", "the weight goes back to 5, to which it was lowered by hand")


def by_hand(api: Api, namespace: str, weight: int) -> None:
    path = "/spec/rules/0/backendRefs"
    values = ((0, 100 - weight), (1, weight))
    patch = [{"op": "replace", "path": f"{path}/{place}/weight", "value": value} for place, value in values]
    api.patch(ROUTES, namespace, "web", patch)
