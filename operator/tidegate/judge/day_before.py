"""A release that has all the traffic has no stable beside it: it is compared with what served a day before.

Blocks of the same time of two days are compared as candidate and stable are: what comes with the hour cancels. What
comes with the day does not, and a shared outage of today neither. So the tolerance is as many times greater as stable
itself was worse, in the hour before the rollout, than a day before that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from tidegate.sentences import shortened

from . import sentences
from .advice import LONGEST_SENTENCE
from .combined import Ruling
from .counts import EMPTY, Block, Counts, as_block, as_counts
from .cusum import CusumState
from .evidence import Evidence, left
from .ratio import Comparison
from .verdict import Verdict

# No day is that much worse than another: more is a fault, and not to be tolerated.
GREATEST_DRIFT = 10.0
COMPARED = "compared with the same time a day before, for stable has no traffic"


def drift(hour: Block) -> float:
    """How many times worse stable was, in the hour before the rollout, than a day before; at least 1.

    Half a bad request is added to both sides: where there are few, chance makes the tolerance greater, and never less
    than it is without. `hour.candidate` is today's, as in every block of two days.
    """
    if not hour.candidate.requests or not hour.stable.requests:
        return 1.0

    today, before = (_share(counts) for counts in (hour.candidate, hour.stable))
    return min(max(1.0, today / before), GREATEST_DRIFT)


def _share(counts: Counts) -> float:
    return (counts.bad + 0.5) / (counts.requests + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    """All that is known after some looks of the watch. `breached` is the look that showed it, 0 for none yet."""

    looks: int = 0
    breached: int = 0
    total: Block = EMPTY
    evidence: Evidence

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same state back to the last bit."""
        return (float(self.looks), float(self.breached), *map(float, as_counts(self.total)), *self.evidence.as_floats())

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        looks, breached, *counts = (int(number) for number in floats[:6])
        return cls(
            looks=looks, breached=breached, total=as_block(counts), evidence=Evidence.from_floats(tuple(floats[6:]))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The rules while `promotion.watch` lasts. It has an end, so the rollout's own α holds for it, and no other.

    `stake`: what of the comparison's stake had not entered when the candidate got all the traffic. It is bet here
    instead of there: all bets of a rollout still begin with 1 together, so one limit holds for all of them. `limit` is
    that of all bets.
    """

    comparison: Comparison
    stake: float
    limit: float

    def start(self) -> WatchState:
        """Before the first look."""
        return WatchState(evidence=self.comparison.start())

    def update(self, state: WatchState, block: Block) -> WatchState:
        """After one more block; `block.stable` is of a day before."""
        found = replace(
            state,
            looks=state.looks + 1,
            total=state.total + block,
            evidence=self.comparison.update(state.evidence, block),
        )
        shown = not found.breached and self.evidence(found) >= self.limit
        return replace(found, breached=found.looks) if shown else found

    def evidence(self, state: WatchState) -> float:
        """What is added to the comparison with stable."""
        return self.stake * state.evidence.value


def stake_left(looks: int, every: int, part: float) -> float:
    """What has not entered after as many looks as there could have been, of a test's part of the stake."""
    return part * left(looks, every)


def in_the_watch(ruling: Ruling, rules: Watch, state: WatchState) -> Ruling:
    """A verdict with what the day before adds to it: a breach stays one, whoever shows it."""
    evidence = ruling.evidence + rules.evidence(state)
    if ruling.verdict is Verdict.BREACH or not state.looks:
        return ruling

    seen = _sides(state.total)
    if not state.breached:
        sentence = f"Since full weight {seen}; {sentences.speaks(rules.evidence(state), rules.limit)}."
        return replace(ruling, sentence=f"{ruling.sentence} {sentence}", evidence=evidence)

    sentence = sentences.of_verdict(
        ruling.name,
        "breach",
        seen,
        COMPARED,
        f"tolerated: {rules.comparison.tolerance:.3g} times",
        sentences.speaks(rules.evidence(state), rules.limit),
    )
    return replace(ruling, verdict=Verdict.BREACH, sentence=sentence, evidence=evidence)


def _sides(block: Block) -> str:
    return f"candidate {sentences.counted(block.candidate)}, a day before {sentences.counted(block.stable)}"


def afterwards(name: str, comparison: Comparison, state: CusumState) -> str:
    """The warning of an alarm: in the words of what raised it, which do not change while it lasts."""
    today, before = state.shown.candidate, state.shown.stable
    since = datetime.fromtimestamp(state.since / sentences.MILLISECONDS, UTC)
    more = f", {today.share / before.share:.2g} times as many" if before.bad else ""
    said = (
        f"{name}: {sentences.counted(today)} bad since {since:%H:%M} UTC, {sentences.counted(before)} at the same time"
        f" a day before{more}; tolerated: {comparison.tolerance:.3g} times. Nothing is done about it"
    )
    return shortened(said, LONGEST_SENTENCE)
