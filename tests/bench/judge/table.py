"""The figures as people read them: each table in Markdown."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from .bounds import Counted
from .delays import best_peer

INCONCLUSIVE_BELOW = 0.9
# The middle of the cells: requests a second, and the candidate's weight.
MIDDLE = (100, 0.1)


def figures(found: dict[str, Any]) -> str:
    """The figures that the issue asks for."""
    worst = [max(upper(row) for row in found[name]) for name in ("nulls", "stress")]
    five = [row for row in found["faults"] if row["ratio"] == 5 and (row["rps"], row["weight"]) == (100, 0.1)]
    tail = next(row for row in found["latency"] if (row["rps"], row["weight"], row["buckets"]) == (100, 0.1, "classic"))
    against = found["delay against the best peer"]
    lines = [
        ("false alarms, 36 nulls: greatest upper bound", "≤ 1 %", f"{worst[0]:.2%}"),
        ("false alarms under stress: greatest upper bound", "≤ 1 %", f"{worst[1]:.2%}"),
        ("delay against the best peer, as shipped", "≥ 5 times shorter", times(against["shipped"])),
        ("delay against the best peer, comparison alone", "3.9", times(against["comparison"])),
        (
            "fivefold fault at 100 rps, 10 %: against five minutes",
            "≥ 10 times shorter",
            ", ".join(f"{row['fault']}: {300 / row['shipped']['delay']:.1f}" for row in five),
        ),
        (
            "requests served at 1 → 5 %, 5–10 % of 10 and 100 rps",
            "≤ 300",
            f"{most_served(found['faults']):.0f} at most",
        ),
        (
            "p99 +50 % at 100 rps, 10 %: tail; shift",
            "≤ 120 s",
            f"{seconds(tail['tail'])} ({seconds(tail['tail beside errors'])} beside errors); {seconds(tail['shift'])}",
        ),
        ("a fault from minute 20 on, against one from the start", "≤ 2 times", late(found["faults"])),
    ]
    return rows(("figure", "aim", "measured"), lines)


def most_served(all_rows: list[dict[str, Any]]) -> float:
    """The requests that a release of 1 → 5 % serves at 5 and 10 % of 10 and 100 requests a second, at the most."""
    few = (row for row in all_rows if row["fault"] == "1.0% → 5.0%" and row["weight"] < 0.5 and row["rps"] < 1000)
    return float(max(row["shipped"]["requests"] for row in few))


def times(against: dict[str, Any]) -> str:
    """The geometric mean, with and without what is not found."""
    censored = against["times with cells not found in the hour counted as an hour"]
    return (
        f"{against['times']:.2f} over {against['cells']} cells ({against['least']:.2f} to {against['greatest']:.0f}); "
        f"{censored:.2f} with the {against['not found in the hour where a peer finds it']} not found counted as an hour"
    )


def late(all_rows: list[dict[str, Any]]) -> str:
    """How much longer a late fault takes, at the least and at the most."""
    ratios = [
        row["late"]["delay"] / row["shipped"]["delay"]
        for row in all_rows
        if row["late"]["delay"] < np.inf and row["shipped"]["delay"] < np.inf
    ]
    return f"{np.exp(np.mean(np.log(ratios))):.2f} times in the mean of {len(ratios)} cells, {max(ratios):.1f} at most"


def false_alarms(found: list[dict[str, Any]]) -> str:
    """A row for each null."""
    names = list(found[0]["peers"])
    lines = [
        (
            row["null"],
            f"{row['rps']} · {row['weight']:.0%}",
            counted(row["tidegate"]),
            *(f"{row['peers'][name]['share']:.1%}" for name in names),
        )
        for row in found
    ]
    return rows(("null", "rps · weight", "Tidegate (upper bound)", *names), lines)


def thin_alarms(found: list[dict[str, Any]]) -> str:
    """A row for each traffic and size of bursts."""
    lines = [
        (
            f"{row['share']:.2g}, φ = {row['φ']:.0f}",
            f"{each['rps']} · {each['weight']:.0%}",
            counted(row["tidegate"]),
            counted(row["usual"]),
        )
        for each in found
        for row in each["nulls"]
    ]
    return rows(("share of errors, bursts", "rps · weight", "Tidegate (upper bound)", "φ = 3 alone"), lines)


def lasting_alarms(found: list[dict[str, Any]]) -> str:
    """A row for each burst, by who counted the hour before."""
    lines = [(row["size"], row["length"], counted(row["one"]), counted(row["ten"])) for row in found]
    return rows(("bad requests", "over blocks", "one gateway pod", "ten pods"), lines)


def apart_alarms(found: list[dict[str, Any]]) -> str:
    """A row for each outage, scrape and deal of pods."""
    lines = [
        (row["outage"], f"{row['scrape']} s · {row['pods'][0]} + {row['pods'][1]}", *map(capped, row["rates"]))
        for row in found
    ]
    return rows(("outage of both", "scrape · pods", *(f"{each['rps']} rps" for each in found[0]["rates"])), lines)


def capped(row: dict[str, Any]) -> str:
    """A share with its bound, and what it was without the cap."""
    return f"{counted(row['shipped'])}; {row['uncapped']['share']:.1%}"


def apart_faults(found: list[dict[str, Any]]) -> str:
    """A row for each fault, scrape and rate."""
    sides = [(seconds(row["shipped"]), seconds(row["uncapped"])) for row in found]
    lines = [(row["fault"], f"{row['scrape']} s", row["rps"], *each) for row, each in zip(found, sides, strict=True)]
    return rows(("fault", "scrape", "rps", "blocks", "without the cap"), lines)


def a_little_worse(found: list[dict[str, Any]]) -> str:
    """A row for each traffic and ratio."""
    lines = [
        (f"{row['rps']} · {row['weight']:.0%}", f"{row['ratio']:g}", counted(row["shown"]), whole(row["delay"]))
        for row in found
    ]
    return rows(("rps · weight", "times as many", "shown (upper bound)", "after, s"), lines)


def thin_faults(found: list[dict[str, Any]]) -> str:
    """A row for each traffic and fault."""
    lines = [
        (f"{row['bad']:.0%}", f"{each['rps']} · {each['weight']:.0%}", seconds(row["tidegate"]), seconds(row["usual"]))
        for each in found
        for row in each["faults"]
    ]
    return rows(("bad requests", "rps · weight", "Tidegate", "φ = 3 alone"), lines)


def faults(found: list[dict[str, Any]]) -> str:
    """A row for each cell; where it is not better is said."""
    lines = []
    for row in found:
        peer, ours = best_peer(row), row["shipped"]["delay"]
        note = "inconclusive" if row["shipped"]["found"] < INCONCLUSIVE_BELOW else ""
        if peer <= ours and peer < np.inf:
            note = f"{note}, not better".strip(", ")
        lines.append(
            (
                row["fault"],
                f"{row['rps']} · {row['weight']:.0%}",
                seconds(row["shipped"]),
                f"{row['shipped']['requests']:.0f}",
                seconds(row["comparison"]),
                whole(row["plan"]),
                seconds(row["late"]),
                whole(peer),
                whole(row["peers"]["best of an oracle's rules"]["delay"]),
                note,
            )
        )
    head = ("fault", "rps · weight", "as shipped", "requests", "comparison alone", "its plan", "from minute 20")
    return rows((*head, "best peer", "oracle", "note"), lines)


def against(found: dict[str, Any]) -> str:
    """A row for each rule: its delay for each fault, and its false alarms in the same traffic without it."""
    at = [row for row in found["faults"] if (row["rps"], row["weight"]) == MIDDLE]
    alarms = {row["null"]: row["tidegate"]["share"] for row in found["nulls"] if (row["rps"], row["weight"]) == MIDDLE}
    ours = [f"{seconds(row['shipped'])}, {alarms[without(row)]:.2%}" for row in at]
    rules = [(name, [row["peers"][name] for row in at]) for name, rule in at[0]["peers"].items() if "false" in rule]
    lines = [(name, *(f"{seconds(each)}, {each['false']:.1%}" for each in rivals)) for name, rivals in rules]
    return rows(("rule", *(row["fault"] for row in at)), [("Tidegate, as shipped", *ours), *lines])


def without(row: dict[str, Any]) -> str:
    """The null of a fault: the same traffic with stable's share on both sides."""
    share = float(row["fault"].partition("%")[0])
    return f"{share:.2f}% errors, {row['rps']} rps"


