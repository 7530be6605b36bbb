"""Which boundaries histograms share, and what of them is counted."""

from hypothesis import given
from hypothesis import strategies as st

from tidegate.metrics.histograms import first_seen, histograms, only, shared
from tidegate.metrics.samples import Counter, Sample, Series, Side

CELL = 15_000


def histogram(code: str, *parts: str, side: Side = Side.CANDIDATE, at: int = 1000) -> list[Series]:
    """One series for each part, of one pod."""
    return [
        Series(Counter(side=side, pod="gateway", part=part, labels=(("code", code), ("le", part))), (Sample(at, 7.0),))
        for part in parts
    ]


def test_a_histogram_is_all_that_differs_in_nothing_but_its_boundary() -> None:
    found = histograms([*histogram("200", "0.1", "all"), *histogram("500", "all")])

    assert [len(each) for each in found] == [2, 1]


def test_only_boundaries_that_all_have_are_shared_and_one_without_a_total_says_nothing() -> None:
    found = histograms(
        [*histogram("200", "0.1", "0.5", "all"), *histogram("404", "0.5", "all"), *histogram("500", "0.1")]
    )

    assert shared(found, "all") == {"0.5", "all"}
    assert shared([], "all") == frozenset()


def test_of_a_histogram_that_lacks_a_boundary_nothing_is_counted_instead_of_all_as_slow() -> None:
    whole, lacking = histogram("200", "0.1", "0.5", "all"), histogram("500", "0.5", "all")

    assert only([*whole, *lacking], {"0.1", "all"}) == [whole[0], whole[2]]


@given(st.integers(-3 * CELL, 3 * CELL), st.integers(0, 2 * CELL))
def test_what_is_seen_first_is_the_same_cell_by_cell_and_in_one_piece(first: int, later: int) -> None:
    early, late = histogram("200", "all", at=first), histogram("500", "all", at=first + later)
    end = -(-first // CELL) * CELL
    by_cell = [each for each in (*early, *late) if each.samples[0].at <= end]

    assert first_seen([*early, *late], Side.CANDIDATE, start=0, cell=CELL) == by_cell
    assert first_seen(early, Side.STABLE, start=0, cell=CELL) == []
