"""Questions to, and answers from, CloudWatch: its GetMetricData, as JSON ("Making API requests" in its reference)."""

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec

from tidegate.api import InvalidSpec
from tidegate.api.query_variables import KNOWN

from .answer import Answer, NoData, Unusable, decoded, newest, not_whole, single, unusable
from .sigv4 import Key, Scope, signed
from .translator import Question, Request
from .variables import fill, without_patterns

WHOSE = "CloudWatch's"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Accept": "application/json",
    "X-Amz-Target": "GraniteServiceVersion20100801.GetMetricData",
}


class _Message(msgspec.Struct):
    Value: str = ""


class _Result(msgspec.Struct):
    Values: list[float | None]
    Timestamps: list[Any] | None = None
    StatusCode: str = ""
    Messages: list[_Message] | None = None


class _Envelope(msgspec.Struct):
    MetricDataResults: list[_Result]
    Messages: list[_Message] | None = None
    NextToken: str | None = None


class _Refusal(msgspec.Struct):
    kind: str = msgspec.field(name="__type", default="")
    message: str = ""
    Message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatch:
    """The newest whole period of an expression, or of the one metric data query that returns data."""

    address: str
    region: str
    key: Key
    period: int = field(default=60)
    language: ClassVar[str] = "CloudWatch's expressions or metric data queries"
    probe: ClassVar[str] = 'SELECT COUNT(CPUUtilization) FROM "AWS/EC2"'

    def check(self, words: str) -> None:
        """No patterns of pods; and a list is JSON, whatever is filled in."""
        without_patterns(words, self.language)
        _queries(fill(words, dict.fromkeys(KNOWN, "1")), self.period)

    def request(self, question: Question) -> Request:
        """The queries over the window, cut to whole periods: the one under way is not complete. Raises InvalidSpec."""
        start, end = question.seconds
        last = end // self.period * self.period
        asked = {
            "StartTime": min(-(-start // self.period) * self.period, last - self.period),
            "EndTime": last,
            "ScanBy": "TimestampAscending",
            "MetricDataQueries": _queries(question.filled(), self.period),
        }
        url, body = f"{self.address.rstrip('/')}/", json.dumps(asked).encode()
        scope = Scope(region=self.region, service="monitoring", at=question.end)
        return Request(
            url=url, body=body, headers=signed(self.key, scope, method="POST", url=url, headers=HEADERS, body=body)
        )

    def parse(self, body: bytes) -> Answer:
        """The newest value, no data, or why the answer is of no use. A part of the data is no answer."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        if isinstance(envelope, Unusable):
            return envelope

        # With a message on the whole, AWS executes «as much of the operation as possible».
        if envelope.Messages or envelope.NextToken:
            return not_whole("; ".join(message.Value for message in envelope.Messages or ()))

        result = single(envelope.MetricDataResults)
        if isinstance(result, NoData | Unusable):
            return result

        if result.StatusCode != "Complete":
            said = "; ".join(message.Value for message in result.Messages or ())
            return unusable(f"{result.StatusCode or 'no StatusCode'}: {said or 'not all of the data is there'}")

        return newest(zip(result.Values, _ends(result, self.period), strict=True))

    def words(self, body: bytes) -> str:
        """AWS names the kind of a fault and says what is wrong."""
        refusal = decoded(body, _Refusal, whose=WHOSE)
        if isinstance(refusal, Unusable):
            return ""

        return ": ".join(filter(None, (refusal.kind.rpartition("#")[2], refusal.message or refusal.Message)))


def _ends(result: _Result, period: int) -> list[float | None]:
    """The end of each value's period, which begins at its timestamp: in seconds, where AWS tells it so."""
    told = result.Timestamps or []
    if len(told) != len(result.Values):
        return [None] * len(result.Values)

    return [at + period if isinstance(at, int | float) else None for at in told]


def _queries(words: str, period: int) -> list[Any]:
    """An expression alone, or the list of queries that AWS's own tools take. Raises InvalidSpec for what is neither."""
    if not words.lstrip().startswith("["):
        return [{"Id": "q", "Expression": words, "Period": period}]

    try:
        found = json.loads(words)
    except ValueError as error:
        raise InvalidSpec("query.text", f"starts as a list of metric data queries, and is no JSON: {error}") from error

    return list(found)
