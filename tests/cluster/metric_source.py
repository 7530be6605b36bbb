"""A Prometheus that answers what it is told: only for faults, and for answers that flip at a known instant."""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote_plus

from tests.cluster.api import METRIC_SOURCES, Api
from tests.cluster.loopback import Loopback
from tests.cluster.simulated_counts import PER_SECOND, Said, asked_at, is_raw, matrix

HALF_A_DAY = 12 * 3600


def envelope(kind: str, result: list[dict[str, object]]) -> bytes:
    """Prometheus' own."""
    return json.dumps({"status": "success", "data": {"resultType": kind, "result": result}}).encode()


@dataclass(slots=True)
class Answer:
    """What is said to every question: a value, nothing, or a status that is no answer; late, or in pieces.

    A question for raw counters has both sides' for an answer: the value is the candidate's share of bad requests,
    and `refused` that of 4xx. A question for many times has `past`.
    `per_second` how many requests it serves a second, and `stable_per_second` stable; bad ones began `since`, and
    stable was asked the last time at `stable_until`, in seconds since 1970. Of a day before there are counts only where
    `yesterday` tells the share of bad requests.
    `ahead`: how far its clock is before ours, in seconds.
    `values` answer the questions that hold a word. `told` is called while whoever asks still waits for the answer.
    """

    value: float | None = 0.0
    stable: float = 0.0
    refused: float = 0.0
    past: Sequence[float] = ()
    yesterday: float | None = None
    per_second: int = PER_SECOND
    stable_per_second: int = PER_SECOND
    since: float = 0.0
    stable_until: float = math.inf
    values: Mapping[str, float] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    seconds: float = 0.0
    in_pieces: bool = False
    ahead: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    asked_with: list[dict[str, str]] = field(default_factory=list)
    told: Callable[[], None] = lambda: None
    heard: threading.Event = field(default_factory=threading.Event)

    def text(self, question: str = "") -> bytes:
        """Prometheus' envelope."""
        if self.body is not None:
            return self.body

        if "step=" in question:
            values = [[at, str(found)] for at, found in enumerate(self.past)]
            series: dict[str, object] = {"metric": {}, "values": values}
            return envelope("matrix", [series] if self.past else [])

        value = next((value for word, value in self.values.items() if word in unquote_plus(question)), self.value)
        if is_raw(question):
            return envelope("matrix", self.counts(question, value))

        result: list[dict[str, object]] = [] if value is None else [{"metric": {}, "value": [time.time(), str(value)]}]
        return envelope("vector", result)

    def counts(self, question: str, value: float | None) -> list[dict[str, object]]:
        """Both sides', or those of a day before, when each of them served the same."""
        if asked_at(question) < time.time() - HALF_A_DAY:
            before = Said(self.yesterday or 0.0)
            return matrix(question, before, before) if self.yesterday is not None else []

        sides = (
            Said(value or 0.0, self.per_second, self.refused, self.since),
            Said(self.stable, self.stable_per_second, since=self.since, until=self.stable_until),
        )
        return matrix(question, *sides) if value is not None else []

    def say_to(self, request: BaseHTTPRequestHandler, question: str = "") -> None:
        """Answer one request."""
        time.sleep(self.seconds)
        text = self.text(question)
        request.send_response_only(self.status)
        request.send_header("Date", request.date_time_string(time.time() + self.ahead))
        for name, value in {**self.headers, "Content-Length": str(len(text))}.items():
            request.send_header(name, value)

        request.end_headers()
        size = 20 if self.in_pieces else len(text)
        for start in range(0, len(text), size or 1):
            request.wfile.write(text[start : start + size])
            request.wfile.flush()
            time.sleep(0.02 if self.in_pieces else 0)


class MetricServer(Loopback):
    """A server on loopback; set `says` to change its answer from the next question on."""

    def __init__(self) -> None:
        self.says = Answer()
        super().__init__()

    @property
    def address(self) -> str:
        """What is asked."""
        return f"http://{self.place}"

    def declare(self, api: Api, namespace: str, name: str = "numbers") -> None:
        """The MetricSource that names it."""
        api.apply(
            METRIC_SOURCES,
            {
                "apiVersion": "tidegate.dev/v1alpha1",
                "kind": "MetricSource",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"prometheus": {"address": self.address, "timeout": "10s"}},
            },
        )

    def post(self, request: BaseHTTPRequestHandler) -> None:
        question = request.rfile.read(int(request.headers["Content-Length"])).decode()
        said = self.says
        said.asked.append((time.time(), question))
        said.asked_with.append(dict(request.headers.items()))
        said.told()
        said.heard.set()
        said.say_to(request, question)

    def get(self, request: BaseHTTPRequestHandler) -> None:
        """A check of the source: it is no measurement."""
        self.says.say_to(request)
