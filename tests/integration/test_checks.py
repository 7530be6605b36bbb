"""Objectives that are Jobs, on a real control plane: a run at each step, and its end as a verdict."""

import pytest

from tests.cluster.api import JOBS, RELEASES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.hooks import AT_ONCE, FOREVER, MISSPELT, check, fail_pod_of
from tests.integration.manifests import QUICK_STEPS, message_has, phase_is, reason_is
from tests.integration.steps import change, deploy, passes, weights

HALF = [{"name": "half", "weight": 50}]
PAUSED = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
NO_POD: Object = {"spec": {"containers": []}}


def line(found: Object) -> Object:
    """The objective as the status shows it."""
    lines: list[Object] = found["status"].get("objectives") or [{}]
    return lines[0]


def test_a_job_runs_once_at_each_step_and_no_metric_source_is_needed(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=QUICK_STEPS, objectives=[check(AT_ONCE)])
    assert api.all(JOBS, namespace) == []
    change(api, namespace, "2")

    # Three Jobs, one after the other: their controller takes seconds for each.
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"), 90)

    jobs = sorted(api.all(JOBS, namespace), key=lambda job: job["metadata"]["annotations"]["tidegate.dev/check"])
    assert [job["metadata"]["annotations"]["tidegate.dev/step"] for job in jobs] == ["first", "half", "full"]
    told = [{each["name"]: each["value"] for each in containers(job)[0]["env"]} for job in jobs]
    assert [variables["TIDEGATE_WEIGHT"] for variables in told] == ["20", "50", "100"]
    assert {variables["TIDEGATE_CANDIDATE_HOST"] for variables in told} == {f"web-candidate.{namespace}.svc"}
    for job in jobs:
        assert job["metadata"]["ownerReferences"][0]["uid"] == found["metadata"]["uid"]
        assert job["metadata"]["labels"]["tidegate.dev/objective"] == "smoke"
        assert job["metadata"]["labels"]["tidegate.dev/revision"] == found["status"]["stable"]["revision"]
        assert job["spec"]["ttlSecondsAfterFinished"] > 24 * 3600


def running(api: Api, namespace: str, *before: str) -> str:
    """The name of a Job that was made, other than these."""
    names = (job["metadata"]["name"] for job in api.changes(JOBS, namespace, 30))
    return str(next(name for name in names if name not in before))


def containers(job: Object) -> list[Object]:
    found: list[Object] = job["spec"]["template"]["spec"]["containers"]
    return found


def test_a_job_that_fails_rolls_back_by_its_name_and_stays_for_its_logs(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=PAUSED, objectives=[check(FOREVER)])
    change(api, namespace, "2")
    name = running(api, namespace)
    assert weights(api, namespace) == [50, 50]

    fail_pod_of(api, namespace, name)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], found["status"]["stable"]["revision"]) == ("ObjectiveBreached", first)
    assert f"smoke: Job {name} failed" in found["status"]["message"]
    assert weights(api, namespace) == [100, 0]
    assert [job["metadata"]["name"] for job in api.all(JOBS, namespace)] == [name]


def test_a_job_that_only_advises_fails_in_the_status_alone(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=PAUSED, objectives=[check(FOREVER, mode="Advise")])
    change(api, namespace, "2")
    name = running(api, namespace)
    fail_pod_of(api, namespace, name)
    api.until(JOBS, namespace, name, lambda job: bool(job["status"].get("failed")))
    candidate = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]

    states, promote = api.follow(RELEASES, namespace, "web", 30), f"{candidate}/half/1"
    # The next step has a Job of its own, and soon takes the line.
    found = passes(
        states,
        lambda: api.ask(namespace, "web", promote=promote),
        lambda seen: line(seen).get("verdict") == "Breach",
    )
    assert line(found)["mode"] == "Advise"
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (check(FOREVER, timeout="1s"), "did not end within its timeout"),
        (check(NO_POD), "spec.template.spec.containers: Required value"),
        (check(MISSPELT), 'unknown field "spec.template.spec.containers[0].comand"'),
    ],
    ids=["too long", "refused", "misspelt"],
)
def test_a_step_is_not_left_before_its_job_is_complete_and_one_that_says_nothing_is_no_data(
    api: Api, namespace: str, operator: Operator, declared: Object, words: str
) -> None:
    deploy(api, namespace, steps=HALF, objectives=[declared])
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", message_has(words))

    assert (found["status"]["reason"], line(found)["verdict"]) == ("NoSignal", "NoData")
    assert weights(api, namespace) == [50, 50]


def test_a_job_that_a_person_deletes_is_run_again(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=HALF, objectives=[check(FOREVER, timeout="1s")])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("NoSignal"))
    (late,) = api.all(JOBS, namespace)

    api.delete(JOBS, namespace, late["metadata"]["name"])

    again = api.until(JOBS, namespace, late["metadata"]["name"], lambda job: job["metadata"]["uid"] != uid(late))
    assert again["metadata"]["annotations"] == late["metadata"]["annotations"]


def uid(found: Object) -> str:
    return str(found["metadata"]["uid"])


def test_a_job_is_repeated_at_its_interval_and_so_many_failures_in_a_row_breach(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED, objectives=[check(FOREVER, interval="1s", consecutive=2)])
    change(api, namespace, "2")
    first = running(api, namespace)
    fail_pod_of(api, namespace, first)
    second = running(api, namespace, first)
    assert weights(api, namespace) == [50, 50]

    fail_pod_of(api, namespace, second)

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert f"Job {second} failed, the last of 2 in a row" in found["status"]["message"]


def test_jobs_that_pass_are_repeated_while_a_step_stands(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=PAUSED, objectives=[check(AT_ONCE, interval="1s")])
    change(api, namespace, "2")

    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    numbers = set[str]()
    for job in api.changes(JOBS, namespace, 60):
        numbers.add(job["metadata"]["annotations"]["tidegate.dev/check"])
        if len(numbers) == 3:
            break

    assert numbers == {"1", "2", "3"}
    # It would go on beside all tests that follow.
    api.delete(RELEASES, namespace, "web")
