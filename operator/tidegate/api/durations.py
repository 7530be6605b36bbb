"""Durations as Kubernetes writes them: GEP-2257, a subset of Go's."""

import re
from datetime import timedelta

# GEP-2257: at most four units, five digits each, no signs, no fractions.
PATTERN = r"^([0-9]{1,5}(h|m|s|ms)){1,4}$"

_PART = re.compile(r"([0-9]{1,5})(h|ms|m|s)")
_UNITS = {
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}


def parse_duration(text: str) -> timedelta:
    """`1m30s` as a timedelta. Raises ValueError with what a duration looks like."""
    if not re.fullmatch(PATTERN, text):
        message = f"{text!r} is not a duration such as 30s, 5m or 1h30m"
        raise ValueError(message)

    return sum((int(number) * _UNITS[unit] for number, unit in _PART.findall(text)), timedelta())


def format_duration(span: timedelta) -> str:
    """A timedelta as the shortest duration that reads back equal; milliseconds are the smallest unit."""
    left = span // _UNITS["ms"]
    parts = []
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")

    return "".join(parts) or "0s"
