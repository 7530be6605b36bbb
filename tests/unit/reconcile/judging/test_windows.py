"""A store before a pair of servers: whichever of them it chooses for a window, what is counted goes on.

Thanos leaves out one server's samples as long as the other has some, and the first sample of a window decides whose.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.reconcile.judging.test_track import CANDIDATE, CELL, STABLE, START, bad, track
from tidegate.api.objectives import MetricSourceRef
from tidegate.clients import Ask, Reply
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import read
from tidegate.reconcile.day_before.rounds import window_of
from tidegate.reconcile.day_before.track import WINDOW
from tidegate.reconcile.judging.arrivals import AGAIN, SOON, Arrivals
from tidegate.reconcile.judging.ask_raw import ask_raw
from tidegate.reconcile.judging.rounds import last_end
from tidegate.reconcile.judging.track import Track
from tidegate.reconcile.judging.windows import GRID, LONGEST_WINDOW, window_after
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.telemetry import Telemetry

SECOND = 1000
SOURCE = Source(where="here", translator=Prometheus(address="http://here"), seconds=5)
PLACE = (MetricSourceRef(name="default"), "")
# For one side and one status: how many a second, and since how many seconds after the first weight.
SERVED = {("web-stable", "200"): (100, -3600), ("web-candidate", "200"): (8, 0), ("web-candidate", "500"): (2, 600)}


class Pair:
    """Two servers that scrape alike often, each at its own second; answers are of what is stored `now`."""

    def __init__(self, every: int, phases: tuple[int, int]) -> None:
        self.every, self.phases, self.now = every * SECOND, phases, START

    async def send(self, ask: Ask) -> Reply:
        form = {name: values[0] for name, values in parse_qs(ask.body.decode()).items()}
        found = re.search(r"\[(?:(\d+)m)?(?:(\d+)s)?\]$", form["query"])
        assert found is not None
        minutes, seconds = (int(each or 0) for each in found.groups())
        until = round(float(form["time"]) * SECOND)
        since = until - (60 * minutes + seconds) * SECOND
        times = kept(*(self.scraped(phase, since, until) for phase in self.phases))
        result = [
            {
                "metric": {"service": f"shop-{name}-80@kubernetes", "code": code, "job": "traefik", "instance": "one"},
                "values": [[at / SECOND, str(counted(at, *SERVED[name, code]))] for at in times],
            }
            for name, code in SERVED
        ]
        body = {"status": "success", "data": {"resultType": "matrix", "result": result}}
        return Reply(200, json.dumps(body).encode(), "application/json")

    def scraped(self, phase: int, since: int, until: int) -> list[int]:
        first = (since - phase * SECOND) // self.every + 1
        times = range(first * self.every + phase * SECOND, min(until, self.now) + 1, self.every)
        return list(times)


def counted(at: int, rate: int, since: int) -> int:
    return max(0, (at - START) // SECOND - since) * rate


def kept(one: list[int], other: list[int]) -> list[int]:
    """The times of one server's samples; of the other's only where that one has none for twice as long as before."""
    return list(_kept([one, other]))


def _kept(pair: list[list[int]]) -> Iterator[int]:
    last, penalty = -1, [0, 0]
    while True:
        left = [next((at for at in times if at > last + wait), None) for times, wait in zip(pair, penalty, strict=True)]
        there = [(at, place) for place, at in enumerate(left) if at is not None]
        if not there:
            return

        at, place = min(there)
        penalty = [0, 0]
        penalty[1 - place] = 5 * SECOND if last < 0 else 2 * (at - last)
        last = at
        yield at


async def followed(pair: Pair, *, minutes: int) -> tuple[Track, int]:
    """Counted as time goes by, and how often from the begin."""
    channel, arrivals, found, begins = Channel(pair, Telemetry()), Arrivals(), learnt(), 1
    for tick in range(1, minutes * 4 + 1):
        pair.now = START + tick * 15 * SECOND + 2 * SECOND
        until, _ = last_end(pair.now / SECOND, CELL, arrivals.wait(PLACE))
        await bring(found, channel, until, arrivals.wait(PLACE))
        if found.late is not None and arrivals.waits_for(PLACE, found.late):
            found, begins = learnt(), begins + 1

    return found, begins


async def bring(found: Track, channel: Channel, until: int, wait: timedelta = SOON) -> None:
    """Bring a track up to a time, window by window."""
    shape, sides = found.counting.shape, (CANDIDATE, STABLE)
    while found.taken < until:
        since, end = window_after(found.taken, until)
        answer = await ask_raw(channel, SOURCE, shape, sides, since=since, until=end)
        assert isinstance(answer, list)
        found.take((each for mine in read(shape, sides, answer).values() for each in mine), until=end, wait=wait)


def learnt() -> Track:
    found = track()
    found.learn([])
    return found


SECONDS = st.integers(0, 59)


@pytest.mark.parametrize("every", [15, 20, 30, 60])
@given(one=SECONDS, other=SECONDS)
@example(one=3, other=18)
@example(one=3, other=15)
@example(one=0, other=42)
@example(one=35, other=49)
async def test_what_a_store_answers_from_one_of_two_servers_is_counted_once_and_nothing_of_it_seems_late(
    every: int, one: int, other: int
) -> None:
    pair = Pair(every, (one % every, other % every))

    live, begins = await followed(pair, minutes=16)
    again = learnt()
    await bring(again, Channel(pair, Telemetry()), live.taken)

    assert (begins, live.silent(None)) == (1, False)
    assert bad(live).breached, "a fault of the candidate's that begins ten minutes after its first weight"
    assert bad(live).state == bad(again).state


@given(st.integers(0, 10**6), st.integers(1, 10**4))
def test_every_window_begins_at_a_minute_and_leaves_nothing_out(cell: int, cells: int) -> None:
    taken, until = cell * 5 * SECOND, (cell + cells) * 5 * SECOND

    (since, end), (today, today_end) = window_after(taken, until), window_of(taken, until)

    assert (since % GRID, today % GRID) == (0, 0)
    assert since <= taken - AGAIN < since + GRID
    assert today <= taken < today + GRID
    assert (taken < end <= taken + LONGEST_WINDOW, taken < today_end <= taken + WINDOW) == (True, True)
