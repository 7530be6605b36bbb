"""What was read is found again as a range selector would give it, for about an hour, and no more than that."""

import itertools
from dataclasses import replace
from datetime import timedelta

from tests.unit.metrics.pages import BOTH, BUCKETS, ERRORS, LATENCY, SLOW, STABLE, counter, sifting, taken
from tidegate.metrics.answer import Unusable
from tidegate.metrics.increments import CountedBlock, Grid, Increments
from tidegate.metrics.raw_counts import REQUESTS, RawSeries, read
from tidegate.metrics.ring import COARSE, FINE, KEPT, Ring
from tidegate.metrics.samples import Sample, Side

SECOND = 1000


def filled(values: dict[int, float], *, every: int = 5 * SECOND) -> Ring:
    """Both sides with the same counts; a place is so many intervals after 0."""
    ring, known = Ring(), sifting()
    for place, value in values.items():
        text = counter("stable", value) + counter("candidate", value)
        assert ring.add(place * every, taken(text, found=known)) is None

    return ring


def samples(ring: Ring, *, since: int, until: int) -> tuple[Sample, ...]:
    (found,) = ring.raw(ERRORS, (STABLE,), since=since, until=until)
    return found.samples


def test_a_window_is_open_at_its_begin_and_closed_at_its_end() -> None:
    ring = filled({place: place for place in range(1, 7)})

    assert samples(ring, since=10 * SECOND, until=20 * SECOND) == (Sample(15_000, 3.0), Sample(20_000, 4.0))
    assert ring.raw(ERRORS, (STABLE,), since=31 * SECOND, until=60 * SECOND) == []


def test_the_last_minutes_are_kept_whole_and_the_hour_before_by_quarters_of_a_minute() -> None:
    last = 2 * KEPT // 5000
    ring = filled({place: place for place in range(1, last + 1)})
    end = last * 5000

    kept = samples(ring, since=0, until=end)
    times = [sample.at for sample in kept]

    assert [at for at in times if at > end - FINE] == list(range(end - FINE + 5000, end + 1, 5000))
    older = [at for at in times if at < end - FINE]
    assert {after - before for before, after in itertools.pairwise(older)} == {COARSE}
    assert times[0] >= end - KEPT
    assert times == sorted(set(times))
    assert len(kept) <= KEPT // COARSE + FINE // 5000 + 2


def test_a_window_across_both_has_every_sample_once() -> None:
    ring = filled({place: place for place in range(1, 201)})

    whole = samples(ring, since=0, until=1_000_000)
    halves = samples(ring, since=0, until=700_001), samples(ring, since=700_001, until=1_000_000)

    assert halves[0] + halves[1] == whole


def test_of_a_histogram_only_the_bucket_that_is_asked_is_given() -> None:
    ring, service = Ring(), 'service="shop-web-stable-80@x"'
    text = "".join(f'{BUCKETS}{{le="{le}",{service}}} 1\n' for le in ("0.1", "0.3", "1.2", "+Inf"))
    ring.add(SECOND, taken(text))

    found = ring.raw(SLOW, BOTH, since=0, until=2 * SECOND)

    assert sorted(series.labels["le"] for series in found) == ["+Inf", "0.3"]
    assert ring.raw(ERRORS, BOTH, since=0, until=2 * SECOND) == []


def test_of_a_histogram_that_is_compared_whole_every_bucket_is_given_beside_the_one_that_is_asked() -> None:
    """Both objectives of a Release read the same series, which are kept once."""
    ring, service = Ring(), 'service="shop-web-stable-80@x"'
    text = "".join(f'{BUCKETS}{{le="{le}",{service}}} 1\n' for le in ("0.1", "0.3", "1.2", "+Inf"))
    ring.add(SECOND, taken(text, found=sifting(SLOW, LATENCY)))

    whole = ring.raw(LATENCY, BOTH, since=0, until=2 * SECOND)

    assert sorted(series.labels["le"] for series in whole) == ["+Inf", "0.1", "0.3", "1.2"]
    parts = [series.counter.part for side in read(LATENCY, BOTH, whole).values() for series in side]
    assert sorted(parts) == ["0.1", "0.3", "1.2", REQUESTS]
    assert len(ring.raw(SLOW, BOTH, since=0, until=2 * SECOND)) == 2
    assert len(ring) == 4


