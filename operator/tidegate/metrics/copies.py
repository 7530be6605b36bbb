"""Targets that several jobs scrape: all of them tell the same counters, and one of them counts.

Two jobs scrape one target where they name the same instance, and a series of the one is a series of the other in all
that both say of it. Then nothing of the other counts: its series with errors may be there before those of the first.
"""

from collections.abc import Collection, Iterable, Mapping

Labels = Mapping[str, str]
# Who scraped: a job of one of several servers.
SCRAPE = ("job", "prometheus_replica")
# What else a scrape says of where it found the target, unless the target itself says so.
FOUND_BY = frozenset({*SCRAPE, "endpoint", "service", "container"})
# An instance, and who scraped it.
Scraped = tuple[str, tuple[str, ...]]


def scraped(labels: Labels) -> Scraped:
    """Which target a series is of, and who scraped it; the target is empty where that is not said."""
    return labels.get("instance") or labels.get("pod", ""), tuple(labels.get(label, "") for label in SCRAPE)


def copies(series: Iterable[Labels], own: Collection[str]) -> frozenset[Scraped]:
    """What is left out, so that each target counts once: of several jobs the first by name counts, whoever asks when.

    `own`: labels that the target itself gives.
    """
    found: dict[str, dict[tuple[str, ...], list[Labels]]] = {}
    for labels in series:
        target, scrape = scraped(labels)
        if target:
            found.setdefault(target, {}).setdefault(scrape, []).append(labels)

    return frozenset(
        (target, scrape)
        for target, scrapes in found.items()
        if len(scrapes) > 1
        for scrape in _others(scrapes, FOUND_BY.difference(own))
    )


def _others(scrapes: Mapping[tuple[str, ...], list[Labels]], passed_over: Collection[str]) -> list[tuple[str, ...]]:
    kept: list[tuple[str, ...]] = []
    others: list[tuple[str, ...]] = []
    for scrape in sorted(scrapes):
        alike = any(_share(scrapes[scrape], scrapes[each], passed_over) for each in kept)
        (others if alike else kept).append(scrape)

    return others


def _share(some: list[Labels], others: list[Labels], passed_over: Collection[str]) -> bool:
    """True where a series is in both, by the labels that both have."""
    both = set().union(*some) & set().union(*others)
    names = sorted(both.difference(passed_over))
    return not _by(some, names).isdisjoint(_by(others, names))


def _by(series: list[Labels], names: list[str]) -> set[tuple[str, ...]]:
    return {tuple(labels.get(name, "") for name in names) for labels in series}
