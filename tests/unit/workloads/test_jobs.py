"""The Job that asks a question: one name for ever, an end, and what its conditions mean."""

from datetime import timedelta
from typing import Any

import pytest

from tidegate.api.hooks import LONGEST_EXPIRY
from tidegate.workloads import Owner, job, job_end, job_name
from tidegate.workloads.jobs import KEPT

OWNER = Owner(name="x" * 52, namespace="shop", uid="u")
TEMPLATE = {"spec": {"containers": [{"name": "check", "image": "x"}]}}


def made(template: dict[str, Any], expiry: timedelta = timedelta(milliseconds=1500)) -> dict[str, Any]:
    return job(
        OWNER, template, identity="0123456789abcdef", hook="check", revision="v2", backoff_limit=2, expiry=expiry
    )


def test_the_longest_release_has_a_name_for_its_job_that_its_pods_can_carry() -> None:
    assert job_name(OWNER, "0123456789abcdef") == made(TEMPLATE)["metadata"]["name"]
    assert len(job_name(OWNER, "0123456789abcdef")) <= 63


def test_a_job_ends_with_its_gate_and_outlives_every_wait() -> None:
    spec = made(TEMPLATE)["spec"]

    assert spec["activeDeadlineSeconds"] == 2
    assert spec["backoffLimit"] == 2
    assert KEPT > LONGEST_EXPIRY
    assert spec["ttlSecondsAfterFinished"] == KEPT.total_seconds()


def test_a_declared_restart_policy_stays() -> None:
    template = {"spec": {**TEMPLATE["spec"], "restartPolicy": "OnFailure"}}

    assert made(template)["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure"
    assert made(TEMPLATE)["spec"]["template"]["spec"]["restartPolicy"] == "Never"


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