def latency(found: list[dict[str, Any]]) -> str:
    """A row for each traffic and kind of histogram."""
    lines = []
    for row in found:
        peer = row.get("five minutes over an oracle's p99")
        lines.append(
            (
                f"{row['rps']} · {row['weight']:.0%}",
                row["buckets"],
                counted(row["null"]["alarms"]),
                seconds(row["tail"]),
                seconds(row["shift"]),
                seconds(row["tail beside errors"]),
                f"{peer['null']['found']:.0%}; {seconds(peer['tail'])}; {seconds(peer['shift'])}" if peer else "",
            )
        )
    head = (
        "rps · weight",
        "buckets",
        "false alarms",
        "tail",
        "shift",
        "tail beside errors",
        "oracle's p99: false; tail; shift",
    )
    return rows(head, lines)


def passing(found: list[dict[str, Any]]) -> str:
    """A row for each traffic."""
    lines = [
        (f"{row['share']:.1%}", f"{row['rps']} · {row['weight']:.0%}", seconds(row["healthy"]), counted(row["bad"]))
        for row in found
    ]
    return rows(("errors", "rps · weight", "a healthy candidate passes after, s", "false passes (upper bound)"), lines)


def shed(found: list[dict[str, Any]]) -> str:
    """A row for each traffic."""
    lines = [
        (f"{row['rps']} · {row['weight']:.0%}", counted(row["null"]["alarms"]), seconds(row["shedding"]))
        for row in found
    ]
    return rows(("rps · weight", "false alarms (upper bound)", "found after, s"), lines)


