"""How unlike chance the counts of like pods are: in bursts, and from pod to pod. Measured on stable before the rollout.

Two things break a comparison that takes requests as independent: bad ones come in bursts (retries, one broken
session), and no two pods are alike (node, neighbours, cache). Both are estimated from the same table of pods by
blocks. What all pods share, an outage or drift, cancels: it moves a whole row. But each pod is scraped at its own
second, so the edge of an outage is in a row of one pod before it is in that of another: rows around which most pods
rise or fall together are left out. Where one target counts all, its blocks are held against each other within a few
minutes; an outage then looks like a burst, and makes the judge slower.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median

from .counts import Counts
from .ratio import TOLERANCE

# Where the history is too thin to tell. What is found by few requests is found by the other half of the stake.
UNKNOWN = 5.0
LEAST_BAD = 20
# Blocks of one scrape each.
MINUTE = 4
# Times what a pod's bad requests usually rise or fall by from two blocks to the next two.
JUMP = 4
# The normal quantile of 0.5 %: half of what false alarms may be.
QUANTILE = 2.576

# The counts of all pods in one block, each pod at the same place in every row.
Row = Sequence[Counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The dispersion of bursts, φ ≥ 1; the spread of pods' shares about their mean, σ; and from how many pods.

    `thin`: no pods tell bursts from what they share, because the history was too thin, and φ is the usual one, or
    because one target counts all.
    """

    dispersion: float = UNKNOWN
    thin: bool = True
    pods: float = 0.0
    seen: int = 0

    def margin(self, candidate_pods: int, stable_pods: int) -> float:
        """How many times worse like pods may look by being others; at least 1."""
        if self.pods <= 0 or self.seen < 2 or not candidate_pods or not stable_pods:
            return 1.0

        width = self.pods * sqrt(1 / candidate_pods + 1 / stable_pods)
        return exp(min(student(self.seen - 1) * width, log(100)))

    def tolerance(self, candidate_pods: int, stable_pods: int) -> float:
        """The ratio that is not worth a rollback: the margin, and never less than 1.25."""
        return max(TOLERANCE, self.margin(candidate_pods, stable_pods))


def student(freedom: int) -> float:
    """Student's quantile for as many degrees of freedom, by Cornish and Fisher: few pods know their spread badly."""
    z = QUANTILE
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2


def spread(rows: Sequence[Row], coarser: int = 20) -> Spread:
    """What the history says. `rows` are stable's blocks of one scrape each, `coarser` rows make five minutes."""
    table = [row for row in rows if row]
    pods = len(table[0]) if table else 0
    table = steady(table) if pods > 1 else table
    if not pods or sum(counts.bad for row in table for counts in row) < LEAST_BAD:
        return Spread(seen=pods)

    if pods == 1:
        return Spread(dispersion=over_time([row[0] for row in table], coarser), seen=1)

    wide = [merged(table[start : start + coarser]) for start in range(0, len(table), coarser)]
    dispersion = max(1.0, bursts(table), bursts(wide))
    return Spread(dispersion=dispersion, thin=False, pods=sqrt(variance(merged(table), dispersion)), seen=pods)


def steady(rows: Sequence[Row]) -> list[Row]:
    """The rows, with nothing in those around which more than half of the pods jump the same way.

    Bursts that pods have each for themselves are rarely so even, and what is left of them looks no smaller.
    """
    directions = zip(*(jumps([counts.bad for counts in column]) for column in zip(*rows, strict=True)), strict=True)
    shared = {place for place, pods in enumerate(directions) if 2 * max(pods.count(1), pods.count(-1)) > len(pods)}
    nothing = [Counts()] * len(rows[0])
    return [nothing if shared & {place - 3, place - 2, place - 1} else row for place, row in enumerate(rows)]


def jumps(bad: Sequence[int]) -> list[int]:
    """Up (1), down (-1) or neither, from the first two blocks to the next two, from the second two on, and so on."""
    rises = [sum(bad[place + 2 : place + 4]) - sum(bad[place : place + 2]) for place in range(len(bad) - 3)]
    most = JUMP * max(1, median(map(abs, rises))) if rises else 0
    return [(rise > most) - (rise < -most) for rise in rises]


def merged(rows: Sequence[Row]) -> list[Counts]:
    """The counts of each pod over several rows."""
    return [sum(column, Counts()) for column in zip(*rows, strict=True)]


def bursts(rows: Sequence[Row]) -> float:
    """The chi-square of pods by blocks per degree of freedom, less one standard error: 1 for independent requests."""
    factors = [total.share for total in merged(rows)]
    return unlike(rows, factors, sum(factor > 0 for factor in factors) - 1)


def over_time(blocks: Row, coarser: int = 20) -> float:
    """The same for one target: blocks within five minutes, and minutes within twenty; at least 1.

    Fewer than five minutes say nothing, and φ is the usual one.
    """
    minutes = [sum(blocks[start : start + MINUTE], Counts()) for start in range(0, len(blocks), MINUTE)]
    if len(blocks) < coarser:
        return UNKNOWN

    return max(1.0, *(unlike(windows(found, coarser), [1.0] * coarser) for found in (blocks, minutes)))


def windows(blocks: Row, size: int) -> list[Row]:
    """Whole windows of so many blocks."""
    return [blocks[start : start + size] for start in range(0, len(blocks) - size + 1, size)]


def unlike(rows: Sequence[Row], factors: Sequence[float], spent: int = 0) -> float:
    """The chi-square of rows' cells about what `factors` say, per degree of freedom that is not `spent` on them."""
    cells: list[tuple[float, float]] = []
    used = 0
    for row in rows:
        found = list(expectations(row, factors))
        used += bool(found)
        cells += found

    freedom = len(cells) - used - spent
    if freedom <= 0:
        return 1.0

    chi_square = sum((bad - part) ** 2 / part for bad, part in cells)
    error = sqrt(sum(2 + 1 / part for _, part in cells))
    return (chi_square - error) / freedom


def expectations(row: Row, factors: Sequence[float]) -> Iterator[tuple[int, float]]:
    """What each pod had of a block's bad requests, and what it would have had by its requests and its usual share."""
    parts = [counts.requests * factor for counts, factor in zip(row, factors, strict=True)]
    bad, total = sum(counts.bad for counts in row), sum(parts)
    if bad and total:
        yield from ((counts.bad, part * bad / total) for counts, part in zip(row, parts, strict=True) if part > 0)


def variance(pods: Row, dispersion: float) -> float:
    """The square of the spread of pods' shares: what totals differ by beyond bursts and one standard error more."""
    bad, requests = sum(counts.bad for counts in pods), sum(counts.requests for counts in pods)
    expected = [counts.requests * bad / requests for counts in pods]
    excess = sum((counts.bad - part) ** 2 for counts, part in zip(pods, expected, strict=True))
    noise = dispersion * sum(part * (1 - part / bad) for part in expected)
    error = sqrt(2 / (len(pods) - 1))
    return max(0.0, excess - noise * (1 + error)) / sum(part**2 for part in expected)
