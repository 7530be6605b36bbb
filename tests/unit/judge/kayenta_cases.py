"""Kayenta's own test cases, and five of its users' threads, with the answer that is right for Tidegate.

Kayenta compares two lists of numbers. Tidegate has no such comparison: a request and its outcome are counted, and a
plain gauge is held against the bound that its objective declares. So each case is told as one of these, or as both:

- `GaugeCase`: the candidate's values in their order, the bound that says what the case's thresholds mean, and the
  verdict after the last value, or Breach as soon as there is one. High and Low are Breach. Critical or not is a
  matter of `mode`: Advise never acts. The increase or decrease that Kayenta allows is the bound, times stable's mean.
- `CountCase`: blocks of requests and errors of both sides.

Case 13, and the numbers in 9, 14 and 15, are of what only Kayenta has: nothing of Tidegate's answers to them, and
docs/judge.md ("Measured") says which they are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from random import Random
from statistics import fmean

from tidegate.judge.verdict import Bound, Verdict

SEED = 20261127
NAN = math.nan
EACH = 1000  # requests in a block
Values = Sequence[float]


class Right(Enum):
    """The right answer to counts. No breach: Pass or Inconclusive, as the evidence goes."""

    BREACH = "Breach"
    NO_BREACH = "no Breach"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeCase:
    """A gauge of the candidate's against a bound; no value is an answer without data."""

    claim: str
    values: Values
    bound: Bound
    right: Verdict
    consecutive: int = 2


@dataclass(frozen=True, slots=True)
class Counts:
    """One block of one side."""

    requests: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCase:
    """Blocks of both sides; `margin` is how much greater the candidate's share may be, `phi` the known dispersion."""

    claim: str
    candidate: Sequence[Counts]
    stable: Sequence[Counts]
    right: Right
    margin: float = 1.25
    phi: float = 1.0


def normal(mean: float, deviation: float, seed: int, points: int = 30) -> list[float]:
    chance = Random(seed)
    return [chance.gauss(mean, deviation) for _ in range(points)]


def most(value: float) -> Bound:
    return Bound(greatest=Decimal(repr(value)))


def least(value: float) -> Bound:
    return Bound(least=Decimal(repr(value)))


def either(low: float, high: float) -> Bound:
    return Bound(greatest=Decimal(repr(high)), least=Decimal(repr(low)))


def of_requests(errors: Values, requests: int = EACH) -> list[Counts]:
    return [Counts(requests, round(value)) for value in errors]


# Three deviations from stable's mean, where a case declares no threshold.
USUAL = either(4.0, 16.0)
HIGH, LOW, CALM = normal(20, 2, SEED), normal(10, 2, SEED + 1), normal(10, 2, SEED + 2)
SIX, SIX_STABLE = (20, 22, 21, 25, 30), (1, 2.2, 1.1, 2.5, 3)
SEVEN, SEVEN_STABLE = (10, 12.2, 10.1, 12.5, 23), (20, 22, 21, 25, 30)
EIGHT, EIGHT_STABLE = (2, 2, 2, 2, 3), (10, 20.2, 10.1, 20.5, 30)
TWELVE = (54.9, 54.5, 55.1, 55.6, 57.4)
SMALL = (0.017, 0.05, 0.02, 0.03, 0.041, 0.018, 0.025, 0.033, 0.047, 0.022)
FAILING = (100,) * 7 + (1,) * 3
RESTLESS = (1, 100, 4, 101, 5, 102, 6, 103, 7, 104, 8, 105, 9, 106, 17)
QUIET = (10, 10, 10, 10, 10, 10, 11, 17, 17, 17, 17, 17, 17, 18, 18)

