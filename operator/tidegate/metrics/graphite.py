"""Questions to, and answers from, Graphite: `POST /render` with format=json, "The Render URL API" in its manual."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import Answer, NoData, Unusable, decoded, newest, single
from .translator import FORM, Question, Request
from .variables import without_patterns


class _Series(msgspec.Struct):
    datapoints: list[tuple[float | None, float]]


def _points(found: list[tuple[float | None, float]]) -> Iterator[tuple[float | None, float | None]]:
    """A point bears the beginning of its time; how long that is, only its neighbours tell."""
    step = min((later - earlier for (_, earlier), (_, later) in pairwise(found)), default=None)
    return ((value, None if step is None else at + step) for value, at in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphite:
    """The newest point of a target that is one series."""

    address: str
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: ClassVar[str] = "Graphite's targets"
    probe: ClassVar[str] = "constantLine(1)"

    def check(self, words: str) -> None:
        """No patterns of pods."""
        without_patterns(words, self.language)

    def request(self, question: Question) -> Request:
        """The target over the window."""
        start, end = question.seconds
        form = {"target": question.filled(), "from": start, "until": end, "format": "json"}
        url = f"{self.address.rstrip('/')}/render"
        return Request(url=url, body=urlencode(form).encode(), headers={**FORM, **self.authorization})

    def parse(self, body: bytes) -> Answer:
        """The newest value, no data, or why the answer is of no use."""
        found = decoded(body, list[_Series], whose="Graphite's")
        series = found if isinstance(found, Unusable) else single(found)
        return series if isinstance(series, NoData | Unusable) else newest(_points(series.datapoints))

    def words(self, body: bytes) -> str:
        """Graphite says in plain text what it does not like; a page of HTML says nothing."""
        return "" if b"<" in body[:256] else body[:256].decode("utf-8", "replace")
