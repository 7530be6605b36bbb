"""Which pods carry the excess."""

from tidegate.judge.counts import Counts, PodCounts
from tidegate.judge.pods import Excess, excess

STABLE = Counts(10_000, 100)


def pods(*counts: tuple[int, int]) -> list[PodCounts]:
    return [PodCounts(f"shop-{place}", Counts(*each)) for place, each in enumerate(counts)]


def test_a_release_that_is_bad_is_bad_on_all_of_its_pods() -> None:
    found = excess(pods((500, 30), (500, 25)), STABLE)

    assert found == Excess(pods=2, carrying=2, worst="shop-0", part=25 / 45, alone=False)


def test_a_pod_that_carries_nearly_all_stands_alone() -> None:
    found = excess(pods((500, 40), (500, 5), (500, 6)), STABLE)

    assert found is not None
    assert (found.worst, found.alone) == ("shop-0", True)


def test_three_bad_requests_on_one_of_two_pods_are_no_sign() -> None:
    found = excess(pods((50, 3), (50, 0)), STABLE)

    assert found is not None
    assert not found.alone


def test_a_single_pod_is_never_singled_out() -> None:
    found = excess(pods((500, 400)), STABLE)

    assert found is not None
    assert not found.alone


def test_without_pods_or_without_excess_there_is_nothing_to_tell() -> None:
    assert excess([], STABLE) is None
    assert excess(pods((500, 5), (500, 0)), STABLE) is None
