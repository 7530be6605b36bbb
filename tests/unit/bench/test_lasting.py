"""Bursts that outlast a block: what is counted of them in each."""

import numpy as np
import pytest

from tests.bench.judge.lasting import TRAFFIC, alarmed, side
from tests.bench.judge.traffic import BLOCK, LOOKS

SHAPE = (50, LOOKS)


@pytest.mark.parametrize("length", [1, 4, 8])
def test_a_burst_of_any_length_has_as_many_bad_requests(length: int) -> None:
    requests, bad = side(np.random.default_rng(1), TRAFFIC.rps, 18, length, SHAPE)

    expected = BLOCK * TRAFFIC.rps * TRAFFIC.share
    assert bad[:, 8:].mean() == pytest.approx(expected, rel=0.05)
    assert requests.mean() == pytest.approx(BLOCK * TRAFFIC.rps, rel=0.05)
    assert (bad <= requests).all()


def test_the_longer_it_is_the_fewer_of_them_are_in_one_block() -> None:
    short, long = (side(np.random.default_rng(1), 1.0, 18, length, SHAPE)[1] for length in (1, 8))

    assert short[short > 0].mean() >= 18
    assert long[long > 0].mean() < 9


def test_one_gateway_pod_does_not_tell_long_bursts_and_ten_pods_do() -> None:
    one, ten = (alarmed(np.random.default_rng(1), 18, 8, runs=100, pods=pods)["share"] for pods in (1, 10))

    assert one > 0.01 >= ten