def test_a_revision_that_is_named_alike_is_the_same_side_to_a_gateway() -> None:
    later = replace(STABLE, revision="ccccc")

    assert (
        samples(filled({1: 5}), since=0, until=9 * SECOND)
        == filled({1: 5}).raw(ERRORS, (later,), since=0, until=9 * SECOND)[0].samples
    )


def blocks_of(ring: Ring, until: int) -> list[tuple[int, int]]:
    """Stable's requests and the candidate's, in blocks of five seconds since 10 s; what led up to there is stable's."""
    found: list[RawSeries] = ring.raw(ERRORS, BOTH, since=0, until=until)
    increments = Increments(Grid(start=10 * SECOND, cell=timedelta(seconds=5), warm_up=None))
    series = [each for side in read(ERRORS, BOTH, found).values() for each in side]
    blocks = increments.take(series, until=until)
    return [(requests(block, Side.STABLE), requests(block, Side.CANDIDATE)) for block in blocks]


def requests(block: CountedBlock, side: Side) -> int:
    return block.count(side, part=REQUESTS, of=REQUESTS)[0]


def process(born: float, stable: float, candidate: float) -> str:
    """A page of one of a gateway's processes."""
    return f"process_start_time_seconds {born}\n{counter('stable', stable)}{counter('candidate', candidate)}"


def test_processes_that_answer_in_turn_at_one_address_are_counted_each_for_itself() -> None:
    """As behind a Service: else each change would look like a restart, and all that was ever counted would count."""
    ring, known = Ring(), sifting()
    for place in range(1, 9):
        born, base = (1.0, 1000) if place % 2 else (2.0, 90_000)
        ring.add(place * 2500, taken(process(born, base + 10 * place, base + place), found=known))

    assert blocks_of(ring, until=20 * SECOND) == [(40, 0), (40, 4)]


def test_a_gateway_that_begins_again_loses_a_block_and_invents_none() -> None:
    ring, known = Ring(), sifting()
    for place, born, count in ((1, 1.0, 500), (2, 1.0, 510), (3, 1.0, 520), (4, 9.0, 7), (5, 9.0, 9), (6, 9.0, 12)):
        ring.add(place * 5000 - 1000, taken(process(born, count, count), found=known))

    assert blocks_of(ring, until=30 * SECOND) == [(10, 0), (2, 2), (3, 3)]


def test_what_a_clock_that_was_set_back_has_yet_to_reach_is_forgotten() -> None:
    ring, known = Ring(), sifting()
    for moment, value in ((5, 1), (10, 2), (15, 3), (20, 4), (12, 5), (17, 6)):
        assert ring.add(moment * SECOND, taken(counter("stable", value), found=known)) is None

    assert [(found.at // SECOND, found.value) for found in samples(ring, since=0, until=60 * SECOND)] == [
        (5, 1.0),
        (10, 2.0),
        (12, 5.0),
        (17, 6.0),
    ]


def test_more_series_than_are_kept_are_refused_whole() -> None:
    ring, known = Ring(most=3), sifting()
    assert ring.add(SECOND, taken(counter("stable", 1) + counter("candidate", 1), found=known)) is None

    more = taken(counter("stable", 2) + counter("candidate", 2, "500") + counter("candidate", 2, "502"), found=known)
    refused = ring.add(2 * SECOND, more)

    assert isinstance(refused, Unusable)
    assert "more than 3 series" in refused.why
    assert samples(ring, since=0, until=9 * SECOND) == (Sample(SECOND, 1.0),)


def test_what_is_not_seen_any_more_is_forgotten_after_the_hour() -> None:
    ring = filled({1: 5})

    ring.forget(KEPT)
    assert len(ring) == 2

    ring.forget(KEPT + 5 * SECOND)
    assert len(ring) == 0
    assert ring.raw(ERRORS, BOTH, since=0, until=KEPT) == []
