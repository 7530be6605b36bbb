"""Counted again from what is recorded, in any moment of the last step: the verdicts and the evidence are the same.

The pods count themselves, the candidate is like stable, and at full weight stable answers nothing but probes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from tests.unit.reconcile.day_before.test_period import seen_with
from tests.unit.reconcile.judging.test_tally_latency import ALIKE, USUAL
from tests.unit.reconcile.judging.test_track import CELL, WEIGHTED, at, series, start
from tidegate.api import DataPlane
from tidegate.decision.route import Route
from tidegate.judge.verdict import Verdict
from tidegate.metrics.raw_counts import ERRORS, REQUESTS
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.day_before.period import days_of, period_of
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.tally_latency import Latency
from tidegate.reconcile.judging.track import Tracks
from tidegate.reconcile.judging.tracks import tracks_of
from tidegate.reconcile.seen.seen import Seen

# In cells after the first weight: full weight settles, a pod is lost and comes back.
FULL, LOST, BACK, END = 20, 100, 110, 220
SETTLED = at(FULL)
PROBES = {REQUESTS: 15, "0.1": 15, "0.3": 15, "1.2": 15}
STEPS = range(-9, END + 1)
INTERVAL = {"data_plane": DataPlane.APPLICATION, "interval": CELL}


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the Release from a cell on."""

    cell: int
    seen: Seen


async def look(cell: int, *, live: int = 100, by_pods: bool = False, **progress: Any) -> Look:
    times = {"weighted_at": WEIGHTED, "entered_at": at(18), "full_at": SETTLED, **progress}
    seen = await seen_with(spec=INTERVAL, **times)
    route = Route(weight=live, by_pods=by_pods)
    return Look(cell, replace(seen, snapshot=replace(seen.snapshot, route=route)))


async def looks(*, lost: int = 50, full_at: datetime | None = SETTLED) -> list[Look]:
    """Settled at full weight, unsettled by a lost pod, and settled again."""
    return [
        await look(1, live=50, full_at=None, settled_at=None, desired_weight=50),
        await look(FULL, settled_at=at(FULL), full_at=full_at),
        await look(LOST, live=lost, settled_at=None, full_at=full_at),
        await look(BACK, settled_at=at(BACK), full_at=full_at),
    ]


def followed(told: Sequence[Look], *, until: int) -> Tracks:
    """What one process counts that saw these, one after another."""
    tracks, known = tracks_of(told[0].seen), None
    for found in tracks.by_name.values():
        found.learn([])

    for place, each in enumerate(told):
        period = period_of(each.seen)
        if period is not None and known != period.identity and days_of(each.seen, period, tracks):
            known = period.identity

        later = told[place + 1].cell if place + 1 < len(told) else until
        take(tracks, cells=range(each.cell + 1, min(later, until) + 1))

    return tracks


def again(told: Sequence[Look], *, until: int) -> Tracks:
    """What a process counts that begins then."""
    last = next(each for each in reversed(told) if each.cell <= until)
    tracks = followed([last], until=last.cell)
    take(tracks, cells=[until])
    return tracks


def take(tracks: Tracks, *, cells: Iterable[int]) -> None:
    """Each look asks for what came since the last."""
    for cell in cells:
        tracks.by_name["errors"].take(ANSWERED, until=start(cell))
        tracks.by_name["latency"].take(TIMED, until=start(cell))


def answered() -> list[Series]:
    """Of both half a hundredth is bad; from full weight on stable has nothing but probes, and they succeed."""
    steps = range(END + 2)
    counts: dict[tuple[Side, str], list[float]] = {
        (Side.STABLE, REQUESTS): [5000 * min(step, FULL + 1) + 300 * step for step in steps],
        (Side.STABLE, ERRORS): [25 * min(step, FULL + 1) for step in steps],
        (Side.CANDIDATE, REQUESTS): [5300 * step for step in steps],
        (Side.CANDIDATE, ERRORS): [25 * step for step in steps],
    }
    return [series(side, part, values, pod=side.value) for (side, part), values in counts.items()]


def timed(side: Side, before: dict[str, int], after: dict[str, int]) -> Iterable[Series]:
    """One pod's histogram, of other requests from full weight on."""
    for part, count in before.items():
        grown = ((step, count * min(step + 9, FULL + 9) + after[part] * max(0, step - FULL)) for step in STEPS)
        counter = Counter(side=side, pod=side.value, part=part, labels=(("le", part),), new=False)
        yield Series(counter, tuple(Sample(start(step) - 1000, float(value)) for step, value in grown))


ANSWERED = answered()
TIMED = [*timed(Side.STABLE, USUAL, PROBES), *timed(Side.CANDIDATE, ALIKE, USUAL)]


def evidence(tracks: Tracks) -> tuple[object, ...]:
    """All that the verdicts rest on."""
    errors, latency, day = tracks.by_name["errors"].tally, tracks.by_name["latency"].tally, tracks.by_name["errors"].day
    assert isinstance(errors, BadRequests)
    assert isinstance(latency, Latency)
    beside = (day.counting, day.test) if day else None
    return errors.state, errors.state.as_floats(), latency.state, beside, verdicts(tracks)


def verdicts(tracks: Tracks) -> tuple[Verdict, ...]:
    return tuple(tracks.by_name[name].tally.rule(name, 1.0).verdict for name in ("errors", "latency"))


@pytest.mark.parametrize("until", [FULL + 4, LOST - 1, LOST + 5, BACK + 5, END])
@pytest.mark.parametrize("lost", [50, 100], ids=["lowered", "not lowered yet"])
async def test_a_restart_in_any_moment_gives_the_same_verdicts_and_evidence_to_the_last_bit(
    until: int, lost: int
) -> None:
    told = await looks(lost=lost)

    live, counted = followed(told, until=until), again(told, until=until)

    assert evidence(live) == evidence(counted)
    assert Verdict.BREACH not in verdicts(live)


async def test_stables_probes_would_roll_a_healthy_candidate_back_were_they_compared() -> None:
    """By the status of an older Tidegate, that noted no more than when the step settled last."""
    told = await looks(full_at=None)

    assert Verdict.BREACH not in verdicts(followed(told, until=LOST + 5))
    assert Verdict.BREACH in verdicts(again(told, until=LOST + 5))


async def test_by_the_status_of_an_older_tidegate_a_step_that_nothing_disturbed_is_counted_as_ever() -> None:
    told = (await looks(full_at=None))[:2]

    assert evidence(followed(told, until=END)) == evidence(again(told, until=END))
    assert Verdict.BREACH not in verdicts(again(told, until=END))


@pytest.mark.parametrize("live", [30, 100])
async def test_a_weight_that_a_hand_lowers_moves_nothing_of_what_was_counted(live: int) -> None:
    lowered = await look(LOST, live=live, settled_at=at(FULL), lowered_to=30)
    told = [*(await looks())[:2], lowered]

    assert evidence(followed(told, until=BACK)) == evidence(again(told, until=BACK))


async def test_pods_that_share_the_traffic_are_compared_to_the_end() -> None:
    told = [await look(1, by_pods=True, full_at=None, settled_at=at(FULL))]

    tracks = followed(told, until=END)

    assert all(found.full_at is None and found.day is None for found in tracks.by_name.values())
