"""What a look costs: processor time of the shipped code, best of several tries."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from tidegate.judge.counts import Block, Counts
from tidegate.judge.dispersion import UNKNOWN
from tidegate.judge.error_state import ErrorState
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.latency import LatencyComparison, Tails
from tidegate.judge.onset import Onset, Onsets
from tidegate.judge.rulings import rule
from tidegate.judge.slowness import LatencyJudge, SlowOnset, after

from .answers import taken_in

LOOKS = 400
TRIES = 15
RELEASES = 1000
BLOCKS = [Block(Counts(150, look % 4), Counts(1350, 9 + look % 5)) for look in range(20)]
TAILS = [
    (Tails(150, (60, 12 + look % 7, 2, look % 2)), Tails(1350, (540, 110, 18 + look % 5, 1))) for look in range(20)
]
# As many as are compared at most.
MOST_TAILS = [
    (Tails(150, tuple(range(60 + look % 2, 39 + look % 2, -1))), Tails(1350, tuple(range(540, 330, -10))))
    for look in range(20)
]


def costs() -> dict[str, Any]:
    """Microseconds per look, the round of a thousand Releases in milliseconds, and the state's size in numbers."""
    compared, bounded = ErrorJudge.of(), ErrorJudge.of(bound=0.01)
    thin = ErrorJudge.of(bound=0.01, dispersion=UNKNOWN, thin=True)
    latency, most = at_boundaries(4), at_boundaries(21)
    state = ErrorState()
    for block in BLOCKS:
        state = bounded.update(state, block)

    return {
        "errors compared, µs per look": per_look(lambda: errors(compared)),
        "errors compared and bounded, µs per look": per_look(lambda: errors(bounded)),
        "latency at four boundaries, µs per look": per_look(lambda: slowness(latency, TAILS)),
        "latency at twenty-one, µs per look": per_look(lambda: slowness(most, MOST_TAILS)),
        "since when a fault lasts, of errors compared and bounded, µs per look": per_look(lambda: onsets(bounded)),
        "errors compared and bounded, with since when, µs per look": per_look(lambda: told(bounded)),
        "the same where stable's past is thin, µs per look": per_look(lambda: told(thin)),
        "since when requests are slow, at four boundaries, µs per look": per_look(lambda: slow_onsets(latency)),
        "verdict and sentence, µs": per_look(lambda: [rule("errors", bounded, state) for _ in range(LOOKS)]),
        "1,000 Releases, errors compared and bounded, ms per round": per_round(bounded, state),
        **taken_in(),
        "numbers in an objective's state": len(state.as_floats()),
        "a logarithm of this machine at the time, ns": per_logarithm(),
    }


def per_look(looks: Callable[[], object]) -> float:
    """Microseconds."""
    return round(fastest(looks) / LOOKS * 1e6, 1)


def fastest(work: Callable[[], object]) -> float:
    """Seconds of processor time, of the best try."""
    found = []
    for _ in range(TRIES):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)

    return min(found)


def errors(judge: ErrorJudge) -> None:
    """A rollout's looks."""
    state = judge.start()
    for look in range(LOOKS):
        state = judge.update(state, BLOCKS[look % 20])


def onsets(judge: ErrorJudge) -> None:
    """What a rollout's looks cost beside their evidence, for the sentence alone."""
    found, state = Onsets(), judge.start()
    growths = [judge.growth(state, block) for block in BLOCKS]
    for look in range(LOOKS):
        found = found.after(growths[look % 20], state, look)


def told(judge: ErrorJudge) -> None:
    """Both at once, as the operator does it: a look's growth is worked out once."""
    found, state = Onsets(), judge.start()
    for look in range(LOOKS):
        block = BLOCKS[look % 20]
        growth = judge.growth(state, block)
        found, state = found.after(growth, state, look), judge.grown(state, block, growth)


def at_boundaries(count: int) -> LatencyJudge:
    """Latency at so many boundaries, of like weight."""
    boundaries = tuple(0.05 * (place + 1) for place in range(count))
    return LatencyJudge(boundaries=boundaries, comparison=LatencyComparison(boundary_weights=(1 / count,) * count))


def slowness(judge: LatencyJudge, tails: Sequence[tuple[Tails, Tails]]) -> None:
    """A rollout's looks at latency."""
    state = judge.start()
    for look in range(LOOKS):
        state = judge.update(state, *tails[look % 20])


def slow_onsets(judge: LatencyJudge) -> None:
    """The same of latency."""
    found: SlowOnset = Onset()
    state = judge.start()
    growths = [judge.comparison.growth(*tails) for tails in TAILS]
    for look in range(LOOKS):
        found = after(found, growths[look % 20], state, look)


def per_round(judge: ErrorJudge, state: ErrorState) -> float:
    """Milliseconds for a look and a verdict of each of a thousand Releases."""

    def look_at_all() -> None:
        for place in range(RELEASES):
            rule("errors", judge, judge.update(state, BLOCKS[place % 20]))

    return round(fastest(look_at_all) * 1e3, 1)


def per_logarithm() -> float:
    """Nanoseconds: what other work on the machine does to all figures here."""
    from math import log

    return round(fastest(lambda: [log(1.5) for _ in range(10_000)]) / 10_000 * 1e9, 1)
