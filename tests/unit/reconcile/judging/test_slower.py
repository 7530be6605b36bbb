"""The rules of a comparison of histograms: boundaries and bursts by stable's hour, and what is done without one."""

from dataclasses import replace

import numpy as np
import pytest

from tidegate.api import DataPlane
from tidegate.judge.dispersion import UNKNOWN
from tidegate.judge.histogram import MOST
from tidegate.metrics.raw_counts import REQUESTS, Shape
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.slower import NOTHING_KNOWN, Hour, chosen_of, hour_of, judge_of

WANTED = Wanted(part=0.4, bound=None, every=4, weight=25)
GATEWAY = Shape(DataPlane.TRAEFIK, histogram=True)
PODS = Shape(DataPlane.APPLICATION, histogram=True)
# Of stable's requests so many are over each boundary.
TAILS = {"0.1": 0.7, "0.3": 0.2, "1.2": 0.01, "5.0": 0.0}
KNOWN = frozenset({REQUESTS, *TAILS})


def hour(*targets: float, burst: int = 1, tails: dict[str, float] = TAILS) -> list[Series]:
    """An hour of targets, each with a thousand requests a block and so many times the usual tails, in bursts."""
    random = np.random.RandomState([1])
    return [
        each
        for place, factor in enumerate(targets)
        for each in target(f"pod-{place}", {part: tail * factor for part, tail in tails.items()}, burst, random)
    ]


def target(pod: str, tails: dict[str, float], burst: int, random: np.random.RandomState) -> list[Series]:
    totals = dict.fromkeys([*tails, REQUESTS], 0)
    samples: dict[str, list[Sample]] = {part: [] for part in totals}
    for block in range(200):
        slow = 1000
        for part, tail in tails.items():
            before = slow
            drawn = burst * int((random.random_sample(1000) < tail / burst).sum())
            slow = min(before, drawn)
            totals[part] += 1000 - slow
        totals[REQUESTS] += 1000
        for part, total in totals.items():
            samples[part].append(Sample(block * 15_000, float(total)))

    return [
        Series(Counter(side=Side.STABLE, pod=pod, part=part, labels=(("le", part),)), tuple(found))
        for part, found in samples.items()
    ]


def test_the_boundaries_are_those_that_tell_slow_requests_of_stables_hour() -> None:
    found = hour_of(hour(1.0))

    assert chosen_of(found, KNOWN) == (0.3, 1.2)
    assert chosen_of(found, KNOWN - {"0.3"}) == (1.2,), "of both versions"
    assert chosen_of(found, {REQUESTS, "2.0"}) == ()


def test_a_boundary_that_not_all_of_stables_histograms_have_is_none() -> None:
    other = hour(1.0, tails={"0.1": 0.7, "1.2": 0.01})
    renamed = [replace(each, counter=replace(each.counter, pod="other")) for each in other]

    assert set(hour_of([*hour(1.0), *renamed]).histogram.counts) == {0.1, 1.2, float("inf")}


def test_without_an_hour_all_boundaries_are_compared_alike_and_bursts_taken_as_usual() -> None:
    chosen = chosen_of(hour_of([]), KNOWN)
    judge = judge_of(WANTED, GATEWAY, NOTHING_KNOWN, chosen)

    assert judge.boundaries == (0.1, 0.3, 1.2, 5.0)
    assert judge.comparison.boundary_weights == (0.25,) * 4
    assert judge.comparison.dispersions == (UNKNOWN,) * 4


@pytest.mark.parametrize("count", [MOST - 1, MOST, MOST + 1, 200])
def test_there_are_so_many_boundaries_at_most(count: int) -> None:
    chosen = chosen_of(NOTHING_KNOWN, {REQUESTS, *(repr(float(place)) for place in range(1, count + 1))})

    assert len(set(chosen)) == len(chosen) == min(count, MOST)


def test_boundaries_are_told_in_seconds_whatever_the_histograms_unit_is() -> None:
    judge = judge_of(WANTED, Shape(DataPlane.ISTIO, histogram=True), NOTHING_KNOWN, (100.0, 500.0))

    assert judge.boundaries == (0.1, 0.5)


def test_bursts_make_the_evidence_grow_slower_at_the_boundary_where_they_are() -> None:
    calm, bursting = (judged(hour_of(hour(1.0, burst=burst))) for burst in (1, 5))

    assert calm == pytest.approx((1.0, 1.0), abs=0.2)
    assert bursting[0] > 2
    assert bursting[0] == pytest.approx(5.0 * 0.8, rel=0.4)


def judged(found: Hour) -> tuple[float, ...]:
    return judge_of(WANTED, GATEWAY, found, chosen_of(found, KNOWN)).comparison.dispersions


def test_only_pods_tell_how_unlike_pods_are() -> None:
    unlike = hour_of(hour(0.5, 1.0, 1.5, 2.0))
    chosen = chosen_of(unlike, KNOWN)

    by_pods = judge_of(WANTED, PODS, unlike, chosen).comparison
    assert by_pods.tolerance > 1.5
    assert by_pods.bad_ratio == pytest.approx(max(2.0, 1.3 * by_pods.tolerance))
    assert judge_of(WANTED, GATEWAY, unlike, chosen).comparison.tolerance == 1.25


def test_a_target_that_restarted_and_seems_quicker_than_it_can_be_breaks_nothing() -> None:
    found = hour(1.0)
    torn = [replace(each, samples=each.samples[:100]) if each.counter.part == REQUESTS else each for each in found]

    assert hour_of(torn).histogram.requests == 99_000
