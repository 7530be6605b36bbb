"""A Prometheus that answers what it is told: only for faults, and for answers that flip at a known instant."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.cluster.api import METRIC_SOURCES, Api


@dataclass(slots=True)
class Answer:
    """What is said to every question: a value, nothing, or a status that is no answer; late, or in pieces.

    `told` is called while whoever asks still waits for the answer.
    """

    value: float | None = 0.0
    status: int = 200
    body: bytes | None = None
    seconds: float = 0.0
    in_pieces: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    asked_with: list[dict[str, str]] = field(default_factory=list)
    told: Callable[[], None] = lambda: None
    heard: threading.Event = field(default_factory=threading.Event)

    def text(self) -> bytes:
        """Prometheus' envelope."""
        if self.body is not None:
            return self.body

        result = [] if self.value is None else [{"metric": {}, "value": [time.time(), str(self.value)]}]
        return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


class MetricServer:
    """A server on loopback; set `says` to change its answer from the next question on."""

    def __init__(self) -> None:
        self.says = Answer()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def declare(self, api: Api, namespace: str, name: str = "numbers") -> None:
        """The MetricSource that names it."""
        api.apply(
            METRIC_SOURCES,
            {
                "apiVersion": "tidegate.dev/v1alpha1",
                "kind": "MetricSource",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"prometheus": {"address": self.address, "timeout": "1s"}},
            },
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"])).decode()
                said = server.says
                said.asked.append((time.time(), question))
                said.asked_with.append(dict(self.headers.items()))
                said.told()
                said.heard.set()
                self.say(said)

            def do_GET(self) -> None:
                """A check of the source: it is no measurement."""
                self.say(server.says)

            def say(self, said: Answer) -> None:
                time.sleep(said.seconds)
                text = said.text()
                self.send_response(said.status)
                for name, value in {**said.headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)

                self.end_headers()
                size = 20 if said.in_pieces else len(text)
                for start in range(0, len(text), size or 1):
                    self.wfile.write(text[start : start + size])
                    self.wfile.flush()
                    time.sleep(0.02 if said.in_pieces else 0)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        return Handler
