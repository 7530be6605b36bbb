"""Questions to, and answers from, Dynatrace: `GET /api/v2/metrics/query` of its Metrics API v2."""

from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import Answer, NoData, Unusable, decoded, newest, not_whole, single
from .translator import Question, Request
from .variables import without_patterns

WHOSE = "Dynatrace's"


class _Series(msgspec.Struct):
    values: list[float | None]


class _Metric(msgspec.Struct):
    data: list[_Series]
    warnings: list[str] | None = None


class _Envelope(msgspec.Struct):
    result: list[_Metric]
    warnings: list[str] | None = None
    nextPageKey: str | None = None  # noqa: N815 - Dynatrace's own name


class _Violation(msgspec.Struct):
    message: str = ""


class _Error(msgspec.Struct):
    message: str
    constraintViolations: list[_Violation] = []  # noqa: N815 - Dynatrace's own name


class _Refusal(msgspec.Struct):
    error: _Error


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynatrace:
    """A metric selector that is one series, as one value for the whole window."""

    address: str
    token: str = field(repr=False)
    language: ClassVar[str] = "Dynatrace's metric selectors"
    probe: ClassVar[str] = "builtin:host.cpu.usage:splitBy():avg"

    def check(self, words: str) -> None:
        """No patterns of pods."""
        without_patterns(words, self.language)

    def request(self, question: Question) -> Request:
        """The selector over the window; resolution Inf makes one value of it."""
        start, end = question.milliseconds
        query = urlencode({"metricSelector": question.filled(), "from": start, "to": end, "resolution": "Inf"})
        url = f"{self.address.rstrip('/')}/api/v2/metrics/query?{query}"
        return Request(url=url, method="GET", headers={"Authorization": f"Api-Token {self.token}"})

    def parse(self, body: bytes) -> Answer:
        """The value, no data, or why the answer is of no use.

        A 200 may lack what is over a limit, or what a filter did not find: `warnings` are the only word of it.
        """
        envelope = decoded(body, _Envelope, whose=WHOSE)
        if isinstance(envelope, Unusable):
            return envelope

        warnings = [*(envelope.warnings or ()), *(said for found in envelope.result for said in found.warnings or ())]
        if warnings:
            return not_whole("; ".join(warnings))

        if envelope.nextPageKey:
            return Unusable("the query returns more series than one page holds; aggregate them to one")

        series = single([series for metric in envelope.result for series in metric.data])
        return series if isinstance(series, NoData | Unusable) else newest((value, None) for value in series.values)

    def words(self, body: bytes) -> str:
        """Dynatrace names what is wrong, part by part."""
        refusal = decoded(body, _Refusal, whose=WHOSE)
        if isinstance(refusal, Unusable):
            return ""

        return "; ".join([refusal.error.message, *(part.message for part in refusal.error.constraintViolations)])
