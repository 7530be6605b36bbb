"""Questions to, and answers from, a server that speaks Prometheus' HTTP API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import Answer, NoData, Sample, Unusable, decoded, not_whole, sample, single, unusable
from .raw_counts import RawSeries
from .samples import MILLISECONDS, Buckets, buckets, samples
from .translator import FORM, Question, Request
from .usage import LabelledValue

WHOSE = "Prometheus'"
KINDS = frozenset({"scalar", "string", "vector", "matrix"})
# Beyond this an answer is cut, and says so in a warning.
MOST_SERIES = 20_000
CUT = "results truncated due to limit"
# Where one value is wanted: as many as show that there are several, however many there are.
SEVERAL = 10
TOO_MANY = f"the query returns more than {SEVERAL} series; aggregate them to one"
# What may be a false alarm, as a counter without _total: before 2.54, and in Thanos, it stands among the warnings.
HARMLESS = "PromQL info: "


class _Series(msgspec.Struct):
    value: tuple[float, str]
    metric: dict[str, str] = {}


class _Data(msgspec.Struct):
    resultType: str  # noqa: N815 - Prometheus' own name
    result: msgspec.Raw


class _Envelope(msgspec.Struct):
    status: str
    data: _Data | None = None
    error: str = ""
    errorType: str = ""  # noqa: N815 - Prometheus' own name
    warnings: list[str] | None = None
    isPartial: bool = False  # noqa: N815 - VictoriaMetrics' own name


class _Histogram(msgspec.Struct):
    count: str
    buckets: list[tuple[int, str, str, str]] = []


class _Range(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[float, str]] = []
    histograms: list[tuple[float, _Histogram]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """Instant queries, sent as a form: a long query is no long address. `labels`: matchers of every raw question.

    `timeout`: how long whoever asks waits; what nobody waits for any more is not worked on.
    """

    address: str
    timeout: timedelta = timedelta(seconds=5)
    labels: tuple[str, ...] = ()
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: ClassVar[str] = "PromQL"
    probe: ClassVar[str] = "vector(1)"

    def check(self, words: str) -> None:
        """Prometheus itself knows PromQL."""

    def request(self, question: Question) -> Request:
        """The instant query to send by POST.

        It has no `time`: equal words are one question within a moment, and an answer tells of what is, also where the
        source's clock does not go with ours.
        """
        return self._posted("query", {"query": question.filled(), "limit": SEVERAL})

    def raw_request(self, selector: str, *, at: int) -> Request:
        """Many series at a time in milliseconds since 1970: asked again, it has the same answer."""
        return self._posted("query", {"query": selector, "time": f"{at / MILLISECONDS:.3f}", "limit": MOST_SERIES})

    def past_request(self, question: Question, *, since: datetime, every: timedelta) -> Request:
        """The values of a query since a time, so far apart, up to the question's end."""
        form: dict[str, str | int] = {
            "query": question.filled(),
            "start": f"{since.timestamp():.3f}",
            "end": f"{question.end.timestamp():.3f}",
            "step": f"{every.total_seconds():g}",
            "limit": SEVERAL,
        }
        return self._posted("query_range", form)

    def _posted(self, endpoint: str, form: Mapping[str, str | int]) -> Request:
        # As a number of seconds: `0.5s` is no duration of Prometheus'.
        body = urlencode({**form, "timeout": f"{self.timeout.total_seconds():g}"})
        url = f"{self.address.rstrip('/')}/api/v1/{endpoint}"
        return Request(url=url, body=body.encode(), headers={**FORM, **self.authorization})

    def raw(self, body: bytes) -> tuple[RawSeries, ...] | Unusable:
        """The series of a range selector, all of them or none: what is cut or partial is no answer."""
        data = _whole(body)
        return data if isinstance(data, Unusable) else _series(data)

    def vector(self, body: bytes) -> tuple[LabelledValue, ...] | Unusable:
        """The values of an instant vector, all of them or none; what is no finite number is left out."""
        data = _whole(body)
        if isinstance(data, Unusable):
            return data

        if data.resultType != "vector":
            return unusable(f"the query returns a {_kind(data)}")

        found = decoded(bytes(data.result), list[_Series], whose=WHOSE)
        if isinstance(found, Unusable):
            return found

        numbers = ((each.metric, sample(each.value[1])) for each in found)
        return tuple(LabelledValue(labels, number.value) for labels, number in numbers if isinstance(number, Sample))

    def parse(self, body: bytes) -> Answer:
        """One number, no data, or why the answer is of no use. A number of a part of the data is of no use."""
        data = _whole(body, cut=TOO_MANY)
        return data if isinstance(data, Unusable) else _number(data)

    def words(self, body: bytes) -> str:
        """Prometheus says why it answers 400 and 422."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        return "" if isinstance(envelope, Unusable) else _said(envelope)


def _whole(body: bytes, *, cut: str = CUT) -> _Data | Unusable:
    """What an answer holds, where it is all that was asked for. `cut`: what to say of one that is too long.

    A 200 may lack what a store of Thanos', a remote read or a node of VictoriaMetrics' did not give: `warnings` and
    `isPartial` are the only word of it. `infos` say nothing of the kind ("Format overview" in Prometheus' HTTP API).
    """
    envelope = decoded(body, _Envelope, whose=WHOSE)
    if isinstance(envelope, Unusable):
        return envelope

    if envelope.status != "success" or envelope.data is None:
        return unusable(_said(envelope))

    warnings = [cut if CUT in said else said for said in envelope.warnings or () if not said.startswith(HARMLESS)]
    if warnings or envelope.isPartial:
        return not_whole("; ".join(warnings))

    return envelope.data


def _said(envelope: _Envelope) -> str:
    return f"{envelope.errorType or 'error'}: {envelope.error or 'no data in the answer'}"


def _kind(data: _Data) -> str:
    """What is returned, in Prometheus' own words; those of another are not repeated."""
    return data.resultType if data.resultType in KINDS else "result of an unknown type"


def _series(data: _Data) -> tuple[RawSeries, ...] | Unusable:
    if data.resultType != "matrix":
        return unusable(f"many samples were asked for, and a {_kind(data)} returned")

    found = decoded(bytes(data.result), list[_Range], whose=WHOSE)
    if isinstance(found, Unusable):
        return found

    try:
        return tuple(RawSeries(each.metric, samples(each.values), _native(each)) for each in found)
    except (ValueError, OverflowError) as error:
        return unusable(f"a sample is no number: {error}")


def _native(found: _Range) -> tuple[Buckets, ...]:
    return tuple(buckets(at, each.count, each.buckets) for at, each in found.histograms)


def _number(data: _Data) -> Answer:
    if data.resultType == "scalar":
        value = decoded(bytes(data.result), tuple[float, str], whose=WHOSE)
        return value if isinstance(value, Unusable) else sample(value[1])

    if data.resultType != "vector":
        return unusable(f"the query returns a {_kind(data)}; one number is needed")

    found = decoded(bytes(data.result), list[_Series], whose=WHOSE)
    series = found if isinstance(found, Unusable) else single(found)
    return series if isinstance(series, NoData | Unusable) else sample(series.value[1])
