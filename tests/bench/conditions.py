"""What a figure depends on beside the operator: told with each, as figures of two machines cannot be compared."""

import os
import platform
from dataclasses import dataclass

from tests.cluster.api import PODS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api
from tests.cluster.versions import KUBERNETES, chosen

SETTINGS = "settle, drain, dwell and watch 0, confirm: Settle, no leader election, simulated pods"
COUNTED = (RELEASES, PODS, REPLICA_SETS, SERVICES, ROUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What is the same in the whole run."""

    cores: int
    processor: str
    kubernetes: str
    python: str
    settings: str = SETTINGS

    def __str__(self) -> str:
        return f"{self.cores} cores, Kubernetes {self.kubernetes}, Python {self.python}; {self.settings}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What was so for one question: the load average of a minute before and after, and objects at the end."""

    load_before: float
    load_after: float
    objects: dict[str, int]

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {kind}" for kind, count in self.objects.items())
        return f"load {self.load_before:.1f} → {self.load_after:.1f}; {counts}"


def machine() -> Machine:
    """This one; the cores are those that this process may use."""
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        processor=platform.processor() or platform.machine(),
        kubernetes=KUBERNETES[chosen()],
        python=platform.python_version(),
    )


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def objects(api: Api) -> dict[str, int]:
    """How many objects of each kind there are."""
    return {kind.plural: len(api.all(kind)) for kind in COUNTED}
