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
# How often the status is written depends on what one turn sees: one run may be over a write sooner than others.
SPARED = 2


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
        """Run undisturbed, at -1; then once for each write, with a death after it."""
        run(-1)
        for point, _ in self.moments(Side.AFTER, least=least):
            run(point)

    def moments(self, *sides: Side, least: int) -> Iterator[tuple[int, Side]]:
        """These sides of every write in turn, until runs are over before their deaths come."""
        self.deaths, spared = 0, 0
        for point in range(MOST_WRITES):
            before = self.deaths
            yield from ((point, side) for side in sides)
            spared = 0 if self.deaths > before else spared + 1
            if spared == SPARED:
                break

        assert spared == SPARED, f"a run makes more than {MOST_WRITES} writes"
        assert self.deaths >= least

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
