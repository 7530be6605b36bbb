"""Which Releases are compared with the day before: those in their watch, and those promoted in the last day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.reconcile.advice.test_collected import KEY, look, world_with
from tidegate.api import Afterwards, DataPlane
from tidegate.api.objectives import Objective
from tidegate.api.promotion import Promotion
from tidegate.decision.progress import AT_REST, Outcome, Phase, Rollout
from tidegate.decision.reasons import Reason
from tidegate.decision.route import Route
from tidegate.judge.day_before import stake_left
from tidegate.metrics.samples import Side
from tidegate.reconcile.advice.collected import advice_of
from tidegate.reconcile.day_before.period import days_of, period_of
from tidegate.reconcile.day_before.track import Days, InTheWatch
from tidegate.reconcile.judging.counting import milliseconds
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.tracks import tracks_of
from tidegate.reconcile.seen.seen import Seen

NOW = datetime(2026, 11, 27, 14, 45, tzinfo=UTC)
OBJECTIVES = (
    {"name": "errors", "errorRatio": {"max": "1%"}},
    {"name": "latency", "latency": {}},
    {"name": "slow", "slowRequests": {"over": "500ms", "max": "5%"}},
)


async def seen_with(*, weight: int = 100, live: int = 100, spec: dict[str, Any] | None = None, **progress: Any) -> Seen:
    """The stored rollout at a weight, judged by what Traefik counts; or with another progress."""
    found = look(await world_with(crashes=0))
    objectives = tuple(Objective.model_validate(each) for each in OBJECTIVES)
    declared = found.wanted.pinned.spec.model_copy(
        update={"objectives": objectives, "data_plane": DataPlane.TRAEFIK, **(spec or {})}
    )
    last = {"step": found.snapshot.plan.last} if weight == 100 else {}
    now = replace(found.snapshot.progress, **{"desired_weight": weight, **last, **progress})
    return replace(
        found,
        wanted=replace(found.wanted, pinned=replace(found.wanted.pinned, spec=declared)),
        snapshot=replace(found.snapshot, now=NOW, progress=now, route=Route(weight=live)),
    )


def rollout(revision: str, *, outcome: Outcome = Outcome.PROMOTED, ended: timedelta = timedelta(hours=1)) -> Rollout:
    return Rollout(
        revision=revision,
        outcome=outcome,
        reason=Reason.PROMOTED,
        sentence="",
        started_at=NOW - ended - timedelta(minutes=30),
        ended_at=NOW - ended,
    )


def at_rest(*history: Rollout, stable: str = "new") -> dict[str, Any]:
    """A Release that was promoted, and has nothing under way."""
    return {**AT_REST, "phase": Phase.PROMOTED, "stable": stable, "history": history}


async def test_a_candidate_that_has_all_at_an_earlier_step_while_stable_has_no_pods_is_compared_again_later() -> None:
    settled = datetime(2026, 11, 27, 13, 45, tzinfo=UTC)

    early = period_of(await seen_with(step=0, settled_at=settled))
    last = period_of(await seen_with(settled_at=settled))

    assert early is not None
    assert last is not None
    assert (early.start, last.start) == (None, settled)


async def test_in_the_watch_errors_and_slow_requests_are_compared_on_what_is_left_of_their_stake() -> None:
    seen = await seen_with(weighted_at=datetime(2026, 11, 27, 13, 40, tzinfo=UTC))
    tracks = tracks_of(seen)
    period = period_of(seen)
    assert period is not None

    days = days_of(seen, period, tracks)

    assert days is not None
    assert list(days.by_name) == ["errors", "slow"]
    test, beside = days.by_name["errors"].test, tracks.by_name["errors"]
    assert isinstance(test, InTheWatch)
    assert isinstance(beside.tally, BadRequests)
    # It settled a little less than half an hour after the first weight: half of what enters late has entered.
    assert stake_left(30 * 60, 60, 2 / 3) <= test.rules.stake < stake_left(28 * 60, 60, 2 / 3)
    # The comparison with stable enters nothing more from just there on, and latency is compared no more.
    assert {found.full_at for found in tracks.by_name.values()} == {days.by_name["errors"].counting.start}
    assert beside.day is days.by_name["errors"]


async def test_a_disturbance_of_the_last_step_begins_nothing_anew() -> None:
    settled, unsettled = await seen_with(), await seen_with(settled_at=None, live=20)

    first, later = period_of(settled), period_of(unsettled)

    assert first is not None
    assert later is not None
    assert first.identity == later.identity
    assert days_of(unsettled, later, tracks_of(unsettled)) is None


@pytest.mark.parametrize(("weight", "live"), [(50, 50), (100, 50)], ids=["half", "pods share to the end"])
async def test_while_stable_has_traffic_no_day_before_is_asked_for(weight: int, live: int) -> None:
    seen = await seen_with(weight=weight, live=live)

    period = period_of(seen)

    assert period is None or days_of(seen, period, tracks_of(seen)) is None


async def test_the_hour_that_is_learned_from_ends_before_the_rollout_began() -> None:
    seen = await seen_with(**at_rest(rollout("new"), rollout("old", ended=timedelta(days=3))))
    period = period_of(seen)
    assert period is not None

    days = days_of(seen, period, None)

    assert days is not None
    counting = days.by_name["errors"].counting
    assert milliseconds(period.began) - 60_000 < counting.hour[1] <= milliseconds(period.began)
    assert counting.start >= milliseconds(NOW - timedelta(hours=1))
    assert (counting.cell, days.until) == (timedelta(minutes=1), milliseconds(NOW + timedelta(hours=23)))
    assert {side.side for side in counting.sides} == set(Side)


@pytest.mark.parametrize(
    ("progress", "spec"),
    [
        pytest.param(at_rest(rollout("new")), {}, id="the first revision"),
        pytest.param(at_rest(rollout("new", ended=timedelta(days=1)), rollout("old")), {}, id="a day later"),
        pytest.param(
            at_rest(rollout("bad", outcome=Outcome.ROLLED_BACK), rollout("new")), {}, id="what was rolled back"
        ),
        pytest.param(at_rest(rollout("new"), rollout("old"), stable="other"), {}, id="another serves"),
        pytest.param(
            at_rest(rollout("new"), rollout("old")),
            {"promotion": Promotion(afterwards=Afterwards.NOTHING)},
            id="switched off",
        ),
        pytest.param(at_rest(rollout("new"), rollout("old")), {"objectives": ()}, id="nothing is judged"),
    ],
)
async def test_a_release_at_rest_costs_nothing_unless_it_was_promoted_in_the_last_day(
    progress: dict[str, Any], spec: dict[str, Any]
) -> None:
    assert period_of(await seen_with(spec=spec, **progress)) is None


async def test_a_warning_stays_while_all_is_counted_again_and_goes_with_the_day() -> None:
    world = await world_with(crashes=0)
    line = {"topic": "WorseThanYesterday", "subject": "errors", "sentence": "as told", "since": "2026-11-27T14:10:00Z"}
    before, progress = {"advice": [line]}, look(world).snapshot.progress
    lately = replace(progress, **at_rest(replace(rollout("new"), ended_at=world.now() - timedelta(hours=1))))
    long_ago = replace(progress, **at_rest(replace(rollout("new"), ended_at=world.now() - timedelta(hours=25))))

    assert advice_of(KEY, before, lately, world) == [line]
    assert advice_of(KEY, before, long_ago, world) == []

    world.memory(KEY).days = Days(("after",), None, {})
    assert advice_of(KEY, before, lately, world) == []
