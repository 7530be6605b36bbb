"""The rules of an objective: by what stable did in the hour before, and else as for a history that is too thin."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from math import inf

import numpy as np
import pytest

from tidegate.api import DataPlane
from tidegate.judge.combined import EDGE
from tidegate.judge.counts import Counts
from tidegate.judge.dispersion import UNKNOWN
from tidegate.judge.plan import Expected, plan_seconds
from tidegate.judge.steps import PlannedStep
from tidegate.metrics.history import History
from tidegate.metrics.raw_counts import CLIENT_ERRORS, ERRORS, QUICK, REQUESTS, Shape
from tidegate.reconcile.judging.rules import Wanted, bad_of, learned

WANTED = Wanted(part=0.6, bound=0.01, every=4, weight=25)
GATEWAY, PODS = Shape(DataPlane.TRAEFIK), Shape(DataPlane.APPLICATION)


@cache
def past(*shares: float, burst: int = 1) -> History:
    """An hour of targets, each with a thousand requests a block and its own share of errors, in bursts."""
    drawn = np.random.RandomState([1]).random_sample((240, len(shares), 1000))
    failed = burst * (drawn < np.array(shares)[:, np.newaxis] / burst).sum(axis=2)
    rows = tuple(tuple({REQUESTS: 1000, ERRORS: int(errors)} for errors in block) for block in failed)
    return History(rows, 3600.0)


def test_one_block_is_limited_where_no_page_has_both_sides_and_nowhere_else() -> None:
    pods, gateway = (learned(WANTED, shape, past(0.01, 0.01)) for shape in (PODS, GATEWAY))

    assert {pods.judge.comparison.edge, pods.judge.blame.edge, pods.told.edge} == {EDGE}
    assert {gateway.judge.comparison.edge, gateway.judge.blame.edge, gateway.told.edge} == {inf}


def test_no_step_is_called_long_enough_that_has_not_the_blocks_that_it_takes() -> None:
    pods, gateway = (learned(WANTED, shape, past(0.01, 0.01)) for shape in (PODS, GATEWAY))

    assert (pods.fault.least, gateway.fault.least) == (5 * 15, 0)
    assert plan_seconds(Expected(rps=10_000, share=0.01), 0.5, pods.fault) == 5 * 15


def test_independent_errors_of_like_targets_are_taken_as_they_are() -> None:
    known = learned(WANTED, GATEWAY, past(0.01, 0.01))

    assert known.judge.comparison.dispersion == pytest.approx(1.0, abs=0.05)
    assert known.judge.comparison.tolerance == 1.25


def test_bursts_make_the_evidence_grow_slower() -> None:
    known = learned(WANTED, GATEWAY, past(0.01, 0.01, burst=5))

    assert known.judge.comparison.dispersion == pytest.approx(5.0, rel=0.2)


@pytest.mark.parametrize("found", [History(), past(0.0), past(0.0, 0.0)], ids=["no past", "one target", "no errors"])
def test_too_thin_a_history_is_taken_for_bursts(found: History) -> None:
    compared = learned(WANTED, GATEWAY, found).judge.comparison

    assert (compared.dispersion, compared.thin) == (UNKNOWN, True)


@pytest.mark.parametrize("burst", [1, 5])
def test_one_gateway_pod_tells_bursts_by_its_blocks(burst: int) -> None:
    compared = learned(WANTED, GATEWAY, past(0.01, burst=burst)).judge.comparison

    assert compared.dispersion == pytest.approx(burst, rel=0.3)
    assert compared.thin, "what pods share is not told from bursts"


def test_only_pods_tell_how_unlike_pods_are() -> None:
    unlike = past(0.005, 0.01, 0.015, 0.02)

    assert learned(WANTED, PODS, unlike).judge.comparison.tolerance > 1.5
    assert learned(WANTED, GATEWAY, unlike).judge.comparison.tolerance == 1.25


def test_fewer_candidate_pods_may_look_more_unlike() -> None:
    unlike = past(*(0.005, 0.01, 0.015, 0.02) * 2)
    few, many = (learned(replace(WANTED, weight=weight), PODS, unlike).judge.comparison for weight in (5, 50))

    assert few.tolerance > many.tolerance


def test_a_step_that_says_how_many_pods_it_has_is_taken_at_its_word() -> None:
    """Half of the traffic on one pod: it may by chance be as unlike the others as any single pod is."""
    unlike = past(*(0.005, 0.01, 0.015, 0.02) * 2)
    half = replace(WANTED, weight=50)
    few, many = (learned(wanted, PODS, unlike).judge.comparison for wanted in (replace(half, pods=1), half))

    assert few == learned(replace(WANTED, weight=5), PODS, unlike).judge.comparison
    assert few.tolerance > many.tolerance


def test_what_stable_did_is_known_to_the_sentences() -> None:
    around = learned(WANTED, GATEWAY, past(0.01, 0.01)).around

    assert around.before is not None
    assert around.before.requests == 480_000
    assert around.expected is not None
    assert around.expected.rps == pytest.approx(480_000 / 3600)
    assert learned(WANTED, GATEWAY, History()).around.before is None


def test_steps_that_are_too_short_for_the_traffic_of_the_hour_are_warned_of() -> None:
    steps = (PlannedStep(name="first", weight=0.05, seconds=60), PlannedStep(name="half", weight=0.5, seconds=3600))
    known = learned(replace(WANTED, steps=steps), GATEWAY, past(0.01, 0.01))

    assert known.warning.startswith(
        "too short to show 0.996 % → 1.99 % bad of 133 requests/s: first (5 % for 60 s) needs "
    )
    assert "half (" not in known.warning
    assert learned(replace(WANTED, steps=steps), GATEWAY, History()).warning == ""


def test_where_stables_pods_are_unlike_only_a_greater_fault_can_be_seen() -> None:
    known = learned(WANTED, PODS, past(0.005, 0.01, 0.015, 0.02))

    assert known.fault.worse > known.judge.comparison.tolerance > 1.5
    assert learned(WANTED, GATEWAY, past(0.01, 0.01)).fault.worse == 2.0


def test_slow_requests_are_bad_ones_too() -> None:
    slow = replace(GATEWAY, over=timedelta(milliseconds=500))

    assert bad_of(slow, {REQUESTS: 10, QUICK: 7}) == Counts(10, 3)
    assert bad_of(slow, {REQUESTS: 10, QUICK: 12}) == Counts(10, 0)
    assert bad_of(GATEWAY, {REQUESTS: 10, ERRORS: 12}) == Counts(10, 10)


def test_4xx_are_judged_by_how_they_came_in_the_hour_and_not_by_errors() -> None:
    found = past(0.01, 0.01, burst=5)
    rows = tuple(tuple({**cell, CLIENT_ERRORS: cell[ERRORS], ERRORS: 0} for cell in row) for row in found.rows)

    known = learned(WANTED, GATEWAY, History(rows, found.seconds))

    assert known.told.dispersion == learned(WANTED, GATEWAY, found).judge.comparison.dispersion
    assert (known.judge.comparison.thin, known.told.thin) == (True, False)
