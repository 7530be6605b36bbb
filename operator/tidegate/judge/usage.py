"""Processors and memory of both sides' pods: told where the candidate is held back, or grows, and stable does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.sentences import shortened

from .advice import LONGEST_SENTENCE, Advice, Affected, PodsOf, Topic, on_pods
from .plan import share

# A minute of the scheduler's periods of 100 ms.
LEAST_PERIODS = 600
# A quarter of the periods cut short is felt in latency; less is usual for bursty code.
LEAST_THROTTLED, TIMES_STABLE = 0.25, 2.0
# Of what it has, in an hour: in 24 hours it would be six times as much.
LEAST_GROWTH = 0.2
HOUR = 3600
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One pod lately: periods and throttled ones, bytes, and bytes a second over a time and over its second half.

    `limited`: its processors are; without a limit a container has no periods at all.
    """

    pod: str
    limited: bool = True
    periods: float = 0.0
    throttled: float = 0.0
    memory: float = 0.0
    growth: float = 0.0
    lately: float = 0.0

    @property
    def grows(self) -> bool:
        """True for one that grows by a fifth in an hour, and not only at first, as a cache that fills."""
        return self.memory > 0 and self.hourly >= LEAST_GROWTH and self.lately >= self.growth / 2

    @property
    def hourly(self) -> float:
        """The growth of an hour as a share of what it has."""
        return self.growth * HOUR / self.memory if self.memory else 0.0


def throttling(candidate: Sequence[Use], stable: Sequence[Use], at: datetime) -> Advice | None:
    """A candidate that is throttled in a quarter of its periods, and at least twice as often as stable."""
    mine, others = periods(candidate), periods(stable)
    free = bool(stable) and not any(use.limited for use in stable)
    if mine[1] < LEAST_PERIODS or (others[1] < LEAST_PERIODS and not free):
        return None

    part, usual = mine[0] / mine[1], 0.0 if free else others[0] / others[1]
    if part < LEAST_THROTTLED or part < TIMES_STABLE * usual:
        return None

    said = f"candidate throttled in {mine[0]:,.0f} of {mine[1]:,.0f} periods of its processors ({share(part)})"
    stables = "stable has no limit" if free else f"stable in {others[0]:,.0f} of {others[1]:,.0f} ({share(usual)})"
    pods = [Affected(use.pod, 1, at) for use in candidate if use.throttled >= LEAST_THROTTLED * use.periods > 0]
    return Advice(topic=Topic.THROTTLED, sentence=on_pods(f"{said}, {stables}", pods), since=at)


def periods(uses: Sequence[Use]) -> tuple[float, float]:
    """A side's throttled periods, and all of them."""
    return sum(use.throttled for use in uses), sum(use.periods for use in uses)


def memory_growth(candidate: Sequence[Use], stable: Sequence[Use], at: datetime) -> Advice | None:
    """Memory that grows on at least half of the candidate's pods, and on a greater part of them than of stable's."""
    mine, others = growing(candidate, at), growing(stable, at)
    if not others.total or mine.share < 1 / 2 or mine.share <= others.share:
        return None

    grown = [use for use in candidate if use.grows]
    hourly = sum(use.hourly for use in grown) / len(grown)
    now = sum(use.memory for use in grown) / len(grown) / MEBIBYTE
    said = f"memory of {mine.counted} candidate pods grows by {share(hourly)} an hour (now {now:,.0f} MiB)"
    sentence = on_pods(f"{said}; of {others.counted} of stable's", mine.affected)
    return Advice(topic=Topic.MEMORY_GROWS, sentence=shortened(sentence, LONGEST_SENTENCE), since=at)


def growing(uses: Sequence[Use], at: datetime) -> PodsOf:
    """A side's pods of which memory is told, and those that grow."""
    told = [use for use in uses if use.memory > 0]
    return PodsOf(len(told), [Affected(use.pod, 1, at) for use in told if use.grows])
