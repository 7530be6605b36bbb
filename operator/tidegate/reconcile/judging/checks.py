"""The Jobs of objectives: those that a rollout has had, and the next one."""

import time
from datetime import datetime, timedelta

from tidegate.api import JobCheck
from tidegate.api.names import ANNOTATION_CHECK, ANNOTATION_STARTED, ANNOTATION_STEP, LABEL_OBJECTIVE, LABEL_REVISION
from tidegate.api.noted import count_of
from tidegate.api.release import ReleaseSpec
from tidegate.api.step import IMPLIED_STEP
from tidegate.decision.progress import Progress
from tidegate.decision.status import stamp
from tidegate.judge.checks import Check, Course, End, due_in
from tidegate.reconcile import kinds
from tidegate.reconcile.hooks.answers import identity_of
from tidegate.reconcile.memory import Measured
from tidegate.reconcile.world import World
from tidegate.watch import Key, Object
from tidegate.workloads import KEPT, Owner, Run, job_end, late, variables

# So many runs are kept for whoever reads their logs, and none for less than an hour.
RUNS_KEPT = 60
LEAST_KEPT = timedelta(hours=1)


def courses(key: Key, progress: Progress, spec: ReleaseSpec, kept: Measured, world: World) -> dict[str, Course]:
    """What the Jobs of this rollout say, by the objective's name."""
    declared = {objective.name: objective.job for objective in spec.objectives if objective.job}
    if not declared:
        return {}

    runs = [(_objective_of(found), check_of(found)) for found in _jobs(key, progress, world)]
    return {
        name: Course(
            runs=tuple(sorted((run for whose, run in runs if whose == name), key=lambda run: run.number)),
            step=step_name(spec, progress),
            now=world.now(),
            timeout=check.timeout,
            refused=kept.refused(name),
        )
        for name, check in declared.items()
    }


def step_name(spec: ReleaseSpec, progress: Progress) -> str:
    """The step that a rollout is at."""
    return spec.steps[progress.step].name if progress.step < len(spec.steps) else IMPLIED_STEP


def _jobs(key: Key, progress: Progress, world: World) -> list[Object]:
    """Those of this very rollout: another one of the same revision has other Jobs."""
    wanted = (progress.candidate, stamp(progress.started_at))
    return [found for found in world.store(kinds.JOBS).of(key) if _is_a_run(found) and _rollout_of(found) == wanted]


def _is_a_run(found: Object) -> bool:
    notes = found["metadata"]["annotations"]
    numbered = count_of(notes.get(ANNOTATION_CHECK, "")) is not None and ANNOTATION_STEP in notes
    return bool(_objective_of(found)) and numbered and kinds.is_ours(found)


def _objective_of(found: Object) -> str:
    return str(found["metadata"]["labels"].get(LABEL_OBJECTIVE, ""))


def _rollout_of(found: Object) -> tuple[str | None, str | None]:
    metadata = found["metadata"]
    return metadata["labels"].get(LABEL_REVISION), metadata["annotations"].get(ANNOTATION_STARTED)


def check_of(found: Object) -> Check:
    """A Job as a run of its check."""
    metadata = found["metadata"]
    end, words = job_end(found)
    failed = End.LATE if late(found) else End.FAILED
    return Check(
        number=count_of(metadata["annotations"][ANNOTATION_CHECK]) or 0,
        step=metadata["annotations"][ANNOTATION_STEP],
        began_at=datetime.fromisoformat(metadata["creationTimestamp"]),
        end={"Complete": End.COMPLETE, "Failed": failed}.get(end, End.RUNS),
        job=metadata["name"],
        words=words,
    )


def wait_for(check: JobCheck, course: Course, again_at: float) -> float | None:
    """Seconds until the next Job is to be made, or the one that runs is overdue; None where neither is ahead.

    One that was refused is not tried again before `again_at`, on the clock of this process.
    """
    due = due_in(course, check.interval)
    if due is not None:
        return max(due.total_seconds(), again_at - time.monotonic())

    overdue = course.overdue_in.total_seconds() if course.overdue_in is not None else 0.0
    return overdue if overdue > 0 else None


def next_run(owner: Owner, progress: Progress, course: Course, *, name: str, check: JobCheck, weight: int) -> Run:
    """The next Job. Its name follows from its number, so that it is made once, whoever dies meanwhile."""
    number = course.runs[-1].number + 1 if course.runs else 1
    revision, started = progress.candidate or "", stamp(progress.started_at) or ""
    return Run(
        identity=identity_of(owner, f"{revision}/{started}/objective/{name}/{number}"),
        revision=revision,
        labels={LABEL_OBJECTIVE: name},
        annotations={ANNOTATION_STARTED: started, ANNOTATION_STEP: course.step, ANNOTATION_CHECK: str(number)},
        variables=variables(owner, revision, step=course.step, weight=weight),
        backoff_limit=check.backoff_limit,
        expiry=check.timeout,
        kept=kept_for(check),
    )


def kept_for(check: JobCheck) -> timedelta:
    """Longer than a verdict needs it; of many, as long as so many of them take."""
    if check.interval is None:
        return KEPT

    needed = (check.consecutive + 1) * (check.interval + check.timeout)
    return max(needed, LEAST_KEPT, min(RUNS_KEPT * check.interval, KEPT))
