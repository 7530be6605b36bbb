"""Questions to, and answers from, a server that speaks Prometheus' HTTP API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import Answer, NoData, Unusable, decoded, sample, single, unusable
from .translator import FORM, Question, Request

WHOSE = "Prometheus'"


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


def _number(data: _Data) -> Answer:
    if data.resultType == "scalar":
        value = decoded(bytes(data.result), tuple[float, str], whose=WHOSE)
        return value if isinstance(value, Unusable) else sample(value[1])

    if data.resultType != "vector":
        return unusable(f"the query returns a {data.resultType}; one number is needed")

    found = decoded(bytes(data.result), list[_Series], whose=WHOSE)
    series = found if isinstance(found, Unusable) else single(found)
    return series if isinstance(series, NoData | Unusable) else sample(series.value[1])