GAUGES = (
    GaugeCase(claim="1 no difference", values=LOW, bound=USUAL, right=Verdict.PASS),
    GaugeCase(claim="2 twice as high", values=HIGH, bound=USUAL, right=Verdict.BREACH),
    GaugeCase(claim="3 half as high", values=LOW, bound=either(14.0, 26.0), right=Verdict.BREACH),
    GaugeCase(claim="4 half as high where only more is bad", values=LOW, bound=most(26.0), right=Verdict.PASS),
    GaugeCase(claim="4 twice as high where only less is bad", values=HIGH, bound=least(4.0), right=Verdict.PASS),
    GaugeCase(claim="4 twice as high where more is bad", values=HIGH, bound=most(16.0), right=Verdict.BREACH),
    GaugeCase(claim="4 half as high where less is bad", values=LOW, bound=least(14.0), right=Verdict.BREACH),
    GaugeCase(claim="6 12 times, 1.2 allowed", values=SIX, bound=most(1.2 * fmean(SIX_STABLE)), right=Verdict.BREACH),
    GaugeCase(claim="6 12 times, 5 allowed", values=SIX, bound=most(5 * fmean(SIX_STABLE)), right=Verdict.BREACH),
    # Its last value alone is out of bounds: one more would breach.
    GaugeCase(
        claim="6 12 times, 13 allowed", values=SIX, bound=most(13 * fmean(SIX_STABLE)), right=Verdict.INCONCLUSIVE
    ),
    GaugeCase(
        claim="6 12 times, 15 is critical", values=SIX, bound=most(15 * fmean(SIX_STABLE)), right=Verdict.INCONCLUSIVE
    ),
    GaugeCase(claim="7 half allowed", values=SEVEN, bound=least(0.5 * fmean(SEVEN_STABLE)), right=Verdict.PASS),
    GaugeCase(claim="8 a tenth", values=EIGHT, bound=least(0.8 * fmean(EIGHT_STABLE)), right=Verdict.BREACH),
    GaugeCase(claim="9 shifted down", values=LOW, bound=least(14.0), right=Verdict.BREACH),
    GaugeCase(claim="10 ties", values=(1, 1, 1), bound=most(1.25), right=Verdict.PASS),
    GaugeCase(claim="10 the same values in another order", values=(1, 2, 3, 4, 5), bound=most(5.0), right=Verdict.PASS),
    GaugeCase(claim="10 one low value", values=(0, 1, 1, 1, 1), bound=least(0.75), right=Verdict.PASS),
    GaugeCase(claim="10 one high value", values=(1, 1, 1, 1, 10), bound=most(1.25), right=Verdict.INCONCLUSIVE),
    GaugeCase(claim="10 all high", values=(10,) * 5, bound=most(1.25), right=Verdict.BREACH),
    GaugeCase(claim="10 all high over zero", values=(10,) * 5, bound=most(0.0), right=Verdict.BREACH),
    GaugeCase(claim="11 no values, critical or not", values=(), bound=most(1.25), right=Verdict.NO_DATA),
    # Kayenta may be told to read a missing value as 0, and passes.
    GaugeCase(claim="11 no number is not 0", values=(NAN, NAN), bound=most(1.25), right=Verdict.NO_DATA),
    GaugeCase(claim="12 something over zero", values=TWELVE, bound=most(0.0), right=Verdict.BREACH),
    GaugeCase(claim="12 zero where there was something", values=(0,) * 5, bound=least(44.0), right=Verdict.BREACH),
    GaugeCase(claim="12 little over zero", values=SMALL, bound=most(0.01), right=Verdict.BREACH),
    GaugeCase(claim="12 zeros", values=(0,) * 5, bound=most(0.0), right=Verdict.PASS),
    GaugeCase(claim="14 no number, then numbers", values=(0, 1, NAN, 1, 0), bound=most(1.0), right=Verdict.PASS),
    GaugeCase(claim="14 no number is not low", values=(10.1, NAN, NAN, 40.4), bound=least(5.0), right=Verdict.PASS),
    # Kayenta drops it as an outlier before it looks.
    GaugeCase(claim="14 a lasting outlier", values=(21, 23, 24, 25, 50, 50), bound=most(30.0), right=Verdict.BREACH),
    GaugeCase(claim="thread 6278: seven of ten bad", values=FAILING, bound=most(2.0), right=Verdict.BREACH),
    GaugeCase(claim="thread 780: no two in a row", values=RESTLESS, bound=most(25.0), right=Verdict.PASS),
    GaugeCase(claim="thread 780: each counts", values=RESTLESS, bound=most(25.0), consecutive=1, right=Verdict.BREACH),
)


def bursts(share: float, points: int = 210) -> list[Counts]:
    """Ten errors together, in a share of the blocks."""
    every = round(1 / share)
    return of_requests([10.0 if place % every == 0 else 0.0 for place in range(points)])


def percent(values: Values) -> list[Counts]:
    return of_requests([10 * value for value in values])


ZEROS = of_requests((0,) * 6)
AT_TEN_PERCENT = of_requests((0, 1, 2, 1, 0, 0), 100)

