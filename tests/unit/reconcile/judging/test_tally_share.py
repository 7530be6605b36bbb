"""The share of the requests: held against a weight that was seen confirmed, and against no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tidegate.api import DataPlane
from tidegate.decision.plan import Plan
from tidegate.decision.progress import Progress
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Snapshot
from tidegate.judge.share import RequestShare
from tidegate.judge.verdict import Verdict
from tidegate.metrics.backend import Backend
from tidegate.metrics.increments import CountedBlock, PodCounts
from tidegate.metrics.raw_counts import REQUESTS, Shape
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.judging.counting import Counting, milliseconds
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.tally import Promise
from tidegate.reconcile.judging.tally_share import Share
from tidegate.reconcile.judging.track import Track
from tidegate.reconcile.judging.tracks import promised

CELL = 15_000
WANTED = Wanted(part=0.2, bound=None, every=4, weight=20)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
START = milliseconds(NOW)
CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)


def block(place: int, mine: int, others: int = 800) -> CountedBlock:
    pods = (
        PodCounts(side=Side.STABLE, pod="gateway", parts={REQUESTS: others}),
        PodCounts(side=Side.CANDIDATE, pod="gateway", parts={REQUESTS: mine}),
    )
    return CountedBlock(since=place * 15_000, until=(place + 1) * 15_000, pods=pods)


def judged(mine: int, promise: Promise | None, blocks: int = 8) -> Share:
    tally = Share(RequestShare(every=4), WANTED, CELL)
    for place in range(blocks):
        tally.judge(block(place, mine), promise)

    return tally


def test_a_candidate_that_serves_a_quarter_of_what_was_promised_is_found() -> None:
    tally = judged(50, Promise(0.2, -CELL))

    ruling = tally.rule("share", 0.2)

    assert (ruling.verdict, tally.breached) == (Verdict.BREACH, True)
    assert "share: breach. the candidate served 50 of 170 requests that its weight promised" in ruling.sentence
    assert tally.value == pytest.approx(400 / 1360)


def test_a_candidate_that_serves_its_share_passes() -> None:
    assert judged(200, Promise(0.2, -CELL)).rule("share", 0.2).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "promise",
    [None, Promise(0.2, 120_000), Promise(0.2, 105_000), Promise(0.2, 90_001)],
    ids=["none", "later", "as the last block began", "after its first samples may have been scraped"],
)
def test_a_block_whose_samples_may_be_from_before_the_weight_was_seen_confirmed_is_left_out(
    promise: Promise | None,
) -> None:
    ruling = judged(0, promise).rule("share", 0.2)

    assert (ruling.verdict, ruling.evidence) == (Verdict.INCONCLUSIVE, 0.0)
    assert "while a weight was confirmed all the time" in ruling.sentence


def test_a_block_that_began_with_a_rarer_scrape_is_held_against_a_weight_of_before_that() -> None:
    tally = Share(RequestShare(every=4), WANTED, CELL)
    rare = replace(block(4, 50), oldest=20_000)

    assert [tally.judge(rare, Promise(0.2, at)).requests for at in (20_001, 20_000)] == [0, 50]


@pytest.mark.parametrize("weight", [0.0, 0.2, 1.0])
def test_a_step_is_left_by_no_block_that_is_left_out(weight: float) -> None:
    tally = Share(RequestShare(every=4), WANTED, CELL)

    seen = [tally.judge(block(place, 50), Promise(weight, 1)).requests for place in range(4)]

    assert seen == [0, 0, 50, 50]


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_where_all_requests_are_one_sides_there_is_nothing_to_miss(weight: float) -> None:
    assert judged(0, Promise(weight, -CELL)).rule("share", weight).verdict is Verdict.PASS


def test_at_full_weight_the_verdict_stays_whatever_was_promised_before() -> None:
    tally = judged(200, Promise(0.2, -CELL))
    state = tally.state

    seen = [tally.judge(block(place, 20, 0), Promise(0.2, -CELL), full=True).requests for place in range(8, 16)]

    assert (tally.state, tally.breached, seen) == (state, False, [20] * 8)


ROUTE = Route(weight=20)
LOOK = Snapshot(
    now=NOW,
    target="b",
    replicas=4,
    plan=Plan(steps=()),
    progress=Progress(stable="a", candidate="b", desired_weight=20, settled_at=NOW - timedelta(seconds=9)),
    route=ROUTE,
)


def test_a_promise_counts_from_when_the_weight_was_first_seen_so_and_ends_when_it_is_not() -> None:
    found = track()
    for weight, at in ((0.2, 1000), (0.2, 2000)):
        found.promise(weight, at)
    assert found.promised == Promise(0.2, 1000)

    found.promise(0.5, 3000)
    assert found.promised == Promise(0.5, 3000)

    found.promise(None, 4000)
    found.promise(0.5, 5000)
    assert found.promised == Promise(0.5, 5000)


def test_after_a_restart_nothing_is_held_against_a_weight_that_nobody_saw() -> None:
    live, again = track(), track()
    live.promise(0.2, START)
    samples = series(Side.STABLE, 800), series(Side.CANDIDATE, 10)
    for cell in range(1, 9):
        live.take(samples, until=START + cell * 15_000)
    again.take(samples, until=START + 8 * 15_000)
    assert (live.tally.breached, again.tally.breached) == (True, False)

    again.promise(0.2, START + 8 * 15_000)
    later = series(Side.STABLE, 800, 18), series(Side.CANDIDATE, 10, 18)
    again.take(later, until=START + 16 * 15_000)

    assert again.tally.breached
    assert isinstance(again.tally, Share)
    assert again.tally.state.got == 70, "of seven cells of sixteen: the eighth may hold what was before"


def track() -> Track:
    counting = Counting(
        shape=Shape(DataPlane.TRAEFIK),
        candidate=CANDIDATE,
        stable=STABLE,
        before=STABLE,
        weighted_at=NOW,
        cell=timedelta(seconds=15),
    )
    return Track(counting=counting, tally=Share(RequestShare(every=4), WANTED, CELL))


def series(side: Side, rate: int, cells: int = 10) -> Series:
    """A gateway's counter, scraped a second before the end of each cell."""
    taken = (Sample(START + cell * 15_000 - 1000, float(rate * (cell + 9))) for cell in range(-7, cells))
    return Series(Counter(side=side, pod="gateway", part=REQUESTS), tuple(taken))


def test_a_settled_weight_that_all_routes_confirm_is_a_promise() -> None:
    assert promised(LOOK) == 0.2


@pytest.mark.parametrize(
    "look",
    [
        replace(LOOK, progress=replace(LOOK.progress, settled_at=None)),
        replace(LOOK, route=replace(ROUTE, confirmed=False)),
        replace(LOOK, route=replace(ROUTE, weight=10)),
        replace(LOOK, route=replace(ROUTE, least=10)),
        replace(LOOK, route=replace(ROUTE, planned=False)),
        replace(LOOK, route=None),
    ],
    ids=["not settled", "not confirmed", "moved by hand", "not on all routes", "not as planned", "no route"],
)
def test_a_weight_that_moves_or_is_not_sure_promises_nothing(look: Snapshot) -> None:
    assert promised(look) is None
