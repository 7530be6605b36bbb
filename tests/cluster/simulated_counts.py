"""Counters that answer a raw question as a Prometheus would: both sides serve steadily, the candidate partly badly."""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs

from tidegate.api import parse_duration
from tidegate.metrics.data_planes import COUNTS

PER_SECOND = 100
SELECTOR = re.compile(r"(\w*)\{(.*)\}\[(\w+)\]")
# A histogram, classic or native: what answers is a classic one.
HISTOGRAM = re.compile(r'__name__=~"(\w+)\((\w+)\)\?",')
MATCHER = re.compile(r'(\w+)(=~|=|!~)"((?:[^"\\]|\\.)*)"')
# The alternation of both sides; the candidate's comes first, as the operator asks for it.
SIDES = re.compile(r"\(([\w\\.-]+(?:\|[\w\\.-]+)+)\)(?!route)")
# A port by its number or its name, and nginx's label of the candidate: it is asked for alone, with no word of stable.
NGINX_PORT = re.compile(r"\((\d+)\|http\)")
NGINX_CANARY = re.compile(r'canary=~"')
BEFORE = "((http|grpc)route-.+-svc-)?"
# Of a whole histogram, in seconds: the good requests are within the first boundary, the bad ones beyond the third.
BOUNDARIES = {"0.1": "good", "0.3": "good", "1.2": "good", "5": "all", "+Inf": "all"}
UNITS = {counts.buckets: counts.unit for counts in COUNTS.values()}
STATUS = {counts.counter: counts.statuses[0].label for counts in COUNTS.values()}
Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What one side's counters say: the shares of bad requests and of 4xx, and all requests a second.

    `since`: when the bad ones began, and `until`: when the last request was asked for, in seconds since 1970.
    """

    bad: float = 0.0
    per_second: int = PER_SECOND
    refused: float = 0.0
    since: float = 0.0
    until: float = math.inf


def is_raw(form: str) -> bool:
    """True for a question for the samples of counters: a user's own is of now."""
    return "time" in parse_qs(form)


def asked_at(form: str) -> float:
    """The time that a raw question is asked for, in seconds since 1970."""
    return float(parse_qs(form)["time"][0])


def matrix(form: str, candidate: Said, stable: Said) -> list[dict[str, object]]:
    """The series of a raw question, a sample a second."""
    asked = parse_qs(form)
    found = SELECTOR.fullmatch(asked["query"][0])
    if found is None:
        return []

    metric, matchers, window = found.groups()
    if either := HISTOGRAM.match(matchers):
        metric, matchers = either[1] + either[2], matchers.removeprefix(either[0])

    matchers = NGINX_PORT.sub(r"\1", matchers)
    end = math.floor(float(asked["time"][0]))
    start = end - math.ceil(parse_duration(window).total_seconds()) + 1
    return [
        {"metric": labels, "values": [[at, str(count(at, said, part))] for at in range(start, end + 1)]}
        for side, said in zip(sides(matchers), shares(matchers, candidate, stable), strict=False)
        for labels, part in parts(metric, side)
    ]


def shares(matchers: str, candidate: Said, stable: Said) -> Iterable[Said]:
    """Each side's in turn. Alone only stable is asked for, of the hour before a rollout; nginx's candidate is too."""
    if NGINX_CANARY.search(matchers):
        return (candidate,)

    return itertools.cycle((candidate, stable)) if SIDES.search(matchers) else (stable,)


def count(at: int, said: Said, part: str) -> int:
    """What a counter says: all requests since a time long ago, the bad or refused ones of them, or the others."""
    asked = math.floor(min(at, said.until))
    served = asked % 10**7 * said.per_second
    lately = min(served, math.floor(max(0.0, asked - said.since) * said.per_second))
    failed, refused = math.floor(lately * said.bad), math.floor(served * said.refused)
    return {"all": served, "bad": failed, "refused": refused, "good": served - failed - refused}[part]


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
    sides = SIDES.search(pattern)
    assert sides is not None, pattern
    _, _, after = pattern.partition(sides[0])
    return name + ended(after)


def ended(pattern: str) -> str:
    """With what the patterns after a name stand for."""
    ending = pattern.replace("(@.+)?", "").replace("[a-z0-9]{5}", "x2v9z")
    return re.sub(r"\(\[0-9\]\+\|http-[0-9]+\)", "80", ending)


def parts(metric: str, side: Labels) -> Iterator[tuple[Labels, str]]:
    """A counter by status, a histogram's two buckets, or all of them."""
    if "le" not in side and metric in UNITS:
        scale = timedelta(seconds=1) / UNITS[metric]
        yield from (
            ({**side, "__name__": metric, "le": f"{float(le) * scale:g}".replace("inf", "+Inf")}, part)
            for le, part in BOUNDARIES.items()
        )
        return

    if "le" not in side:
        yield {**side, "__name__": metric, STATUS[metric]: "200"}, "good"
        yield {**side, "__name__": metric, STATUS[metric]: "500"}, "bad"
        yield {**side, "__name__": metric, STATUS[metric]: "404"}, "refused"
        return

    boundary = side["le"].partition("|")[0].replace("([.]0)?", "").replace("[.]", ".")
    yield {**side, "__name__": metric, "le": boundary}, "good"
    yield {**side, "__name__": metric, "le": "+Inf"}, "all"
