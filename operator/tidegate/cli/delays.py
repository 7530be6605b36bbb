"""A picture of delay against false alarms, from the table of docs/judge.md that the bench printed: docs/delays.svg."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

from .picture import AXES, BOTTOM, LEFT, TOP, svg

HEADING = "### Delay against false alarms"
COLOURS = ("#2da44e", "#0969da", "#8250df", "#bf8700", "#57606a")
# Powers of ten: false alarms from 0.01 % to all rollouts, delays from ten seconds to above an hour.
LEAST_FALSE, MOST_FALSE = -4, 0
SHORTEST, LONGEST = 1.0, 3.9
NEVER = 3.75
DELAYS = {"15 s": 15, "1 min": 60, "5 min": 300, "15 min": 900, "1 h": 3600}
PROMISE = 0.01
RIGHT, LEGEND = 500, 520
RADIUS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A rule on a fault: the share of rollouts without it that it rolls back, and its median delay in seconds.

    Without a delay fewer than half of the faulty rollouts were found within the hour.
    """

    rule: int
    fault: int
    false: float
    delay: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rules, the faults, and a point for each of both."""

    rules: tuple[str, ...]
    faults: tuple[str, ...]
    points: tuple[Point, ...]


def delays(page: str) -> str:
    """The SVG for a page with the table. Raises LookupError for one without it."""
    table = read(page)
    return svg([*axes(), *map(mark, table.points), *legend(table)])


def read(page: str) -> Table:
    """The table: a column for each fault, `195, 0.08%` or `– (22%), 0.00%` for each rule."""
    _, found, rest = page.partition(HEADING)
    if not found:
        message = f"no table under {HEADING!r}"
        raise LookupError(message)

    lines = (line for line in rest.partition("\n#")[0].splitlines() if line.startswith("|"))
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    points = [point(cell, rule, fault) for rule, (_, *cells) in enumerate(rows) for fault, cell in enumerate(cells)]
    return Table(rules=tuple(name for name, *_ in rows), faults=tuple(head[1:]), points=tuple(points))


def point(cell: str, rule: int, fault: int) -> Point:
    """A cell of the table."""
    delay, _, false = cell.rpartition(", ")
    seconds = delay.split()[0]
    told = float(seconds) if seconds.isdigit() else None
    return Point(rule=rule, fault=fault, false=float(false.removesuffix("%")) / 100, delay=told)


def axes() -> Iterator[str]:
    """False alarms below, delays at the left, the promise across."""
    for power in range(LEAST_FALSE, MOST_FALSE + 1):
        x, promise = across(10**power), 10**power == PROMISE
        dash, colour = (' stroke-dasharray="6 4"', "#cf222e") if promise else ("", "#d8dee4")
        label = f"{'≤ ' * (power == LEAST_FALSE)}{100 * 10**power:.3g} %"
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}" stroke="{colour}"{dash}/>\n'
        yield f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle" fill="{AXES}">{label}</text>\n'

    for label, seconds in (*DELAYS.items(), ("never", None)):
        y = height(seconds)
        yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d8dee4"/>\n'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{AXES}">{label}</text>\n'

    yield f'<text x="{LEFT}" y="18" fill="{AXES}">median delay until a fault is found</text>\n'
    words = "rollouts without a fault that are rolled back; promised: 1 %"
    yield f'<text x="{RIGHT}" y="{BOTTOM + 45}" text-anchor="end" fill="{AXES}">{words}</text>\n'


def mark(found: Point) -> str:
    """A point, in its rule's colour and its fault's shape."""
    return shape(found.fault, across(found.false), height(found.delay), COLOURS[found.rule])


def shape(fault: int, x: float, y: float, colour: str) -> str:
    """A circle, a square or a triangle."""
    drawn = f'fill="{colour}" fill-opacity="0.75"'
    if fault == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" {drawn}/>\n'

    left, top, side = x - RADIUS, y - RADIUS, 2 * RADIUS
    if fault == 1:
        return f'<rect x="{left:.1f}" y="{top:.1f}" width="{side}" height="{side}" {drawn}/>\n'

    corners = f"{left:.1f},{y + RADIUS:.1f} {x + RADIUS:.1f},{y + RADIUS:.1f} {x:.1f},{top:.1f}"
    return f'<polygon points="{corners}" {drawn}/>\n'


def legend(table: Table) -> Iterator[str]:
    """The rules by their colours, the faults by their shapes."""
    yield from entries(table.rules, TOP + 10, COLOURS)
    for place, fault in enumerate(table.faults):
        y = TOP + 190 + 22 * place
        yield shape(place, LEGEND + RADIUS, y - 4, AXES)
        yield f'<text x="{LEGEND + 20}" y="{y}" fill="{AXES}">{fault} of requests are bad</text>\n'


def entries(names: Sequence[str], top: int, colours: Sequence[str]) -> Iterator[str]:
    """Names in their colours, one below the other."""
    for place, (name, colour) in enumerate(zip(names, colours, strict=True)):
        yield f'<text x="{LEGEND}" y="{top + 22 * place}" fill="{colour}">{name}</text>\n'


def across(false: float) -> float:
    """False alarms' place from the left; fewer than the least that is shown stand at the edge."""
    power = max(log10(false), LEAST_FALSE) if false > 0 else LEAST_FALSE
    return LEFT + (power - LEAST_FALSE) * (RIGHT - LEFT) / (MOST_FALSE - LEAST_FALSE)


def height(delay: float | None) -> float:
    """A delay's place from the top; never stands above all."""
    power = NEVER if delay is None else log10(delay)
    return BOTTOM - (power - SHORTEST) * (BOTTOM - TOP) / (LONGEST - SHORTEST)
