"""Questions to, and answers from, Datadog: `GET /api/v1/query`, "Query timeseries points" in its API reference."""

from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import Answer, NoData, Unusable, decoded, newest, single, unusable
from .translator import Question, Request
from .variables import without_patterns

WHOSE = "Datadog's"


class _Series(msgspec.Struct):
    pointlist: list[tuple[float, float | None]]
    interval: float | None = None


class _Envelope(msgspec.Struct):
    series: list[_Series]
    status: str = "ok"
    error: str | None = None


class _Refusal(msgspec.Struct):
    errors: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Datadog:
    """The newest point of a timeseries query that returns one series."""

    address: str
    api_key: str = field(repr=False)
    app_key: str = field(repr=False)
    language: ClassVar[str] = "Datadog's metric queries"
    probe: ClassVar[str] = "avg:datadog.agent.running{*}"

    def check(self, words: str) -> None:
        """No patterns of pods."""
        without_patterns(words, self.language)

    def request(self, question: Question) -> Request:
        """The query over the window."""
        start, end = question.seconds
        query = urlencode({"from": start, "to": end, "query": question.filled()})
        headers = {"DD-API-KEY": self.api_key, "DD-APPLICATION-KEY": self.app_key, "Accept": "application/json"}
        return Request(url=f"{self.address.rstrip('/')}/api/v1/query?{query}", method="GET", headers=headers)

    def parse(self, body: bytes) -> Answer:
        """The newest value, no data, or why the answer is of no use."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        if isinstance(envelope, Unusable):
            return envelope

        if envelope.error or envelope.status != "ok":
            return unusable(f"{envelope.status}: {envelope.error or 'no reason given'}")

        series = single(envelope.series)
        if isinstance(series, NoData | Unusable):
            return series

        # A point bears the beginning of its time, in milliseconds.
        return newest((value, at / 1000 + (series.interval or 0)) for at, value in series.pointlist)

    def words(self, body: bytes) -> str:
        """Datadog lists what it does not like."""
        refusal = decoded(body, _Refusal, whose=WHOSE)
        return "" if isinstance(refusal, Unusable) else "; ".join(refusal.errors)
