"""Counts of several clusters in one store: whose a series is, is said by a label that Tidegate must be told of.

A revision is named after its template, and so is the same in every cluster that runs it.
"""

from collections.abc import Iterable, Mapping, Sequence

from tidegate.sentences import shortened

from .answer import Ambiguous
from .backend import Backend
from .raw_counts import RawSeries, Shape, by_side

# As it is called by custom, and by what sets several Prometheus servers up.
LABEL = "cluster"
LONGEST_NAMES = 256


def ambiguous(shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]) -> Ambiguous | None:
    """Why these counts may be of several clusters; None where the series of no Release say so."""
    named = [each for each in answer if each.labels.get(LABEL)]
    if len({each.labels[LABEL] for each in named}) < 2:
        return None

    for (namespace, name), mine in _by_release(shape, sides, named).items():
        found = {each.labels[LABEL] for each in mine}
        if len(found) > 1 and not (shape.counts.by_pods and _of_the_pods(mine)):
            return Ambiguous(_sentence(f"{namespace}/{name}", sorted(found)))

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
    said = {(each.labels.get("pod", ""), each.labels[LABEL]) for each in series}
    return len(said) > len({pod for pod, _ in said})


def _sentence(release: str, clusters: Sequence[str]) -> str:
    names = shortened(", ".join(clusters), LONGEST_NAMES)
    return (
        f"the series of {release} have several values of the label {LABEL} ({names}): name this cluster's in"
        " prometheus.labels of the source"
    )
