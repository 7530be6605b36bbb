"""The operator's own logs, counters and loop lag."""

import asyncio
import logging
import sys
from enum import Enum

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

LAG_EVERY_SECONDS = 0.25
DURATIONS = (1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400)


def configure_logs(level: str) -> None:
    """One JSON line for each entry, ours and the libraries', to standard output."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(renderer)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("kopf").setLevel(logging.ERROR)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class TurnResult(Enum):
    """What came of a turn."""

    ACTED = "acted"
    LOOKED = "looked"
    FAILED = "failed"


class QueryResult(Enum):
    """What came of a question to a metric source."""

    ANSWERED = "answered"
    FAILED = "failed"


class Telemetry:
    """What /metrics counts. Gauges of Releases are read from the store when they are asked for."""

    def __init__(self) -> None:
        # A second series for each counter, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tidegate_api_requests",
            "Requests to the API server.",
            ("verb", "resource", "status"),
            registry=self.registry,
        )
        self.turns = Counter("tidegate_turns", "Turns by result.", ("result",), registry=self.registry)
        self.queries = Counter(
            "tidegate_queries", "Questions to metric sources by result.", ("result",), registry=self.registry
        )
        self.hooks = Counter("tidegate_hook_asks", "Questions to hooks by answer.", ("said",), registry=self.registry)
        self.accidents = Counter(
            "tidegate_accidents",
            "What failed of one object while the others went on, by what was done.",
            ("what",),
            registry=self.registry,
        )
        self.rollouts = Histogram(
            "tidegate_rollout_duration_seconds",
            "From a rollout's start to its end, by outcome.",
            ("outcome",),
            buckets=DURATIONS,
            registry=self.registry,
        )
        self.leading = Gauge("tidegate_leading", "1 while this replica takes turns.", registry=self.registry)
        self.lag = Gauge("tidegate_loop_lag_seconds", "How late the event loop is.", registry=self.registry)
        self.lag_seconds = 0.0

    def request(self, verb: str, path: str, status: int, seconds: float) -> None:  # noqa: ARG002 - an observer's shape
        """Count a call to the API server by verb, resource and status."""
        self.requests.labels(verb, resource_of(path), str(status)).inc()

    def turn(self, result: TurnResult) -> None:
        """Count a turn."""
        self.turns.labels(result.value).inc()

    def query(self, *, answered: bool) -> None:
        """Count a question to a metric source."""
        result = QueryResult.ANSWERED if answered else QueryResult.FAILED
        self.queries.labels(result.value).inc()

    async def watch_lag(self) -> None:
        """Measure how late the loop is; a liveness probe asks for it."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(LAG_EVERY_SECONDS)
            self.lag_seconds = max(loop.time() - before - LAG_EVERY_SECONDS, 0.0)
            self.lag.set(self.lag_seconds)


def resource_of(path: str) -> str:
    """The resource of a path, with its subresource: `releases/status`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        parts = parts[2:]

    return "/".join((parts[0], *parts[2:])) if parts else path
