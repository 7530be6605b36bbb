"""Counts of several clusters in one store: whose a series is, is said by a label that Tidegate must be told of.

A revision is named after its template, and so is the same in every cluster that runs it.
"""

from collections.abc import Iterable, Mapping, Sequence

from tidegate.sentences import shortened

from .answer import Ambiguous
from .backend import Backend
from .data_planes import CUSTOM
from .raw_counts import RawSeries, Shape, by_side

LONGEST_NAMES = 256
# What Istio says of a cluster that nobody gave a name.
UNNAMED = frozenset({"", "Kubernetes"})


def ambiguous(shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]) -> Ambiguous | None:
    """Why these counts may be of several clusters; None where the series of no Release say so."""
    named = [each for each in answer if _where(shape, each)]
    if len({_where(shape, each) for each in named}) < 2:
        return None

    for (namespace, name), mine in _by_release(shape, sides, named).items():
        found = {where for each in mine if (where := _where(shape, each))}
        if len({cluster for _, cluster in found}) > 1 and not (shape.counts.by_pods and _of_the_pods(mine)):
            return Ambiguous(_sentence(f"{namespace}/{name}", sorted(found)))

    return None


def _where(shape: Shape, series: RawSeries) -> tuple[str, str] | None:
    """The label that tells where whoever answered runs, and the cluster; None where none does."""
    for label in shape.counts.clusters:
        if (cluster := series.labels.get(label, "")) not in UNNAMED:
            return label, cluster

    return None


def _by_release(
    shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]
) -> Mapping[tuple[str, str], Sequence[RawSeries]]:
    found: dict[tuple[str, str], list[RawSeries]] = {}
    for side, mine in by_side(shape, sides, answer).items():
        found.setdefault((side.namespace, side.release), []).extend(mine)

    return found


def _of_the_pods(series: Iterable[RawSeries]) -> bool:
    """True where one pod says several: then the label is the application's own. No two clusters name a pod alike."""
    said = {(each.labels.get("pod", ""), each.labels.get(CUSTOM, "")) for each in series}
    return len(said) > len({pod for pod, _ in said})


def _sentence(release: str, found: Sequence[tuple[str, str]]) -> str:
    labels = " and ".join(dict.fromkeys(label for label, _ in found))
    names = shortened(", ".join(cluster for _, cluster in found), LONGEST_NAMES)
    return (
        f"the series of {release} have several values of the label {labels} ({names}): name this cluster's in"
        " prometheus.labels of the source"
    )
