"""Questions to, and answers from, New Relic: NRQL through NerdGraph, "Query your data using NRQL" in its manual."""

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec

from .answer import Answer, NoData, Unusable, decoded, sample, single, unusable
from .translator import JSON, Question, Request

WHOSE = "NerdGraph's"
QUERY = "query($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql) { results } } } }"


class _Nrql(msgspec.Struct):
    results: list[dict[str, Any]]


class _Account(msgspec.Struct):
    nrql: _Nrql | None = None


class _Actor(msgspec.Struct):
    account: _Account | None = None


class _Data(msgspec.Struct):
    actor: _Actor | None = None


class _Error(msgspec.Struct):
    message: str


class _Envelope(msgspec.Struct):
    data: _Data | None = None
    errors: list[_Error] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelic:
    """The one number in the one row that an NRQL query returns. The query itself says since when."""

    address: str
    account: int
    api_key: str = field(repr=False)
    language: ClassVar[str] = "NRQL"
    probe: ClassVar[str] = "SELECT count(*) FROM Metric SINCE 1 minute ago"

    def check(self, words: str) -> None:
        """New Relic itself knows NRQL."""

    def request(self, question: Question) -> Request:
        """The query as a variable of GraphQL: its quotes end nothing."""
        body = json.dumps({"query": QUERY, "variables": {"account": self.account, "nrql": question.filled()}})
        url = f"{self.address.rstrip('/')}/graphql"
        return Request(url=url, body=body.encode(), headers={**JSON, "API-Key": self.api_key})

    def parse(self, body: bytes) -> Answer:
        """The number, no data, or why the answer is of no use: NerdGraph says its errors with a 200."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        if isinstance(envelope, Unusable):
            return envelope

        if envelope.errors:
            return unusable("; ".join(error.message for error in envelope.errors))

        found = envelope.data and envelope.data.actor and envelope.data.actor.account
        if not found or found.nrql is None:
            return Unusable(f"account {self.account} is not there, or its key may not ask it")

        row = single(found.nrql.results)
        return row if isinstance(row, NoData | Unusable) else _number(row)

    def words(self, body: bytes) -> str:
        """NerdGraph lists its errors."""
        envelope = decoded(body, _Envelope, whose=WHOSE)
        return "" if isinstance(envelope, Unusable) else "; ".join(error.message for error in envelope.errors)


def _number(row: dict[str, Any]) -> Answer:
    """The only number of a row; a percentile hides its own one level deeper."""
    inner = [leaf for found in row.values() for leaf in (found.values() if isinstance(found, dict) else (found,))]
    numbers = [leaf for leaf in inner if isinstance(leaf, int | float) and not isinstance(leaf, bool)]
    if len(numbers) > 1:
        return Unusable(f"the query returns {len(numbers)} numbers; select one, without TIMESERIES")

    return sample(numbers[0]) if numbers else NoData("no number in the row")
