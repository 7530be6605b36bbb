"""Questions to, and answers from, a server that speaks Prometheus' HTTP API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import SENTENCE_LENGTH, Answer, NoData, NotWhole, Unusable, decoded, plain, sample, single, unusable
from .raw_counts import RawSeries
from .samples import MILLISECONDS, samples
from .translator import FORM, Question, Request

WHOSE = "Prometheus'"
# Beyond this an answer is cut, and says so in a warning.
MOST_SERIES = 20_000


class _Series(msgspec.Struct):
    value: tuple[float, str]


class _Data(msgspec.Struct):
    resultType: str  # noqa: N815 - Prometheus' own name
    result: msgspec.Raw


class _Envelope(msgspec.Struct):
    status: str
    data: _Data | None = None
    error: str = ""
    errorType: str = ""  # noqa: N815 - Prometheus' own name
    warnings: list[str] = []
    isPartial: bool = False  # noqa: N815 - VictoriaMetrics' own name


class _Range(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[float, str]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """Instant queries, sent as a form: a long query is no long address."""

    address: str
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: ClassVar[str] = "PromQL"
    probe: ClassVar[str] = "vector(1)"

    def check(self, words: str) -> None:
        """Prometheus itself knows PromQL."""

    def request(self, question: Question) -> Request:
        """The instant query to send by POST."""
        body = urlencode({"query": question.filled()}).encode()
        url = f"{self.address.rstrip('/')}/api/v1/query"
        return Request(url=url, body=body, headers={**FORM, **self.authorization})

    def raw_request(self, selector: str, *, at: int, timeout: timedelta) -> Request:
        """A range selector at a time in milliseconds since 1970: asked again, it has the same answer."""
        form = {
            "query": selector,
            "time": f"{at / MILLISECONDS:.3f}",
            # As a number of seconds: `0.5s` is no duration of Prometheus'.
            "timeout": f"{timeout.total_seconds():g}",
            "limit": MOST_SERIES,
        }
        url = f"{self.address.rstrip('/')}/api/v1/query"
        return Request(url=url, body=urlencode(form).encode(), headers={**FORM, **self.authorization})

    def raw(self, body: bytes) -> tuple[RawSeries, ...] | Unusable:
        """The series of a range selector, all of them or none: what is cut or partial is no answer."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        if isinstance(envelope, Unusable):
            return envelope

        if envelope.status != "success" or envelope.data is None:
            return unusable(_said(envelope))

        if envelope.warnings or envelope.isPartial:
            why = "; ".join(envelope.warnings) or "it says so itself"
            return NotWhole(plain(f"the answer is not whole: {why}")[:SENTENCE_LENGTH])

        return _series(envelope.data)

    def parse(self, body: bytes) -> Answer:
        """One number, no data, or why the answer is of no use."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        if isinstance(envelope, Unusable):
            return envelope

        if envelope.status != "success" or envelope.data is None:
            return unusable(_said(envelope))

        return _number(envelope.data)

    def words(self, body: bytes) -> str:
        """Prometheus says why it answers 400 and 422."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        return "" if isinstance(envelope, Unusable) else _said(envelope)


def _said(envelope: _Envelope) -> str:
    return f"{envelope.errorType or 'error'}: {envelope.error or 'no data in the answer'}"


def _series(data: _Data) -> tuple[RawSeries, ...] | Unusable:
    if data.resultType != "matrix":
        return unusable(f"a range selector returned a {data.resultType}")

    found = decoded(bytes(data.result), list[_Range], whose=WHOSE)
    if isinstance(found, Unusable):
        return found

    try:
        return tuple(RawSeries(each.metric, samples(each.values)) for each in found)
    except (ValueError, OverflowError) as error:
        return unusable(f"a sample is no number: {error}")


def _number(data: _Data) -> Answer:
    if data.resultType == "scalar":
        value = decoded(bytes(data.result), tuple[float, str], whose=WHOSE)
        return value if isinstance(value, Unusable) else sample(value[1])

    if data.resultType != "vector":
        return unusable(f"the query returns a {data.resultType}; one number is needed")

    found = decoded(bytes(data.result), list[_Series], whose=WHOSE)
    series = found if isinstance(found, Unusable) else single(found)
    return series if isinstance(series, NoData | Unusable) else sample(series.value[1])
