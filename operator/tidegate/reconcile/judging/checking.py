"""Making the Jobs of objectives beside the turns: one at a time for each, at every step, and at its interval."""

import time
from collections.abc import Iterator

from tidegate.api import JobCheck, Suspend
from tidegate.clients import CallError, Fenced
from tidegate.decision import in_rollout
from tidegate.judge.checks import Course
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.ownership import create
from tidegate.reconcile.memory import Refusal
from tidegate.reconcile.observe import observe
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.sentences import shortened
from tidegate.watch import Key, Recurring
from tidegate.workloads import job

from .checks import courses, next_run, wait_for
from .evidence import measured

REFUSED_SECONDS = 15.0
AGAIN_SECONDS = 1.0
LINE_LENGTH = 256
Due = tuple[str, JobCheck, Course]


class Checking:
    """Makes the Job of each objective whenever it is due. Its end is an event of its own, which leads to a turn."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = Recurring("making Jobs", self._make, again=AGAIN_SECONDS)
        world.on_forget(self._due.cancel)

    async def run(self) -> None:
        """Make what is due until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen) -> None:
        """Take the time at which the next Job of a Release is due, or the one that runs is overdue."""
        waits = [wait for found in self._all(key, seen) if (wait := self._wait(key, found)) is not None]
        if waits:
            self._due.after(key, min(waits))
        else:
            self._due.cancel(key)

    def _all(self, key: Key, seen: Seen) -> Iterator[Due]:
        if not checked(seen):
            return

        progress, spec = seen.snapshot.progress, seen.wanted.pinned.spec
        found = courses(key, progress, spec, measured(key, progress, self._world), self._world)
        for objective in spec.objectives:
            if objective.job:
                yield objective.name, objective.job, found[objective.name]

    def _wait(self, key: Key, due: Due) -> float | None:
        name, check, course = due
        refusals = self._world.memory(key).measured
        refusal = refusals.refusals.get(name) if refusals else None
        return wait_for(check, course, refusal.until if refusal else 0.0)

    async def _make(self, key: Key) -> None:
        seen = observe(key, self._world)
        if seen is None:
            return

        for due in list(self._all(key, seen)):
            wait = self._wait(key, due)
            if due[2].running is None and wait is not None and wait <= 0:
                await self._create(key, seen, due)

        # The turn that follows tells of it, and takes the next time.
        self._world.mark(key)

    async def _create(self, key: Key, seen: Seen, due: Due) -> None:
        """Make the Job, once: one that is there by its name is taken."""
        name, check, course = due
        kept = measured(key, seen.snapshot.progress, self._world)
        run = next_run(seen.owner, seen.snapshot.progress, course, name=name, check=check, weight=seen.snapshot.weight)
        try:
            manifest = job(seen.owner, check.template, run)
            await create(seen, kinds.JOBS, manifest, self._world, strict=True)
        except (CallError, Fenced) as error:
            why = error.told if isinstance(error, CallError) else str(error)
            until = time.monotonic() + REFUSED_SECONDS
            kept.refusals[name] = Refusal(sentence=shortened(why, LINE_LENGTH), until=until)
        else:
            kept.refusals.pop(name, None)


def checked(seen: Seen) -> bool:
    """True while a candidate at a weight that has settled may still be rolled back for what a Job says."""
    progress = seen.snapshot.progress
    stands_still = seen.snapshot.deleting or seen.snapshot.suspension is Suspend.ALL
    return in_rollout(seen.snapshot) and progress.settled_at is not None and not progress.straight and not stands_still
