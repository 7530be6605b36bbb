"""An operator that is killed at a write of a test's choice, and lives again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.operator import Operator
from tests.integration.proxy import Proxy, Side

LOOK_SECONDS = 0.05
KILL_SECONDS = 10
MOST_WRITES = 40


@dataclass(slots=True)
class Mortal:
    """An operator behind a proxy, killed and started again."""

    folder: Path
    proxy: Proxy
    kubeconfig: Path
    lives: int = 0

    def operator(self) -> Operator:
        return Operator(folder=self.folder, kubeconfig=self.kubeconfig, name=f"operator-{self.lives}")

    def start(self) -> None:
        self.lives += 1
        self.operator().start()

    def kill(self) -> None:
        self.operator().kill()

    def every_point(self, run: Callable[[int], object], *, least: int) -> None:
        """Run undisturbed, at -1; then once for each of its writes but the last, with a death after it."""
        run(-1)
        count = len(self.proxy.writes)
        assert least < count < MOST_WRITES
        for point in range(count - 1):
            run(point)

    @contextmanager
    def dying_after(self, namespace: str, point: int) -> Iterator[None]:
        """It dies after this write to the namespace, and lives again; -1: it lives, and its writes are counted."""
        self.proxy.arm(namespace, point, Side.AFTER, self.kill)
        ended = threading.Event()
        reviving = threading.Thread(target=self._revive, args=(ended,))
        reviving.start()
        try:
            yield
        finally:
            ended.set()
            reviving.join()

        # How often the status is written depends on what one turn sees: a run may have fewer writes than the first one.
        seen = len(self.proxy.writes)
        assert point < 0 or self.proxy.struck.is_set() or point >= seen, f"write {point} of {seen} was passed over"

    def _revive(self, ended: threading.Event) -> None:
        """Live again once it was struck."""
        while not self.proxy.struck.wait(LOOK_SECONDS):
            if ended.is_set():
                return

        self.start()
