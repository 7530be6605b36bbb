"""Does the candidate answer its share of the requests? One that sheds load has few errors to count.

Hypothesis: of all requests the candidate gets at least `tolerated` times its weight. What is missing never reached it
or was never answered. Blocks are of a confirmed weight only: while a weight spreads, the share is nobody's fault.

A pass is shown too: against the hypothesis that it gets no more than half of what its weight promises.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from . import sentences
from .bound import bets, growth
from .combined import Ruling, limit
from .counts import Block, Counts
from .evidence import Evidence
from .plan import BETA
from .ratio import LOOKS_PER_MINUTE
from .rulings import WORDS
from .verdict import Verdict

# Of what is tolerated, down to next to nothing.
FEWER = (0.8, 0.5, 0.25, 0.1, 0.02)
WEIGHTS = (0.2,) * len(FEWER)
TOLERATED = 0.8
# Of what is promised: a candidate that is shown to serve more than half of it passes; bet on most of it, and on all.
HALF = 0.5
MORE = (0.75, 1.0)
NOTHING = Evidence.none(len(FEWER))
NO_PASS = Evidence.all_in((1 / len(MORE),) * len(MORE))
NOTHING_TO_MISS = "at this weight there is nothing to miss"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShare:
    """The rules: how much of its weight a candidate must serve. Connections are reused: requests come in bursts."""

    tolerated: float = TOLERATED
    dispersion: float = 3.0
    every: int = LOOKS_PER_MINUTE

    def start(self) -> Evidence:
        """No evidence that requests are missing."""
        return Evidence.none(len(FEWER))

    def update(self, evidence: Evidence, block: Block, weight: float) -> Evidence:
        """The evidence that requests are missing. `weight` is from 0 to 1; at either end there is nothing to miss."""
        if not 0 < weight < 1:
            return evidence.grown([0.0] * len(FEWER), WEIGHTS, every=self.every)

        least = self.tolerated * weight
        against = bets([least * fewer for fewer in FEWER], least)
        return evidence.grown(growth(served(block), against, self.dispersion), WEIGHTS, every=self.every)

    def update_pass(self, evidence: Evidence, block: Block, weight: float) -> Evidence:
        """The evidence that more than half of the weight is served; where there is nothing to miss it stays."""
        if not 0 < weight < 1:
            return evidence

        against = bets([weight * more for more in MORE], weight * HALF)
        return evidence.grown(growth(served(block), against, self.dispersion))


def served(block: Block) -> Counts:
    """All requests, and those of them that the candidate served: what a bound on its share counts."""
    mine = block.candidate.requests
    return Counts(mine + block.stable.requests, mine)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareState:
    """All that is known after some looks; `wanted` is what the weights promised of the requests since then."""

    evidence: Evidence = NOTHING
    got: int = 0
    wanted: float = 0.0
    breached: int = 0
    enough: Evidence = NO_PASS
    passed: int = 0

    def as_floats(self) -> tuple[float, ...]:
        """All there is to keep; `from_floats` gives the same state back to the last bit."""
        head = (float(self.got), self.wanted, float(self.breached), float(self.passed))
        return (*head, *self.evidence.as_floats(), *self.enough.as_floats())

    @classmethod
    def from_floats(cls, floats: Sequence[float]) -> Self:
        """What `as_floats` kept."""
        got, wanted, breached, passed, *rest = floats
        evidence, enough = rest[: 2 + len(FEWER)], rest[2 + len(FEWER) :]
        return cls(
            evidence=Evidence.from_floats(evidence),
            got=int(got),
            wanted=wanted,
            breached=int(breached),
            enough=Evidence.from_floats(enough),
            passed=int(passed),
        )

    def after(self, rules: RequestShare, block: Block, weight: float, *, part: float) -> "ShareState":
        """After one more block at a confirmed weight."""
        evidence = rules.update(self.evidence, block, weight)
        enough = rules.update_pass(self.enough, block, weight)
        return ShareState(
            evidence=evidence,
            got=self.got + block.candidate.requests,
            wanted=self.wanted + weight * (block.candidate.requests + block.stable.requests),
            breached=self.breached or (evidence.looks if evidence.value >= limit(part) else 0),
            enough=enough,
            passed=self.passed or (evidence.looks if enough.value >= 1 / BETA else 0),
        )


def rule_share(name: str, rules: RequestShare, state: ShareState, *, part: float, weight: float = 0.5) -> Ruling:
    """The verdict on a candidate's share of the requests.

    At a `weight` of 0 or 1 there is nothing to miss, whether anything was looked at before or not.
    """
    if not state.evidence.looks:
        return _unseen(name, part=part, weight=weight)

    verdict, why = _found(rules, state, weight)
    got = f"the candidate served {state.got:,} of {state.wanted:,.0f} requests that its weight promised"
    now = "" if 0 < weight < 1 else NOTHING_TO_MISS
    speaks = sentences.speaks(state.evidence.value, limit(part))
    sentence = sentences.of_verdict(name, WORDS[verdict], got, why, now, speaks)
    return Ruling(name=name, verdict=verdict, sentence=sentence, evidence=state.evidence.value, part=part)


def _found(rules: RequestShare, state: ShareState, weight: float) -> tuple[Verdict, str]:
    if state.breached:
        return Verdict.BREACH, f"less than {rules.tolerated * 100:.0f} % of that is load that it sheds"

    if state.passed:
        return Verdict.PASS, "shown to serve more than half of that"

    return (Verdict.INCONCLUSIVE, "not enough to tell") if 0 < weight < 1 else (Verdict.PASS, "")


def _unseen(name: str, *, part: float, weight: float) -> Ruling:
    if 0 < weight < 1:
        verdict, why = Verdict.INCONCLUSIVE, "nothing was counted yet while a weight was confirmed all the time"
    else:
        verdict, why = Verdict.PASS, NOTHING_TO_MISS

    return Ruling(name=name, verdict=verdict, sentence=sentences.of_verdict(name, WORDS[verdict], why), part=part)
