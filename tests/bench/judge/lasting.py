"""False alarms where a burst outlasts a block: a broken session, a storm of retries."""

from collections.abc import Iterator

import numpy as np

from .bounds import Counted
from .nulls import Rows
from .rollouts import SHIPPED, breaches
from .traffic import BLOCK, LOOKS, PODS, Hour, Look, Traffic, unknown
from .vector import Array, Spreads, over_time

TRAFFIC = Traffic(rps=100, weight=0.1, share=0.005)
SIZES, LENGTHS = (9, 18), (1, 4, 8)
CHUNK = 250


def lasting(seed: int, runs: int) -> Rows:
    """Bursts of so many bad requests, each in a block of its own among so many, told by one gateway pod or by ten."""
    found = []
    for size in SIZES:
        for length in LENGTHS:
            rng = np.random.default_rng([seed, 9, size, length])
            one, ten = (alarmed(rng, size, length, runs=runs, pods=pods) for pods in (1, PODS))
            found.append({"size": size, "length": length, "one": one, "ten": ten})

    return found


def alarmed(rng: np.random.Generator, size: int, length: int, *, runs: int, pods: int) -> dict[str, float]:
    """Rollouts that are rolled back without a difference."""
    count = 0
    for start in range(0, runs, CHUNK):
        shape = (min(CHUNK, runs - start), LOOKS)
        before = hour(rng, size, length, shape=shape, pods=pods)
        when, _ = breaches(looks(rng, size, length, shape), SHIPPED, before, before.margin(TRAFFIC))
        count += int((when > 0).sum())

    return Counted(count, runs).as_json()


def hour(rng: np.random.Generator, size: int, length: int, *, shape: tuple[int, int], pods: int) -> Hour:
    """The hour before each rollout, counted by so many pods."""
    requests, bad = (
        np.stack(part, axis=2)
        for part in zip(*(side(rng, TRAFFIC.rps / pods, size, length, shape) for _ in range(pods)), strict=True)
    )
    if pods == 1:
        dispersion = over_time(requests[:, :, 0], bad[:, :, 0])
        return Hour(dispersion, unknown(shape[0]).sigma, unknown(shape[0]).thin)

    spreads = Spreads(requests, bad)
    return Hour(spreads.dispersion, spreads.sigma, spreads.thin)


def looks(rng: np.random.Generator, size: int, length: int, shape: tuple[int, int]) -> Iterator[Look]:
    """Each look of the rollouts, alike on both sides."""
    mine = side(rng, TRAFFIC.rps * TRAFFIC.weight, size, length, shape)
    others = side(rng, TRAFFIC.rps * (1 - TRAFFIC.weight), size, length, shape)
    for look in range(shape[1]):
        yield mine[0][:, look], mine[1][:, look], others[0][:, look], others[1][:, look]


def side(rng: np.random.Generator, rps: float, size: int, length: int, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Requests and bad ones by rollout and block. What a burst has left at the end is not counted."""
    expected = BLOCK * rps
    starts = rng.poisson(expected * TRAFFIC.share / size, shape)
    parts = rng.multinomial(starts * size, [1 / length] * length)
    bad = np.zeros(shape)
    for later in range(length):
        bad[:, later:] += parts[:, : shape[1] - later, later]

    return bad + rng.poisson(expected * (1 - TRAFFIC.share), shape), bad
