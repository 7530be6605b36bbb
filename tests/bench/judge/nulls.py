"""False alarms: rollouts of an hour without a difference, looked at every 15 seconds."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from . import peers
from .bounds import Counted
from .rollouts import SHIPPED, breaches
from .traffic import LOOKS, Hour, Look, Traffic, hour, looks
from .vector import Array

# Kayenta's test is slow: the peers judge the first of the same rollouts.
PEERS = 400
WEIGHTS = (0.05, 0.1, 0.5)
SHARES = (0.001, 0.0025, 0.005, 0.01)
RATES = (10, 100, 1000)
PLAIN = [(share, rps) for share in SHARES for rps in RATES]
OUTAGE = np.where((np.arange(LOOKS) >= 80) & (np.arange(LOOKS) < 92), 0.05, 0.005)
DRIFT = np.linspace(0.0025, 0.01, LOOKS)
BROKEN = np.full(LOOKS, 0.03)
Rows = list[dict[str, Any]]


def plain(seed: int, runs: int, share: float, rps: int) -> Rows:
    """Independent requests at three weights: the 36 settings."""
    rng = np.random.default_rng([seed, 1, int(share * 1e5), rps])
    before = hour(rng, Traffic(rps=rps, weight=0.1, share=share), runs)
    return [
        row(rng, f"{share:.2%} errors, {rps} rps", Traffic(rps=rps, weight=weight, share=share), before)
        for weight in WEIGHTS
    ]


def stress() -> dict[tuple[str, float, float], Traffic]:
    """Nulls that break what a comparison takes for granted, one by one and together."""
    usual = Traffic(rps=100, weight=0.1, share=0.005)
    found: dict[tuple[str, float, float], Traffic] = {}
    for name, course in (("shared outage", OUTAGE), ("drift", DRIFT), ("both over the bound for the hour", BROKEN)):
        for rps, weight in ((10, 0.5), (100, 0.1), (100, 0.5), (1000, 0.05)):
            found[name, rps, weight] = replace(usual, rps=rps, weight=weight, course=course)
    for burst, (rps, weight) in product((2, 5, 9.5), ((10, 0.1), (100, 0.1), (1000, 0.5))):
        found[f"bursts to φ = {2 * burst - 1:.0f}", rps, weight] = replace(usual, rps=rps, weight=weight, burst=burst)
    for sigma, (rps, weight, pods) in product((0.1, 0.25, 0.5), ((100, 0.1, 1), (1000, 0.1, 2), (1000, 0.5, 10))):
        name = f"pods differ by σ = {sigma}, {pods} new"
        found[name, rps, weight] = replace(usual, rps=rps, weight=weight, sigma=sigma, candidate_pods=pods)
    for burst, sigma in ((5, 0.25), (9.5, 0.5)):
        for rps, weight, pods in ((10, 0.1, 1), (100, 0.1, 1), (1000, 0.1, 2), (1000, 0.5, 10)):
            both = replace(usual, rps=rps, weight=weight, burst=burst, sigma=sigma, candidate_pods=pods)
            found[f"φ = {2 * burst - 1:.0f} and σ = {sigma}, {pods} new", rps, weight] = both

    return found


def stressed(seed: int, runs: int, place: int) -> Rows:
    """One of the stress nulls, by its place."""
    (name, *_), traffic = list(stress().items())[place]
    rng = np.random.default_rng([seed, 2, place])
    return [row(rng, name, traffic, hour(rng, replace(traffic, course=None), runs))]


def row(rng: np.random.Generator, name: str, traffic: Traffic, before: Hour) -> dict[str, Any]:
    """The judge and its peers on the same rollouts."""
    kept: list[Look] = []
    seen = recorded(looks(rng, traffic, len(before.sigma)), kept)
    when, _ = breaches(seen, SHIPPED, before, before.margin(traffic))
    counts = [peers.minutes(np.stack(part, axis=1)) for part in zip(*kept, strict=True)]
    rules = peers.rules(traffic.share, 2 * traffic.share)
    others = {name: Counted(int((rule(*counts) > 0).sum()), PEERS).as_json() for name, rule in rules.items()}
    return {
        "null": name,
        "rps": traffic.rps,
        "weight": traffic.weight,
        "tidegate": Counted(int((when > 0).sum()), len(when)).as_json(),
        "φ": float(np.median(before.dispersion)),
        "margin": float(np.median(before.margin(traffic))),
        "peers": others,
    }


def recorded(rollouts: Iterator[Look], kept: list[Look]) -> Iterator[Look]:
    """The same looks, with the first rollouts of each kept."""
    for look in rollouts:
        first: tuple[Array, ...] = tuple(part[:PEERS] for part in look)
        kept.append((first[0], first[1], first[2], first[3]))
        yield look
