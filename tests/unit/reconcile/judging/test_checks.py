"""From a rollout's Jobs to the runs of its checks, and to the next Job."""

from datetime import timedelta
from typing import Any, cast

import pytest

from tests.unit.reconcile.stores import NOW, made, world_of
from tidegate.api import JobCheck, parse_spec
from tidegate.api.names import API_VERSION
from tidegate.decision.progress import Progress
from tidegate.decision.status import stamp
from tidegate.judge.checks import Course, End
from tidegate.reconcile import kinds
from tidegate.reconcile.judging.checks import courses, kept_for, next_run, wait_for
from tidegate.reconcile.memory import Measured, Refusal
from tidegate.reconcile.seen.trims import trimmed_job
from tidegate.workloads import KEPT, Owner, Run, job

OWNER = Owner(name="web", namespace="shop", uid="u")
PROGRESS = Progress(candidate="v2", stable="v1", started_at=NOW - timedelta(hours=1), step=1)
TEMPLATE: dict[str, Any] = {"spec": {"containers": [{"name": "check", "image": "x"}]}}
SPEC = parse_spec(
    {
        "template": {"spec": {}},
        "service": {"port": 80},
        "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
        "steps": [{"name": "first", "weight": 5}],
        "objectives": [{"name": "smoke", "job": {"template": TEMPLATE}}, {"name": "errors", "errorRatio": {}}],
    }
)
SMOKE = cast("JobCheck", SPEC.objectives[0].job)
FAILED = [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"}]
LATE = [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "too long"}]


def seen(*found: dict[str, Any], kept: Measured | None = None) -> Course:
    """What is known of the smoke test, with these Jobs in the store."""
    world = world_of(kinds.JOBS, *map(trimmed_job, found))
    return courses(OWNER.key, PROGRESS, SPEC, kept or Measured(("v2", "")), world)["smoke"]


def stored(run: Run, states: Any = ()) -> dict[str, Any]:
    manifest = job(OWNER, TEMPLATE, run)
    manifest["metadata"] |= {"uid": "j", "resourceVersion": "1", "creationTimestamp": "2026-01-01T11:59:00Z"}
    return {**manifest, "status": {"conditions": list(states)}}


def following(*found: dict[str, Any]) -> Run:
    return next_run(OWNER, PROGRESS, seen(*found), name="smoke", check=SMOKE, weight=100)


def test_a_job_that_was_made_is_read_back_as_the_run_it_is() -> None:
    first = stored(following())
    second = stored(following(first), FAILED)
    course = seen(second, stored(following(first, second), LATE), first)

    assert course.step == "full"
    assert [(run.number, run.step, run.end, run.words) for run in course.runs] == [
        (1, "full", End.RUNS, ""),
        (2, "full", End.FAILED, "too often"),
        (3, "full", End.LATE, "too long"),
    ]


def test_the_same_next_job_has_the_same_name_whoever_makes_it_and_each_its_own() -> None:
    first = following()

    assert following() == first
    assert following(stored(first)).identity != first.identity
    assert first.variables["TIDEGATE_STEP"] == "full"
    assert first.variables["TIDEGATE_WEIGHT"] == "100"


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": {"tidegate.dev/release": "web", "tidegate.dev/hook": "smoke"}},
        {"labels": {"tidegate.dev/release": "web", "tidegate.dev/revision": "v2", "tidegate.dev/objective": "other"}},
        {"annotations": {}},
        {
            "annotations": {
                "tidegate.dev/rollout-started": stamp(NOW),
                "tidegate.dev/step": "full",
                "tidegate.dev/check": "1",
            }
        },
        {"ownerReferences": []},
    ],
    ids=["a hook's", "another objective's", "without a number", "of an earlier rollout of the revision", "a person's"],
)
def test_another_job_is_no_run(changes: dict[str, Any]) -> None:
    found = stored(following(), FAILED)
    found["metadata"] |= changes

    assert seen(found).runs == ()


def test_our_own_reference_is_what_tells_it_is_ours() -> None:
    (reference,) = stored(following())["metadata"]["ownerReferences"]

    assert (reference["apiVersion"], reference["kind"]) == (API_VERSION, "Release")


def test_a_refused_job_is_said_and_not_tried_again_at_once() -> None:
    kept = Measured(("v2", ""), refusals={"smoke": Refusal(sentence="no such account", until=1e12)})
    course = seen(kept=kept)

    assert course.refused == "no such account"
    assert (wait_for(SMOKE, course, 1e12) or 0.0) > 0
    assert (wait_for(SMOKE, seen(), 0.0) or 0.0) <= 0


def test_one_that_runs_is_looked_at_when_it_is_overdue_and_then_no_more() -> None:
    running = seen(stored(following()))
    overdue = Course(runs=running.runs, step="full", now=NOW + timedelta(hours=1), timeout=SMOKE.timeout)

    assert wait_for(SMOKE, running, 0.0) == 9 * 60 + 30
    assert wait_for(SMOKE, overdue, 0.0) is None


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ({}, KEPT),
        ({"interval": "1s", "timeout": "1s"}, timedelta(hours=1)),
        ({"interval": "5m"}, timedelta(hours=5)),
        ({"interval": "4h"}, KEPT),
        ({"interval": "20h", "timeout": "4h", "consecutive": 3}, timedelta(hours=96)),
    ],
    ids=["one a step", "an hour at least", "sixty of many", "two days", "as long as a verdict needs it"],
)
def test_jobs_are_kept_for_their_logs_and_never_for_less_than_their_verdict(
    declared: dict[str, Any], kept: timedelta
) -> None:
    assert kept_for(JobCheck.model_validate({"template": TEMPLATE, **declared})) == kept


def test_without_such_objectives_no_job_is_looked_for() -> None:
    spec = SPEC.model_copy(update={"objectives": SPEC.objectives[1:]})

    assert courses(OWNER.key, PROGRESS, spec, Measured(("v2", "")), world_of(kinds.JOBS, made("web"))) == {}
