"""The operator's own logs, counters and loop lag."""

import asyncio
import logging
import sys
from collections import Counter
from dataclasses import dataclass, field

import structlog

LAG_EVERY_SECONDS = 0.25


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
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


@dataclass(slots=True)
class Telemetry:
    """Counters that /metrics shows. Gauges are read from the store when asked."""

    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    outcome_seconds: Counter[str] = field(default_factory=Counter)
    queries: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    lag_seconds: float = 0.0

    def request(self, verb: str, path: str, status: int, seconds: float) -> None:  # noqa: ARG002 - an observer's shape
        """Count a call to the API server by verb, resource and status."""
        self.requests[verb, resource_of(path), status] += 1

    async def watch_lag(self) -> None:
        """Measure how late the loop is; a liveness probe asks for it."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(LAG_EVERY_SECONDS)
            self.lag_seconds = max(loop.time() - before - LAG_EVERY_SECONDS, 0.0)


def resource_of(path: str) -> str:
    """The resource of a path, with its subresource: `releases/status`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        parts = parts[2:]

    return "/".join((parts[0], *parts[2:])) if parts else path


def exposition(families: dict[str, tuple[str, str, dict[str, float]]]) -> str:
    """Prometheus' text format: name to kind, help, and values by label text."""
    lines: list[str] = []
    for name, (kind, words, values) in families.items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labels} {value:g}" for labels, value in values.items()]

    return "\n".join(lines) + "\n"
