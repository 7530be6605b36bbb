"""One pod a node in the small model: nodes change hands, as `workloads.moves` says, and a node has one pod at most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.decision.progress import Progress
from tidegate.workloads import NO_NODE, Allotment, moves


@dataclass(frozen=True, slots=True)
class Given:
    """Which revision has which nodes."""

    revisions: tuple[tuple[str, Allotment], ...] = ()

    def of(self, revision: str) -> Allotment:
        """The nodes of a revision; none where it was given none."""
        return dict(self.revisions).get(revision, NO_NODE)

    def count(self, revision: str, nodes: int) -> int:
        """How many of so many nodes a revision has."""
        allotment = self.of(revision)
        named = len(allotment.nodes & frozenset(names(nodes)))
        return nodes - named if allotment.but else named

    def after(self, revision: str, count: int, progress: Progress, nodes: int) -> "Given":
        """Who has which nodes when a revision gets so many."""
        mine = frozenset(names(nodes)[:count])
        changed = dict(self.revisions)
        changed |= moves(revision, count, stable=progress.stable, candidate=progress.candidate, nodes=mine)
        return Given(tuple(sorted(changed.items())))

    def wrong(self, nodes: int) -> Iterator[str]:
        """What must never be, once an effect is whole: a node without a revision, or with two; a new one likewise."""
        for node in (*names(nodes), "a node that joins"):
            having = [found for found, allotment in self.revisions if (node in allotment.nodes) is not allotment.but]
            if len(having) != 1 and self.revisions:
                yield f"{node} has the revisions {having}"


def names(nodes: int) -> Sequence[str]:
    """The nodes' names, in the order in which the candidate gets them."""
    return [f"node-{number}" for number in range(nodes)]
