"""An operator that is killed at a write of a test's choice, and lives again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.operator import Operator
from tests.cluster.processes import lives
from tests.integration.proxy import Proxy, Side

KILL_SECONDS = 30
REVIVE_SECONDS = 60
MOST_WRITES = 40
# Runs without a death: how often the status is written depends on what one turn sees.
SPARED = 4


@dataclass(slots=True)
class Mortal:
    """An operator behind a proxy, killed and started again."""

    folder: Path
    proxy: Proxy
    kubeconfig: Path
    lives: int = 0
    deaths: int = 0

    def operator(self) -> Operator:
        return Operator(folder=self.folder, kubeconfig=self.kubeconfig, name=f"operator-{self.lives}")

    def start(self) -> None:
        self.lives += 1
        self.operator().start()

    def kill(self) -> None:
        self.operator().kill()

    def every_point(self, run: Callable[[int], object], *, least: int) -> None:
        """Run undisturbed, at -1; then once for each of its writes but the last, with a death after it.

        How often the status is written depends on what one turn sees: a run may be over before its death.
        """
        self.deaths = 0
        run(-1)
        count = len(self.proxy.writes)
        assert least < count < MOST_WRITES
        for point in range(count - 1):
            run(point)

        self.died_in_all_but_the_last_of(count - 1, least=least)

    def died_in_all_but_the_last_of(self, runs: int, *, least: int) -> None:
        """A run is over with the write that it waits for: a death around one of its last writes may not come."""
        assert self.deaths >= max(least, runs - SPARED), f"{self.deaths} deaths in {runs} runs"

    @contextmanager
    def dying_at(self, namespace: str, point: int, side: Side = Side.AFTER) -> Iterator[None]:
        """It dies around this write to the namespace, and lives again; -1: it lives, and its writes are counted."""
        self.proxy.arm(namespace, point, side, self.die_and_live)
        try:
            yield
        finally:
            # The write that the run waits for may be the deadly one: a death that has begun is seen to its end.
            died = self.proxy.disarm()
            assert not died or self.proxy.struck.wait(REVIVE_SECONDS)

    def die_and_live(self) -> None:
        """A death counts once the process that lived is gone; another one lives then."""
        before = self.operator()
        pid = before.processes.pid(before.name)
        self.kill()
        self.deaths += pid is not None and not lives(pid)
        self.start()
