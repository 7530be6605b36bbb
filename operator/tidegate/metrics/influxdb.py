"""Questions to, and answers from, InfluxDB: Flux by `POST /api/v2/query`, whose answers are annotated CSV."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from .answer import Answer, NoData, Unusable, decoded, instead, sample, single, unusable
from .translator import Question, Request

# Packed CSV that is cut at the end of a line looks whole once it is unpacked; plain one is as long as is said of it.
HEADERS = {"Content-Type": "application/vnd.flux", "Accept": "application/csv", "Accept-Encoding": "identity"}


class _Refusal(msgspec.Struct):
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxDb:
    """The last row of the one table that a Flux query returns. The query itself says since when."""

    address: str
    organization: str
    token: str = field(repr=False)
    language: ClassVar[str] = "Flux"
    probe: ClassVar[str] = 'import "array"\narray.from(rows: [{_value: 1.0}])'

    def check(self, words: str) -> None:
        """InfluxDB itself knows Flux."""

    def request(self, question: Question) -> Request:
        """The query, as it stands."""
        url = f"{self.address.rstrip('/')}/api/v2/query?{urlencode({'org': self.organization})}"
        headers = {**HEADERS, "Authorization": f"Token {self.token}"}
        return Request(url=url, body=question.filled().encode(), headers=headers)

    def parse(self, body: bytes) -> Answer:
        """The value of the last row, no data, or why the answer is of no use."""
        text = body.decode("utf-8", "replace")
        if not text.strip():
            return NoData("no tables")

        if text.lstrip().startswith("<"):
            return unusable(f"the answer is not InfluxDB's: {instead(body)}")

        if not text.endswith("\n"):
            return Unusable("the answer is cut off in mid-line")

        try:
            return _last(list(_rows(text)))
        except csv.Error as error:
            return unusable(f"the answer is not InfluxDB's: {error}")

    def words(self, body: bytes) -> str:
        """InfluxDB says why in JSON."""
        refusal = decoded(body, _Refusal, whose="InfluxDB's")
        return "" if isinstance(refusal, Unusable) else refusal.message


def _rows(text: str) -> Iterator[dict[str, str]]:
    """Each row by the names of its columns: a blank line, or an annotation, ends one schema and starts another."""
    names: list[str] = []
    for row in csv.reader(io.StringIO(text, newline="")):
        if not any(row) or row[0].startswith("#"):
            names = []
        elif not names and not {"error", "_value"} & set(row):
            message = "there is no column _value"
            raise csv.Error(message)
        elif not names:
            names = row
        else:
            yield dict(zip(names, row, strict=False))


def _last(rows: list[dict[str, str]]) -> Answer:
    """The last value of the only table."""
    if failed := next((row["error"] for row in rows if row.get("error")), ""):
        return unusable(failed)

    tables: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        tables[row.get("result", ""), row.get("table", "")].append(row.get("_value", ""))

    values = single(list(tables.values()))
    if isinstance(values, NoData | Unusable):
        return values

    return sample(values[-1]) if values[-1] else NoData("no value in the last row")
