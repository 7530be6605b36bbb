"""What it costs to take a source's answers in: processor time from their bytes to counted blocks."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.api import DataPlane
from tidegate.metrics.answer import Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import Shape, read
from tidegate.metrics.samples import Side
from tidegate.reconcile.judging.counting import Counting
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.track import Track
from tidegate.reconcile.judging.windows import window_after

RELEASES, TOGETHER, LOOKS, WARM = 100, 50, 16, 6
CELL = timedelta(seconds=15)
WEIGHTED_AT = datetime(2026, 1, 1, 12, 0, 7, tzinfo=UTC)
SHAPE = Shape(DataPlane.TRAEFIK)
SOURCE = Prometheus(address="http://prometheus.example")
# Of each side, as a gateway counts by status and method.
SERIES = (("200", "GET"), ("200", "POST"), ("404", "GET"), ("500", "GET"), ("503", "POST"))
Pair = tuple[Backend, Backend]


@dataclass(frozen=True, slots=True)
class Judged:
    """One Release: both its sides, and what is counted of it."""

    sides: Pair
    track: Track


def taken_in() -> dict[str, float]:
    """Microseconds a series, of the best look of some, and what that is of a tick of 1,000 Releases in milliseconds."""
    judged = [_release(place) for place in range(RELEASES)]
    until = round(WEIGHTED_AT.timestamp()) // 15 * 15_000
    spent = [_look(judged, until + (look + 1) * 15_000) for look in range(LOOKS)][WARM:]
    series = 2 * len(SERIES)
    each = min(spent) / (RELEASES * series) * 1e6
    return {
        "an answer from its bytes to counted blocks, µs per series": round(each, 1),
        "of it for 1,000 Releases of ten series each, ms per tick": round(each * series, 0),
    }


def _release(place: int) -> Judged:
    name = f"web-{place}"
    candidate = Backend(
        namespace="shop", release=name, revision="bcdfghjklm", service=f"{name}-candidate", port=80, side=Side.CANDIDATE
    )
    stable = replace(candidate, revision="nnnnnkkkkk", service=f"{name}-stable", side=Side.STABLE)
    counting = Counting(
        shape=SHAPE, candidate=candidate, stable=stable, before=stable, weighted_at=WEIGHTED_AT, cell=CELL
    )
    track = Track(counting=counting, tally=BadRequests(SHAPE, Wanted(part=1.0, bound=0.01, every=4, weight=25)))
    track.learn([])
    return Judged((candidate, stable), track)


def _look(judged: Sequence[Judged], until: int) -> float:
    """The seconds of processor time of one look at all of them."""
    groups = [judged[first : first + TOGETHER] for first in range(0, len(judged), TOGETHER)]
    answers = [_answer(group, *window_after(group[0].track.taken, until)) for group in groups]
    began = time.process_time()
    for group, answer in zip(groups, answers, strict=True):
        _take(group, answer, until)

    return time.process_time() - began


def _take(group: Sequence[Judged], answer: bytes, until: int) -> None:
    raw = SOURCE.raw(answer)
    assert not isinstance(raw, Unusable), raw.why
    found = read(SHAPE, tuple(side for each in group for side in each.sides), raw)
    for each in group:
        each.track.take([series for side in each.sides for series in found.get(side, [])], until=until)


def _answer(group: Sequence[Judged], since: int, until: int) -> bytes:
    """A Prometheus' own, with a sample of each series every 15 seconds."""
    times = range(since // 15_000 * 15_000 + 14_000, until + 1, 15_000)
    result: list[dict[str, Any]] = [
        {
            "metric": {
                "__name__": SHAPE.counts.counter,
                "service": f"{side.namespace}-{side.service}-80@kubernetes",
                "code": code,
                "method": method,
                "instance": "gateway:9100",
                "job": "traefik",
            },
            "values": [[at / 1000, str(at // 100 if code == "200" else at // 10_000)] for at in times],
        }
        for each in group
        for side in each.sides
        for code, method in SERIES
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()
