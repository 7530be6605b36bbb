"""Which pods carry the excess: a release is bad on all of its pods, a bad node is bad on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from .counts import Counts, PodCounts

# One pod with more of the excess than this is looked at as one pod.
ONE_CARRIES = 0.8
# And only where that is no chance: with three bad requests, all on one of two pods is one rollout in four.
CHANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """How many of the candidate's pods have more bad requests than stable's share foretells; the one that has most."""

    pods: int
    carrying: int
    worst: str
    part: float
    alone: bool


def excess(pods: Sequence[PodCounts], stable: Counts) -> Excess | None:
    """Where the candidate's bad requests come from; None without pods or without excess."""
    over = {seen.pod: seen.counts.bad - seen.counts.requests * stable.share for seen in pods}
    positive = {pod: value for pod, value in over.items() if value > 0}
    if not positive:
        return None

    worst = max(positive, key=lambda pod: (positive[pod], pod))
    part = positive[worst] / sum(positive.values())
    alone = len(pods) > 1 and part > ONE_CARRIES and chance(pods, worst) < CHANCE
    return Excess(pods=len(pods), carrying=len(positive), worst=worst, part=part, alone=alone)


def chance(pods: Sequence[PodCounts], worst: str) -> float:
    """At most the chance that like pods leave so many bad requests on one of them: Chernoff's bound, for any pod."""
    bad, requests = sum(seen.counts.bad for seen in pods), sum(seen.counts.requests for seen in pods)
    mine = next(seen.counts for seen in pods if seen.pod == worst)
    usual, found = mine.requests / requests, mine.bad / bad
    if found <= usual or usual >= 1:
        return 1.0

    divergence = found * log(found / usual) + ((1 - found) * log((1 - found) / (1 - usual)) if found < 1 else 0.0)
    return min(1.0, len(pods) * exp(-bad * divergence))
