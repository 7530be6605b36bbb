"""What an autoscaler sees of a Release while a version goes out, and how many pods the candidate has at each step."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.cluster.api import Object

from .till import LEAST, REPLICAS, STEPS

FULL = 100
# After the declared steps comes the one with all the traffic.
WEIGHTS = {**{str(step["name"]): int(str(step["weight"])) for step in STEPS}, "full": FULL}
GOING_FORWARD = {"Preparing", "Progressing", "Watching"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`seen`: each `status.replicas`, once. `candidate`: the most pods that it had at each step."""

    seen: tuple[int, ...] = ()
    candidate: dict[str, int] = field(default_factory=dict)

    def complaints(self, steps: Iterable[str]) -> list[str]:
        """Where the autoscaler saw another size than the Release's, or a step had other pods than its weight needs."""
        found = []
        if not self.seen or any(abs(size - REPLICAS) > 1 for size in self.seen):
            found.append(f"the autoscaler saw {list(self.seen)} pods, where the Release has {REPLICAS}")

        expected = {name: pods_at(name) for name in steps}
        if self.candidate != expected:
            found.append(f"the candidate had {self.candidate} pods, not {expected}")

        return found

    def summary(self) -> str:
        """For people."""
        steps = ", ".join(f"{pods} at {WEIGHTS[name]} %" for name, pods in self.candidate.items())
        return f"the autoscaler saw {' to '.join(map(str, self.seen))} pods; the candidate had {steps}"


def pods_at(step: str) -> int:
    """The share of the size that the step's weight is, and no fewer than the autoscaler's least."""
    return max(-(-REPLICAS * WEIGHTS[step] // FULL), LEAST)


def sizes(statuses: Iterable[Object]) -> Sizes:
    """What these states of a Release's status tell of one rollout."""
    seen: set[int] = set()
    candidate: dict[str, int] = {}
    for status in statuses:
        seen.add(status.get("replicas", 0))
        if status["phase"] in GOING_FORWARD and "step" in status:
            step, pods = status["step"]["name"], status["candidate"]["replicas"]
            candidate[step] = max(candidate.get(step, 0), pods)

    return Sizes(seen=tuple(sorted(seen)), candidate=candidate)