COUNTS = (
    CountCase(claim="1 no difference", candidate=of_requests(LOW), stable=of_requests(CALM), right=Right.NO_BREACH),
    CountCase(claim="2 twice the errors", candidate=of_requests(HIGH), stable=of_requests(CALM), right=Right.BREACH),
    CountCase(claim="3 half the errors", candidate=of_requests(LOW), stable=of_requests(HIGH), right=Right.NO_BREACH),
    CountCase(
        claim="5 bursts five times as often", candidate=bursts(0.25), stable=bursts(0.05), right=Right.BREACH, phi=10
    ),
    CountCase(
        claim="5 bursts five times as often, which is allowed",
        candidate=bursts(0.25),
        stable=bursts(0.05),
        right=Right.NO_BREACH,
        margin=5.0,
        phi=10,
    ),
    CountCase(claim="6 12 times", candidate=of_requests(SIX), stable=of_requests(SIX_STABLE), right=Right.BREACH),
    CountCase(
        claim="6 12 times, 13 allowed",
        candidate=of_requests(SIX),
        stable=of_requests(SIX_STABLE),
        right=Right.NO_BREACH,
        margin=13.0,
    ),
    CountCase(claim="8 a tenth", candidate=of_requests(EIGHT), stable=of_requests(EIGHT_STABLE), right=Right.NO_BREACH),
    CountCase(
        claim="9 .005 against .001", candidate=of_requests((5,) * 60), stable=of_requests((1,) * 60), right=Right.BREACH
    ),
    CountCase(
        claim="9 sparse on both sides",
        candidate=bursts(0.05, 60),
        stable=bursts(0.05, 60),
        right=Right.NO_BREACH,
        phi=10,
    ),
    CountCase(
        claim="10 one bad block of five is no trend",
        candidate=of_requests((1, 1, 1, 1, 10)),
        stable=of_requests((1,) * 5),
        right=Right.NO_BREACH,
    ),
    CountCase(claim="10 all high", candidate=of_requests((10,) * 5), stable=of_requests((1,) * 5), right=Right.BREACH),
    CountCase(
        claim="10 all high over zero",
        candidate=of_requests((10,) * 5),
        stable=of_requests((0,) * 5),
        right=Right.BREACH,
    ),
    CountCase(claim="12 half fail over zero", candidate=percent(TWELVE), stable=percent((0,) * 5), right=Right.BREACH),
    CountCase(
        claim="12 few per cent over zero",
        candidate=percent([100 * value for value in SMALL]),
        stable=percent((0,) * 10),
        right=Right.BREACH,
    ),
    CountCase(claim="12 zeros", candidate=ZEROS, stable=ZEROS, right=Right.NO_BREACH),
    CountCase(
        claim="thread 6278: seven of ten bad",
        candidate=of_requests(FAILING),
        stable=of_requests((1,) * 10),
        right=Right.BREACH,
    ),
    # Four errors among as many requests as stable's, which has none, may be chance; among a tenth of them they are not.
    CountCase(
        claim="thread 426: four errors against none, half the traffic",
        candidate=of_requests((0, 1, 2, 1, 0, 0)),
        stable=ZEROS,
        right=Right.NO_BREACH,
    ),
    CountCase(
        claim="thread 426: four errors against none, a tenth of the traffic",
        candidate=AT_TEN_PERCENT,
        stable=of_requests((0,) * 6, 900),
        right=Right.BREACH,
    ),
    CountCase(
        claim="thread 780: restless and worse",
        candidate=of_requests(RESTLESS),
        stable=of_requests(QUIET),
        right=Right.BREACH,
        phi=3,
    ),
    CountCase(
        claim="thread 780: restless, and no worse",
        candidate=of_requests((0, 28) * 8),
        stable=of_requests((14,) * 16),
        right=Right.NO_BREACH,
        phi=3,
    ),
    CountCase(
        claim="thread 799: stable has no error series",
        candidate=of_requests((20,) * 5),
        stable=of_requests((0,) * 5),
        right=Right.BREACH,
    ),
    CountCase(
        claim="thread 420: three rare errors stay three",
        candidate=of_requests([1 if place in {30, 60, 90} else 0 for place in range(121)]),
        stable=of_requests((0,) * 121),
        right=Right.NO_BREACH,
    ),
)

# Case 15: what a rollout's objectives come to together, by Kayenta's letters: P, H, L, N.
TOGETHER = (
    ("P", Verdict.PASS),
    ("H", Verdict.BREACH),
    ("N", Verdict.NO_DATA),
    # Kayenta's score is 100.
    ("PPN", Verdict.NO_DATA),
    ("PH", Verdict.BREACH),
    ("PHL", Verdict.BREACH),
    ("PPH", Verdict.BREACH),
    ("PHN", Verdict.BREACH),
    ("PL", Verdict.BREACH),
    ("HLPH", Verdict.BREACH),
)
