"""Questions to, and answers from, a server that speaks Prometheus' HTTP API."""

import math
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An instant query, as a form: a long query is no long address."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """One number back."""

    value: float


@dataclass(frozen=True, slots=True)
class NoData:
    """The source answered, and has nothing: never zero, never a pass, never a breach."""

    why: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """The source did not answer the question: it is down, or the query is wrong."""

    why: str


Answer = Sample | NoData | Unusable


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


def request(address: str, promql: str) -> Request:
    """The instant query to send by POST."""
    return Request(url=f"{address.rstrip('/')}/api/v1/query", body=urlencode({"query": promql}).encode())


def parse(body: bytes) -> Answer:
    """One number, no data, or why the answer is of no use."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        if envelope.status != "success" or envelope.data is None:
            return Unusable(f"{envelope.errorType or 'error'}: {envelope.error or 'no data in the answer'}"[:256])

        return _number(envelope.data)
    except msgspec.DecodeError as error:
        return Unusable(f"the answer is not Prometheus': {error}"[:256])


def _number(data: _Data) -> Answer:
    if data.resultType == "scalar":
        return _sample(msgspec.json.decode(data.result, type=tuple[float, str])[1])

    if data.resultType != "vector":
        return Unusable(f"the query returns a {data.resultType}; one number is needed")

    series = msgspec.json.decode(data.result, type=list[_Series])
    if len(series) > 1:
        return Unusable(f"the query returns {len(series)} series; aggregate them to one")

    return _sample(series[0].value[1]) if series else NoData("no series")


def _sample(text: str) -> Answer:
    try:
        value = float(text)
    except ValueError:
        return Unusable(f"not a number: {text[:32]!r}")

    if math.isnan(value):
        return NoData("not a number")

    if math.isinf(value):
        return Unusable("infinite: a division by zero in the query")

    return Sample(value)
