"""All tables of a run in their order, each where what it tells of was run."""

from collections.abc import Callable
from typing import Any

from . import by_counter, table

Found = dict[str, Any]
# What of a run a table needs, its heading, and the table.
TABLES: tuple[tuple[tuple[str, ...], str, Callable[[Found], str]], ...] = (
    (("nulls", "stress", "faults", "latency"), "", table.figures),
    (
        ("nulls",),
        "False alarms, no difference (60 min, a look every 15 s)",
        lambda found: table.false_alarms(found["nulls"]),
    ),
    (("stress",), "False alarms under stress", lambda found: table.false_alarms(found["stress"])),
    (
        ("thin",),
        "False alarms where nothing is known of bursts (and by φ = 3 alone)",
        lambda found: table.thin_alarms(found["thin"]),
    ),
    (
        ("lasting",),
        "False alarms where a burst outlasts a block",
        lambda found: table.lasting_alarms(found["lasting"]),
    ),
    (
        ("phases",),
        "False alarms, pods scraped apart (and uncapped)",
        lambda found: table.apart_alarms(found["phases"]["nulls"]),
    ),
    (
        ("phases",),
        "Faults, pods scraped apart: median delay in blocks",
        lambda found: table.apart_faults(found["phases"]["faults"]),
    ),
    (
        ("slow phases",),
        "Latency, pods scraped apart: false alarms (and uncapped)",
        lambda found: table.apart_alarms(found["slow phases"]["nulls"]),
    ),
    (
        ("slow phases",),
        "Latency, pods scraped apart: median delay in blocks",
        lambda found: table.apart_faults(found["slow phases"]["faults"]),
    ),
    (
        ("little",),
        "A little worse than tolerated: median delay in seconds (shown within the hour)",
        lambda found: table.a_little_worse(found["little"]),
    ),
    (
        ("thin",),
        "Faults where nothing is known of bursts: median delay (and by φ = 3 alone)",
        lambda found: table.thin_faults(found["thin"]),
    ),
    (
        ("faults",),
        "Faults: median delay in seconds (found within the hour)",
        lambda found: table.faults(found["faults"]),
    ),
    (("counters", "faults"), "As shipped, by who counts", by_counter.reached),
    (
        ("counters",),
        "False alarms where pods differ, by who counts",
        lambda found: by_counter.false_alarms(found["counters"]),
    ),
    (
        ("faults", "nulls"),
        "Delay against false alarms: seconds (found within the hour), false alarms",
        table.against,
    ),
    (
        ("latency",),
        "Latency: p99 grows by half, median delay in seconds",
        lambda found: table.latency(found["latency"]),
    ),
    (("passes",), "Pass: less than twice stable's share", lambda found: table.passing(found["passes"])),
    (
        ("shedding",),
        "Shedding: four tenths of its requests served, median delay in seconds",
        lambda found: table.shed(found["shedding"]),
    ),
    (
        ("day before",),
        "Against the day before: false alarms, a look every minute",
        lambda found: table.days_alike(found["day before"]["nulls"]),
    ),
    (
        ("day before",),
        "Against the day before: median delay in seconds",
        lambda found: table.days_unlike(found["day before"]["faults"]),
    ),
    (("replays",), "Recorded traffic", lambda found: table.replayed(found["replays"])),
    (("gauges",), "Gauges: NAB, standard profile", lambda found: table.scored(found["gauges"])),
    (("costs",), "Cost", lambda found: table.rows(("what", "figure"), found["costs"].items())),
)


def report(found: Found) -> str:
    """All tables that can be made of it."""
    return "\n\n".join(
        (f"## {heading}\n\n" if heading else "") + made(found)
        for needs, heading, made in TABLES
        if all(need in found for need in needs)
    )
