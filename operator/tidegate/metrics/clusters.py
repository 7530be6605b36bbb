"""Counts of several clusters in one store: whose a series is, is said by a label that Tidegate must be told of.

A revision is named after its template, and so is the same in every cluster that runs it.
"""

from collections.abc import Iterable, Mapping, Sequence

from tidegate.sentences import shortened

from .answer import Ambiguous
from .backend import Backend
from .raw_counts import RawSeries, Shape, by_side

LONGEST_NAMES = 256


def ambiguous(shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]) -> Ambiguous | None:
    """Why these counts may be of several clusters; None where the series of no Release say so."""
    label = shape.counts.cluster
    named = [each for each in answer if each.labels.get(label)]
    if len({each.labels[label] for each in named}) < 2:
        return None

    for (namespace, name), mine in _by_release(shape, sides, named).items():
        found = {each.labels[label] for each in mine}
        if len(found) > 1 and not (shape.counts.by_pods and _of_the_pods(mine, label)):
            return Ambiguous(_sentence(f"{namespace}/{name}", label, sorted(found)))

    return None


def _by_release(
    shape: Shape, sides: tuple[Backend, ...], answer: Iterable[RawSeries]
) -> Mapping[tuple[str, str], Sequence[RawSeries]]:
    found: dict[tuple[str, str], list[RawSeries]] = {}
    for side, mine in by_side(shape, sides, answer).items():
        found.setdefault((side.namespace, side.release), []).extend(mine)

    return found


def _of_the_pods(series: Iterable[RawSeries], label: str) -> bool:
    """True where one pod says several: then the label is the application's own. No two clusters name a pod alike."""
    said = {(each.labels.get("pod", ""), each.labels[label]) for each in series}
    return len(said) > len({pod for pod, _ in said})


def _sentence(release: str, label: str, clusters: Sequence[str]) -> str:
    names = shortened(", ".join(clusters), LONGEST_NAMES)
    return (
        f"the series of {release} have several values of the label {label} ({names}): name this cluster's in"
        " prometheus.labels of the source"
    )
