"""How often a gauge is told of without a fault, and with one: `python -m tests.bench.gauges`, about two minutes."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random

from tidegate.judge.unusual import EVERY, Gauge

RUNS = 200
DAY, HALF_HOUR, HOUR, FOUR_HOURS = 1440, 30, 60, 240
START = datetime(2026, 1, 1, tzinfo=UTC)
Values = Iterator[float]


def independent(chance: Random) -> Values:
    while True:
        yield chance.gauss(100.0, 5.0)


def sticky(chance: Random) -> Values:
    level = 0.0
    while True:
        level = 0.95 * level + chance.gauss(0.0, 1.0)
        yield 100.0 + 3.0 * level


def log_normal(chance: Random) -> Values:
    while True:
        yield math.exp(chance.gauss(4.0, 0.5))


def daily(chance: Random) -> Values:
    place = 0
    while True:
        yield 100.0 + 30.0 * math.sin(2 * math.pi * place / DAY) + chance.gauss(0.0, 5.0)
        place += 1


def walk(chance: Random) -> Values:
    level = 1000.0
    while True:
        level += chance.gauss(0.0, 1.0)
        yield level


KINDS: tuple[Callable[[Random], Values], ...] = (independent, sticky, log_normal, daily, walk)


def told(kind: Callable[[Random], Values], minutes: int, times: float = 1.0) -> float:
    """The share of rollouts in which it is told, where the candidate has so many times the value."""
    rings = 0
    for seed in range(RUNS):
        values = kind(Random(seed))
        gauge = Gauge.learned(islice(values, DAY))
        for minute, value in enumerate(islice(values, minutes)):
            gauge.see("gauge", value * times, START + minute * EVERY)

        rings += gauge.advice is not None

    return rings / RUNS


def main() -> None:
    """One row for each kind of gauge."""
    print(f"{RUNS} rollouts each, after a day of minutes; seeds 0 to {RUNS - 1}")
    columns = {"30 min": (HALF_HOUR, 1.0), "4 h": (FOUR_HOURS, 1.0), "x1.2, 1 h": (HOUR, 1.2), "x1.5, 1 h": (HOUR, 1.5)}
    print(f"{'kind':<14}" + "".join(f"{name:>11}" for name in columns))
    for kind in KINDS:
        shares = (told(kind, minutes, times) for minutes, times in columns.values())
        print(f"{kind.__name__:<14}" + "".join(f"{share:>11.1%}" for share in shares), flush=True)


if __name__ == "__main__":
    main()
