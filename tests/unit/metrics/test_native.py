"""Native histograms: what is up to a boundary is known exactly, or not at all."""

from collections.abc import Iterable
from itertools import pairwise
from math import inf, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.metrics.native import LONGEST, MOST_BOUNDARIES, SHORTEST, boundaries_of, doublings, each_of, while_known
from tidegate.metrics.samples import Buckets, Counter, Series, Side, buckets

# Schema 3: eight buckets for each doubling.
FINE = [2.0 ** (place / 8) for place in range(-80, 48)]
# A bucket begins where the one before ends, to the last bit: Prometheus takes both from one table.
LOWER = dict(zip(FINE, [2.0 ** (-81 / 8), *FINE], strict=False))


def sample(at: int, *found: tuple[float, float, int]) -> Buckets:
    return buckets(at, str(sum(count for *_, count in found)), [(0, str(a), str(b), str(n)) for a, b, n in found])


def series(*samples: Buckets) -> Series:
    counter = Counter(side=Side.STABLE, pod="gateway", part="native", labels=(("code", "200"),))
    return Series(counter, (), samples)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 9)), min_size=1, max_size=20),
    st.integers(0, 127),
    st.booleans(),
)
def test_the_requests_up_to_a_boundary_are_those_of_the_buckets_up_to_it(
    found: list[tuple[int, int]], place: int, between: bool
) -> None:
    held = {FINE[at]: count for at, count in found if count}
    taken = sample(1, *((LOWER[upper], upper, count) for upper, count in held.items()))
    boundary = FINE[place] * (1.01 if between else 1.0)
    over = any(LOWER[upper] < boundary < upper for upper in held)

    known = taken.up_to(boundary)

    assert known == (None if over else sum(count for upper, count in held.items() if upper <= boundary))


def test_requests_too_quick_to_have_a_bucket_are_up_to_every_boundary() -> None:
    assert sample(1, (-0.001, 0.001, 5), (1.0, 2.0, 3)).up_to(1.0) == 5


def test_the_boundaries_are_those_that_no_bucket_ever_reaches_over() -> None:
    found = series(sample(1, (0.0, 0.1, 3), (0.1, 0.5, 2)), sample(2, (0.0, 0.1, 3), (0.25, 0.5, 2), (5.0, inf, 1)))

    assert boundaries_of([found]) == (0.1, 0.5, 5.0), "0.25 is within a bucket of the first"


def test_of_many_boundaries_those_are_kept_that_coarser_schemas_have_too() -> None:
    found = series(sample(1, *((lower, upper, 1) for lower, upper in pairwise(FINE))))

    kept = boundaries_of([found])

    assert kept == tuple(FINE[::2])
    assert len(kept) == MOST_BOUNDARIES


def test_there_are_never_more_boundaries_than_may_be() -> None:
    ends = [float(place) for place in range(1, 500)]
    found = series(sample(1, *((lower, upper, 1) for lower, upper in pairwise(ends))))

    assert 0 < len(boundaries_of([found])) <= MOST_BOUNDARIES


@pytest.mark.parametrize("second", [1.0, 1000.0])
def test_where_nothing_is_known_the_boundaries_are_those_of_any_exponential_schema(second: float) -> None:
    found = doublings(second)

    assert found[0] / second == pytest.approx(SHORTEST, rel=0.5)
    assert found[-1] / second == pytest.approx(LONGEST, rel=0.5)
    assert all(log2(each).is_integer() for each in found)


def test_each_boundary_is_counted_at_the_times_at_which_it_is_known() -> None:
    found = series(sample(1, (0.0, 0.1, 3), (0.5, 1.0, 1)), sample(2, (0.0, 0.1, 4), (0.1, 0.5, 2), (0.5, 1.0, 1)))

    assert counts(each_of(found, (0.3, 0.5), total="all")) == {"all": [4, 7], "0.3": [3], "0.5": [3, 6]}


def test_a_histogram_has_no_use_from_the_time_on_at_which_a_boundary_is_not_known() -> None:
    known, over, again = (sample(at, (0.0, 0.1 * at, 3)) for at in (1, 4, 2))
    found = series(known, over, again)

    assert while_known(found, (0.3,)).native == (known,)
    assert while_known(found, (0.5,)) == found


def counts(found: Iterable[Series]) -> dict[str, list[float]]:
    return {each.counter.part: [taken.value for taken in each.samples] for each in found}
