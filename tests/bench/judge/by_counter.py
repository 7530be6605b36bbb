"""Tables of what is reached by who counts the requests: a column for each."""

from typing import Any

from .counters import times_shorter
from .table import MIDDLE, counted, rows, seconds

Found = dict[str, Any]
FEW_REQUESTS = ((10, 0.05), (10, 0.1), (100, 0.05), (100, 0.1))


def reached(found: Found) -> str:
    """The aims of delay, for each of them."""
    columns = found["counters"]
    lines = [
        ("delay against the best peer, times shorter", *(_shorter(each, found) for each in columns)),
        *((f"{fault} at 100 rps, 10 %, s", *(_middle(each, fault) for each in columns)) for fault in _faults(columns)),
        ("requests served at 1 → 5 %, 5–10 % of 10 and 100 rps, at most", *(_requests(each) for each in columns)),
    ]
    return rows(("as shipped", *(each["who"] for each in columns)), lines)


def false_alarms(columns: list[Found]) -> str:
    """A row for each spread and split."""
    lines = [
        (
            f"σ = {same[0]['σ']}, {same[0]['pods']} new",
            f"{same[0]['rps']} · {same[0]['weight']:.0%}",
            *(counted(row["tidegate"]) for row in same),
        )
        for same in zip(*(each["nulls"] for each in columns), strict=True)
    ]
    return rows(("pods differ by", "rps · weight", *(each["who"] for each in columns)), lines)


def _shorter(column: Found, found: Found) -> str:
    times, cells = times_shorter(column["faults"], found["faults"])
    return f"{times:.2f} over {cells} cells"


def _faults(columns: list[Found]) -> list[str]:
    return list(dict.fromkeys(row["fault"] for row in columns[0]["faults"]))


def _middle(column: Found, fault: str) -> str:
    return seconds(next(row for row in column["faults"] if row["fault"] == fault and _split(row) == MIDDLE))


def _requests(column: Found) -> str:
    last = _faults([column])[-1]
    few = [row["requests"] for row in column["faults"] if row["fault"] == last and _split(row) in FEW_REQUESTS]
    return f"{max(few):.0f}"


def _split(row: Found) -> tuple[int, float]:
    return row["rps"], row["weight"]
