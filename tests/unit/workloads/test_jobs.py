"""The Job that asks a question: one name for ever, an end, and what its conditions mean."""

from datetime import timedelta
from typing import Any

import pytest

from tidegate.api.jobs import LONGEST_WAIT
from tidegate.workloads import KEPT, Owner, Run, job, job_end, job_name, late, variables

OWNER = Owner(name="x" * 52, namespace="shop", uid="u")
TEMPLATE = {"spec": {"containers": [{"name": "check", "image": "x"}]}}


def made(template: dict[str, Any], expiry: timedelta = timedelta(milliseconds=1500)) -> dict[str, Any]:
    told = variables(OWNER, "v2", step="half", weight=50)
    run = Run(
        identity="0123456789abcdef",
        revision="v2",
        labels={"tidegate.dev/hook": "check"},
        variables=told,
        backoff_limit=2,
        expiry=expiry,
    )
    return job(OWNER, template, run)


def test_the_longest_release_has_a_name_for_its_job_that_its_pods_can_carry() -> None:
    assert job_name(OWNER, "0123456789abcdef") == made(TEMPLATE)["metadata"]["name"]
    assert len(job_name(OWNER, "0123456789abcdef")) <= 63


def test_a_job_ends_with_its_gate_and_outlives_every_wait() -> None:
    spec = made(TEMPLATE)["spec"]

    assert spec["activeDeadlineSeconds"] == 2
    assert spec["backoffLimit"] == 2
    assert KEPT > LONGEST_WAIT
    assert spec["ttlSecondsAfterFinished"] == KEPT.total_seconds()


def test_a_declared_restart_policy_stays() -> None:
    template = {"spec": {**TEMPLATE["spec"], "restartPolicy": "OnFailure"}}

    assert made(template)["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure"
    assert made(TEMPLATE)["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_every_container_is_told_whose_job_it_is_before_what_it_declares() -> None:
    own = {"name": "TARGET", "value": "http://$(TIDEGATE_CANDIDATE_HOST)/"}
    containers = [{"name": "check", "image": "x", "env": [own]}, {"name": "beside", "image": "x"}]
    template = {"spec": {"containers": containers, "initContainers": [{"name": "first", "image": "x"}]}}

    spec = made(template)["spec"]["template"]["spec"]

    told = {each["name"]: each["value"] for each in spec["containers"][1]["env"]}
    assert told == {
        "TIDEGATE_RELEASE": OWNER.name,
        "TIDEGATE_NAMESPACE": "shop",
        "TIDEGATE_REVISION": "v2",
        "TIDEGATE_CANDIDATE_HOST": f"{OWNER.name}-candidate.shop.svc",
        "TIDEGATE_STEP": "half",
        "TIDEGATE_WEIGHT": "50",
    }
    assert spec["initContainers"][0]["env"] == spec["containers"][1]["env"]
    assert spec["containers"][0]["env"] == [*spec["containers"][1]["env"], own]
    assert template["spec"]["containers"] == containers


def test_a_variable_that_is_declared_is_not_told_twice() -> None:
    own = {"name": "TIDEGATE_WEIGHT", "value": "mine"}

    (container,) = made({"spec": {"containers": [{"name": "check", "env": [own]}]}})["spec"]["template"]["spec"][
        "containers"
    ]

    assert [each["value"] for each in container["env"] if each["name"] == "TIDEGATE_WEIGHT"] == ["mine"]


@pytest.mark.parametrize(
    "spec", [{"containers": "none"}, {"containers": ["x"]}, {"containers": [{"env": "x"}]}, None], ids=str
)
def test_what_is_no_pod_is_left_to_the_api_server_to_refuse(spec: Any) -> None:
    found = made({"spec": spec})["spec"]["template"]["spec"]

    assert found == {"restartPolicy": "Never", **(spec or {})}


def test_an_evicted_pod_is_no_failure_where_its_job_may_say_so() -> None:
    restarted = {"spec": {**TEMPLATE["spec"], "restartPolicy": "OnFailure"}}

    (rule,) = made(TEMPLATE)["spec"]["podFailurePolicy"]["rules"]

    assert rule == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    assert "podFailurePolicy" not in made(restarted)["spec"]


@pytest.mark.parametrize(("reason", "found"), [("DeadlineExceeded", True), ("BackoffLimitExceeded", False)])
def test_a_job_that_took_too_long_is_told_from_one_that_failed(reason: str, *, found: bool) -> None:
    assert late({"status": {"conditions": [{"type": "Failed", "status": "True", "reason": reason}]}}) is found
    assert not late({"status": {"conditions": [{"type": "FailureTarget", "status": "True", "reason": reason}]}})


@pytest.mark.parametrize(
    ("states", "end"),
    [
        ([], ""),
        ([{"type": "Complete", "status": "False"}], ""),
        ([{"type": "SuccessCriteriaMet", "status": "True"}], ""),
        ([{"type": "FailureTarget", "status": "True"}], ""),
        ([{"type": "Complete", "status": "True"}], "Complete"),
        ([{"type": "Suspended", "status": "True"}, {"type": "Failed", "status": "True", "message": "why"}], "Failed"),
    ],
)
def test_only_the_end_of_a_job_is_an_answer(states: list[dict[str, str]], end: str) -> None:
    assert job_end({"status": {"conditions": states}})[0] == end