def days_alike(found: list[dict[str, Any]]) -> str:
    """A row for each traffic."""
    names = ("alike", "alike, in the day", "just tolerated", "just tolerated, in the day")
    lines = [(f"{row['share']:.1%}", row["rps"], *(counted(row[name]) for name in names)) for row in found]
    head = (
        "errors",
        "rps",
        "alike, in a week",
        "in its day",
        "1.25 times as many, in a week",
        "in its day",
    )
    return rows(head, lines)


def days_unlike(found: list[dict[str, Any]]) -> str:
    """A row for each traffic and fault."""
    lines = [(row["fault"], row["rps"], seconds(row["watch"]), seconds(row["after"])) for row in found]
    return rows(("fault", "rps", "in the watch", "after promotion"), lines)


def replayed(found: dict[str, Any]) -> str:
    """A row for each rule."""
    if "absent" in found:
        return f"Not run: {found['absent']}."

    lines = [(name, counted(row), row["count"], row["runs"]) for name, row in found.items() if name != "nodes"]
    return rows(("rule", "false rollbacks (upper bound)", "count", "replays"), lines)


def scored(found: dict[str, Any]) -> str:
    """A row for each detector."""
    if "absent" in found:
        return f"Not run: {found['absent']}."

    return rows(("detector", "score"), ((name, f"{points:.2f}") for name, points in found.items()))


def upper(row: dict[str, Any]) -> float:
    """The upper bound of a row's false alarms."""
    return float(row["tidegate"]["upper"])


def counted(row: dict[str, Any]) -> str:
    """A share with its bound."""
    return str(Counted(row["count"], row["runs"]))


def seconds(row: dict[str, Any]) -> str:
    """A delay, with how many are found where that is not all."""
    share = "" if row["found"] >= 0.995 else f" ({row['found']:.0%})"
    return whole(row["delay"]) + share


def whole(delay: float) -> str:
    """A delay; a dash for never."""
    return f"{delay:.0f}" if delay < np.inf else "–"


def rows(head: tuple[str, ...], lines: Iterable[tuple[Any, ...]]) -> str:
    """A table in Markdown."""
    ruled = [head, ("---",) * len(head), *lines]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in ruled)
