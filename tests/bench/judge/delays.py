"""How soon a bad release is found, how many requests it serves until then, and what the best peer takes."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from tidegate.judge.plan import Expected, Fault, plan_seconds

from . import peers
from .bounds import Counted
from .nulls import RATES, WEIGHTS, Rows
from .rollouts import COMPARISON_ONLY, SHIPPED, breaches
from .traffic import BLOCK, LOOKS, Traffic, hour, looks
from .vector import Array

FAULTS = ((0.001, 5.0), (0.01, 2.0), (0.01, 5.0))
CELLS = list(product(FAULTS, RATES))
LATE = 80
PEERS = 1000
# A peer counts where it finds nine of ten and is wrong in one of twenty at most.
FEWEST_FOUND, MOST_FALSE = 0.9, 0.05


def cells(seed: int, runs: int, fault: tuple[float, float], rps: int) -> Rows:
    """One fault at one rate and three weights."""
    share, ratio = fault
    rng = np.random.default_rng([seed, 3, int(share * 1e5), int(ratio), rps])
    before = hour(rng, Traffic(rps=rps, weight=0.1, share=share), runs)
    rows = []
    for weight in WEIGHTS:
        traffic = Traffic(rps=rps, weight=weight, share=share, ratio=ratio)
        margin = before.margin(traffic)
        found = {"fault": f"{share:.1%} → {share * ratio:.1%}", "ratio": ratio, "rps": rps, "weight": weight}
        for name, rules in (("shipped", SHIPPED), ("comparison", COMPARISON_ONLY)):
            when, served = breaches(looks(rng, traffic, runs), rules, before, margin)
            found[name] = {**delay(when, BLOCK), "requests": float(np.median(served))}
        late, _ = breaches(looks(rng, replace(traffic, onset=LATE), runs), SHIPPED, before, margin)
        found["late"] = delay(np.where(late > LATE, late - LATE, 0), BLOCK)
        found["plan"] = plan_seconds(Expected(rps=rps, share=share), weight, Fault(worse=ratio))
        rows.append(found | {"peers": rivals(rng, traffic)})

    return rows


def delay(when: Array | peers.Minutes, seconds: int) -> dict[str, Any]:
    """The median delay in seconds, infinite where fewer than half are found, and how many are."""
    found = Counted(int((when > 0).sum()), len(when))
    return {"delay": float(np.median(np.where(when > 0, when * seconds, np.inf))), "found": found.share}


def rivals(rng: np.random.Generator, traffic: Traffic) -> dict[str, Any]:
    """Each peer's false alarms and delay, and an oracle's best."""
    null, bad = minutes(rng, replace(traffic, ratio=1.0)), minutes(rng, traffic)
    share, bad_share = traffic.share, traffic.share * traffic.ratio
    found = {name: rival(rule, null, bad) for name, rule in peers.rules(share, bad_share).items()}
    oracles = [rival(rule, null, bad) for rule in peers.oracles(share, bad_share)]
    return found | {"best of an oracle's rules": {"delay": best(oracles)}}


def rival(rule: peers.Rule, null: list[Array], bad: list[Array]) -> dict[str, Any]:
    """One rule on rollouts with and without the fault."""
    return {"false": float((rule(*null) > 0).mean()), **delay(rule(*bad), 60)}


def best(rivals: list[dict[str, Any]]) -> float:
    """The shortest delay of those that count; infinite where none does."""
    counts = [each for each in rivals if each["false"] <= MOST_FALSE and each["found"] >= FEWEST_FOUND]
    return min((each["delay"] for each in counts), default=np.inf)


def best_peer(row: dict[str, Any]) -> float:
    """The shortest delay of the peers in a cell, the oracle that knows the rates apart."""
    return best([each for each in row["peers"].values() if "false" in each])


def minutes(rng: np.random.Generator, traffic: Traffic) -> list[Array]:
    """Rollouts by the minute."""
    kept = list(looks(rng, traffic, PEERS))
    return [peers.minutes(np.stack(part, axis=1)) for part in zip(*kept, strict=True)]


def shorter(rows: Rows, name: str) -> dict[str, Any]:
    """The geometric mean of how many times shorter the delay is than the best peer's, over the cells with one."""
    ratios, lost = [], []
    for row in rows:
        peer, ours = best_peer(row), row[name]["delay"]
        if peer < np.inf and ours < np.inf:
            ratios.append(peer / ours)
        elif peer < np.inf:
            lost.append(peer / (LOOKS * BLOCK))

    mean = float(np.exp(np.mean(np.log(ratios))))
    return {
        "times": mean,
        "cells": len(ratios),
        "least": min(ratios),
        "greatest": max(ratios),
        "times with cells not found in the hour counted as an hour": float(np.exp(np.mean(np.log(ratios + lost)))),
        "not found in the hour where a peer finds it": len(lost),
    }
