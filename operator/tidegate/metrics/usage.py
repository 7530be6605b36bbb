"""What pods take of processors and memory, as cAdvisor counts it: one question for the pods of many Releases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .backend import Backend
from .data_planes import pods
from .matchers import selector

PERIODS, THROTTLED, MEMORY, GROWTH, LATELY = "periods", "throttled", "memory", "growth", "lately"
# By what each number is asked: the counters of the scheduler's periods, and the bytes of memory and bytes a second.
ASKED: Mapping[str, tuple[str, str, str]] = {
    PERIODS: ("increase", "container_cpu_cfs_periods_total", "5m"),
    THROTTLED: ("increase", "container_cpu_cfs_throttled_periods_total", "5m"),
    MEMORY: ("avg_over_time", "container_memory_working_set_bytes", "10m"),
    GROWTH: ("deriv", "container_memory_working_set_bytes", "10m"),
    LATELY: ("deriv", "container_memory_working_set_bytes", "5m"),
}
# The series of whole pods have no container, and would count all again.
CONTAINERS = 'container!=""'
NUMBER = "number"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """One series of an instant vector."""

    labels: Mapping[str, str]
    value: float


def question(sides: Sequence[Backend], *, labels: Iterable[str] = ()) -> str:
    """All numbers of all pods of these sides, each named by a label. It is asked as often as once a minute.

    `labels`: matchers that hold for all of them.
    """
    matchers, more = [pods(side) for side in sides], (CONTAINERS, *labels)
    return " or ".join(
        f"label_replace(sum by (namespace, pod) ({function}({selector(metric, matchers, *more)}[{window}])),"
        f' "{NUMBER}", "{name}", "", "")'
        for name, (function, metric, window) in ASKED.items()
    )


def read(answer: Iterable[LabelledValue]) -> dict[Place, dict[str, float]]:
    """Each pod's numbers, by its namespace and name; what is not told is absent."""
    found: dict[Place, dict[str, float]] = {}
    for each in answer:
        labels = each.labels
        place = labels.get("namespace", ""), labels.get("pod", "")
        found.setdefault(place, {})[labels.get(NUMBER, "")] = each.value

    return found
