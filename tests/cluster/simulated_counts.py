"""Counters that answer a raw question as a Prometheus would: both sides serve steadily, the candidate partly badly."""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs

from tidegate.api import parse_duration
from tidegate.metrics.data_planes import COUNTS

PER_SECOND = 100
SELECTOR = re.compile(r"(\w+)\{(.*)\}\[(\w+)\]")
MATCHER = re.compile(r'(\w+)(=~|=|!~)"((?:[^"\\]|\\.)*)"')
# The alternation of both sides; the candidate's comes first, as the operator asks for it.
SIDES = re.compile(r"\(([\w\\.-]+(?:\|[\w\\.-]+)+)\)(?!route)")
BEFORE = "((http|grpc)route-.+-svc-)?"
STATUS = {counts.counter: counts.statuses[0].label for counts in COUNTS.values()}
Labels = dict[str, str]


def is_raw(form: str) -> bool:
    """True for a question for the samples of counters."""
    return "limit" in parse_qs(form)


def matrix(form: str, share: float | None, *, stable: float = 0.0) -> list[dict[str, object]]:
    """The series of a raw question, a sample a second; none where there is nothing to say."""
    asked = parse_qs(form)
    found = SELECTOR.fullmatch(asked["query"][0])
    if found is None or share is None:
        return []

    metric, matchers, window = found.groups()
    end = math.floor(float(asked["time"][0]))
    start = end - math.ceil(parse_duration(window).total_seconds()) + 1
    return [
        {"metric": labels, "values": [[at, str(count(at, bad, part))] for at in range(start, end + 1)]}
        for side, bad in zip(sides(matchers), shares(matchers, share, stable), strict=False)
        for labels, part in parts(metric, side)
    ]


def shares(matchers: str, candidate: float, stable: float) -> Iterable[float]:
    """Each side's in turn. Alone only stable is asked for: of the hour before a rollout."""
    return itertools.cycle((candidate, stable)) if SIDES.search(matchers) else (stable,)


def count(at: int, bad: float, part: str) -> int:
    """What a counter says: all requests since a time long ago, the bad ones of them, or the others."""
    served = at % 10**7 * PER_SECOND
    failed = math.floor(served * bad)
    return {"all": served, "bad": failed, "good": served - failed}[part]


def sides(matchers: str) -> Iterator[Labels]:
    """The labels of each side in turn."""
    found = {
        label: text.replace("\\\\", "\\").removeprefix(BEFORE)
        for label, how, text in MATCHER.findall(matchers)
        if how != "!~"
    }
    many = {label: split[1].split("|") for label, text in found.items() if (split := SIDES.search(text))}
    for place in range(max((len(names) for names in many.values()), default=1)):
        yield {
            label: ended(text) if label not in many else example(text, many[label][place % len(many[label])])
            for label, text in found.items()
        } | {"job": "simulated", "instance": "simulated:9100"}


def example(pattern: str, name: str) -> str:
    """A value that the pattern takes for a side."""
    _, _, after = pattern.partition(SIDES.search(pattern)[0])  # type: ignore[index]
    return name + ended(after)


def ended(pattern: str) -> str:
    """With what the patterns after a name stand for."""
    ending = pattern.replace("(@.+)?", "").replace("[a-z0-9]{5}", "x2v9z")
    return re.sub(r"\(\[0-9\]\+\|http-[0-9]+\)", "80", ending)


def parts(metric: str, side: Labels) -> Iterator[tuple[Labels, str]]:
    """A counter by status, or a histogram's two buckets."""
    if "le" not in side:
        yield {**side, "__name__": metric, STATUS[metric]: "200"}, "good"
        yield {**side, "__name__": metric, STATUS[metric]: "500"}, "bad"
        return

    boundary = side["le"].partition("|")[0].replace("([.]0)?", "").replace("[.]", ".")
    yield {**side, "__name__": metric, "le": boundary}, "good"
    yield {**side, "__name__": metric, "le": "+Inf"}, "all"
