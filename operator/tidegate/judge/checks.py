"""What the runs of a check mean: it passes or fails, and a run that says neither is no data."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from .verdict import Bound, Line, Verdict

NO_TIME = timedelta()
# Whoever runs it ends it at its time; where nobody does, that is told a little later.
PATIENCE = timedelta(seconds=30)


class End(Enum):
    """How a run ended. `LATE`: it took longer than it may, and says nothing of the candidate."""

    RUNS = "Runs"
    COMPLETE = "Complete"
    FAILED = "Failed"
    LATE = "Late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One run: its number in the rollout, the step and the instant at which it began, its end, and in whose words."""

    number: int
    step: str
    began_at: datetime
    end: End
    job: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All runs of a check in a rollout, the oldest first, as they are now.

    `refused`: why the next one could not be made, in the API server's words; empty where nothing was refused.
    """

    runs: tuple[Check, ...]
    step: str
    now: datetime
    timeout: timedelta
    refused: str = ""

    @property
    def running(self) -> Check | None:
        """The run under way: there is one at most."""
        return next((run for run in self.runs if run.end is End.RUNS), None)

    @property
    def latest(self) -> Check | None:
        """The last run that is over, in whatever way."""
        return next((run for run in reversed(self.runs) if run.end is not End.RUNS), None)

    @property
    def answers(self) -> tuple[Check, ...]:
        """Runs that say something of the candidate."""
        return tuple(run for run in self.runs if run.end in {End.COMPLETE, End.FAILED})

    @property
    def overdue_in(self) -> timedelta | None:
        """How long until the run under way should have been ended; None where there is none."""
        return self.running.began_at + self.timeout + PATIENCE - self.now if self.running else None


def due_in(course: Course, interval: timedelta | None) -> timedelta | None:
    """How long until the next run is to begin; None while one is under way, or where the step has had its only one.

    Each step begins with a run. No two are ever under way at once.
    """
    if course.running:
        return None

    last = course.runs[-1] if course.runs else None
    if last is None or last.step != course.step:
        return NO_TIME

    return max(last.began_at + interval - course.now, NO_TIME) if interval is not None else None


def judge_checks(name: str, course: Course, *, consecutive: int) -> Line:
    """One objective: `consecutive` failures in a row breach; the latest run passes, if it began at this step."""
    verdict, sentence = _verdict(course, consecutive)
    return Line(
        name=name,
        verdict=verdict,
        value=None,
        bound=Bound(),
        sentence=f"{name}: {sentence}",
        passed=verdict is Verdict.PASS and course.latest is not None and course.latest.step == course.step,
    )


def _verdict(course: Course, consecutive: int) -> tuple[Verdict, str]:
    last = course.answers[-consecutive:]
    if len(last) >= consecutive and all(run.end is End.FAILED for run in last):
        row = f", the last of {consecutive} in a row" if consecutive > 1 else ""
        return Verdict.BREACH, f"Job {last[-1].job} failed{row}: {last[-1].words}"

    if course.running and course.overdue_in is not None and course.overdue_in <= NO_TIME:
        return Verdict.NO_DATA, f"Job {course.running.job} should have ended, and nobody ends it"

    if course.refused and not course.running:
        return Verdict.NO_DATA, f"its Job cannot be made: {course.refused}"

    return _latest(course, consecutive)


def _latest(course: Course, consecutive: int) -> tuple[Verdict, str]:
    """What the last run that is over says, where it is no breach."""
    latest = course.latest
    if latest is None:
        return Verdict.INCONCLUSIVE, f"Job {course.running.job} runs" if course.running else "no Job has run yet"

    if latest.end is End.LATE:
        return Verdict.NO_DATA, f"Job {latest.job} did not end within its timeout: {latest.words}"

    if latest.end is End.FAILED:
        return Verdict.INCONCLUSIVE, f"Job {latest.job} failed, {consecutive} in a row are a breach: {latest.words}"

    return Verdict.PASS, f"Job {latest.job} of step {latest.step} is complete"
