"""An operator that is killed at a write of a test's choice, and lives again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.operator import Operator
from tests.integration.proxy import Proxy, Side

# All that a test does while it waits for the write.
STRUCK_SECONDS = 60


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

    @contextmanager
    def dying_after(self, namespace: str, point: int) -> Iterator[None]:
        """It dies after this write to the namespace, and lives again; -1: it lives, and its writes are counted."""
        self.proxy.arm(namespace, point, Side.AFTER, self.kill)
        reviving = threading.Thread(target=lambda: self.proxy.struck.wait(STRUCK_SECONDS) and self.start())
        if point >= 0:
            reviving.start()

        yield
        if point >= 0:
            assert self.proxy.struck.is_set(), f"there was no write {point}"
            reviving.join()
