"""Two days side by side: whose counts they are, whichever revision served, and on which clock."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tidegate.api import DataPlane
from tidegate.metrics.backend import Backend
from tidegate.metrics.day_before import DAY_LENGTH, all_sides, paired
from tidegate.metrics.increments import Grid, Increments
from tidegate.metrics.raw_counts import REQUESTS, RawSeries, Shape, questions, read
from tidegate.metrics.samples import Counter, Sample, Series, Side

CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
GATEWAYS = (DataPlane.TRAEFIK, DataPlane.LINKERD, DataPlane.CONTOUR, DataPlane.INGRESS_NGINX)
START = 1_000 * 15_000


@pytest.mark.parametrize("plane", GATEWAYS, ids=lambda plane: plane.value)
def test_a_gateway_counts_all_by_two_services_whichever_revision_serves(plane: DataPlane) -> None:
    shape = Shape(plane)

    sides = all_sides(shape, CANDIDATE, STABLE)

    assert len(sides) == 2
    assert sides == all_sides(shape, replace(CANDIDATE, revision="z" * 10), replace(STABLE, revision="b" * 10))
    asked = " ".join(questions(shape, sides, timedelta(minutes=1)))
    assert not re.search("bcdfghjklm|nnnnnkkkkk", asked)


@pytest.mark.parametrize(
    ("plane", "labels", "mine"),
    [
        (DataPlane.ISTIO, {"destination_workload": "web-zzzzz22222"}, True),
        (DataPlane.ISTIO, {"destination_workload": "web-frontend"}, False),
        (DataPlane.ISTIO, {"destination_workload": "web-api-zzzzz22222"}, False),
        (DataPlane.APPLICATION, {"pod": "web-zzzzz22222-x2v9z"}, True),
        (DataPlane.APPLICATION, {"pod": "web-api-zzzzz22222-x2v9z"}, False),
        (DataPlane.APPLICATION, {"pod": "web-0"}, False),
    ],
)
def test_where_revisions_are_named_any_of_the_releases_own_counts(
    plane: DataPlane, labels: dict[str, str], *, mine: bool
) -> None:
    shape = Shape(plane)
    status = {shape.counts.statuses[0].label: "200"}
    where = {"namespace": "shop", "destination_workload_namespace": "shop"}
    sides = all_sides(shape, CANDIDATE, STABLE)

    found = read(shape, sides, [RawSeries({**where, **status, **labels}, (Sample(0, 1.0),))])

    assert len(sides) == 1
    assert bool(found) is mine


def test_the_pods_of_a_release_with_a_long_name_are_cut_as_kubernetes_cuts_them() -> None:
    name = "n" * 52
    candidate, stable = (replace(side, release=name) for side in (CANDIDATE, STABLE))
    shape = Shape(DataPlane.APPLICATION)
    labels = {"namespace": "shop", "pod": f"{stable.pod_prefix}x2v9z", "code": "200"}

    found = read(shape, all_sides(shape, candidate, stable), [RawSeries(labels, (Sample(0, 1.0),))])

    assert found


def series(rose: int, *, days_ago: int = 0, cells: int = 4, side: Side = Side.STABLE) -> Series:
    """A gateway's counter, scraped a second before the end of each cell."""
    counter = Counter(side=side, pod="gateway", part=REQUESTS)
    times = (START + cell * 15_000 - 1000 - days_ago * DAY_LENGTH for cell in range(cells + 1))
    return Series(counter, tuple(Sample(at, 100.0 + place * rose) for place, at in enumerate(times)))


def test_blocks_are_of_the_same_time_of_both_days() -> None:
    increments = Increments(Grid(start=START, warm_up=None))

    blocks = increments.take(paired([series(5)], [series(7, days_ago=1)]), until=START + 60_000)

    counts = [[block.count(side, part=REQUESTS, of=REQUESTS)[0] for side in Side] for block in blocks]
    # Today's first increment is across the start: it may be from before.
    assert counts == [[7, 0], [7, 5], [7, 5], [7, 5]]


def test_a_time_that_one_day_does_not_know_makes_no_block() -> None:
    """The same gateway serves on both days, and was not there yesterday: its scrape of today is none of yesterday's."""
    increments = Increments(Grid(start=START, warm_up=None))

    blocks = increments.take(paired([series(5)], [series(7, days_ago=1, cells=1)]), until=START + 60_000)

    assert [block.until for block in blocks] == [START + 15_000]
    assert not Increments(Grid(start=START, warm_up=None)).take(paired([series(5)], []), until=START + 60_000)
