"""A real Prometheus, asked and read as the operator does."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cluster.api import Object
from tests.cluster.control_plane import free_port
from tests.cluster.processes import Processes, within
from tests.cluster.prometheus import start
from tidegate.metrics.answer import Answer, Sample, Unusable
from tidegate.metrics.backend import Backend
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import RawSeries, Shape, questions
from tidegate.metrics.samples import Series
from tidegate.metrics.translator import Question, Request

SECONDS = 30
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A Prometheus, asked as the operator asks it."""

    address: str

    def ask(self, promql: str) -> Answer:
        """The answer, as the operator asks and reads it."""
        source = Prometheus(address=self.address)
        return source.parse(self.send(source.request(Question(words=promql, end=now(), window=MINUTE))))

    def raw(self, shape: Shape, sides: tuple[Backend, ...], at: float, window: timedelta) -> list[RawSeries]:
        """The samples of all these sides, as the operator asks for them."""
        source = Prometheus(address=self.address)
        found: list[RawSeries] = []
        for question in questions(shape, sides, window):
            answer = source.raw(self.send(source.raw_request(question, at=int(at * 1000))))
            assert not isinstance(answer, Unusable), answer.why
            found += answer

        return found

    def send(self, asked: Request) -> bytes:
        """The body of the answer."""
        with urllib.request.urlopen(asked.url, data=asked.body, timeout=10) as answer:
            body: bytes = answer.read()
            return body

    def vector(self, promql: str) -> list[tuple[dict[str, str], str]]:
        """Every series and its value."""
        return [(series["metric"], series["value"][1]) for series in self._result(promql)]

    def _result(self, promql: str) -> list[Object]:
        query = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{self.address}/api/v1/query?{query}", timeout=10) as answer:
            found: list[Object] = json.loads(answer.read())["data"]["result"]
            return found

    def until(self, promql: str, seconds: float = SECONDS) -> float:
        """Wait until a question has an answer, and return it: scrapes tell nobody when they are done."""
        found: list[float] = []

        def answered() -> bool:
            answer = self.ask(promql)
            found.extend([answer.value] if isinstance(answer, Sample) else [])
            return bool(found)

        assert within(seconds, answered), promql
        return found[0]


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def totals(found: list[Series]) -> dict[str, int]:
    parts: dict[str, int] = {}
    for series in found:
        part = series.counter.part
        if series.samples:
            parts[part] = parts.get(part, 0) + round(series.samples[-1].value)

    return parts


@contextmanager
def scraping(folder: Path, jobs: list[dict[str, object]], *, rules: Sequence[Path] = ()) -> Iterator[Numbers]:
    """A Prometheus that scrapes these jobs, and evaluates these files of rules, twice a second."""
    processes, place = Processes(folder), f"127.0.0.1:{free_port()}"
    often = {"scrape_interval": "500ms", "evaluation_interval": "500ms"}
    try:
        named = {"global": often, "rule_files": [str(path) for path in rules], "scrape_configs": jobs}
        start(processes, folder, place, named)
        yield Numbers(f"http://{place}")
    finally:
        processes.stop_all()
