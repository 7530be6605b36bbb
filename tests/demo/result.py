"""What came of each version, and whether every request is accounted for."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from prometheus_api_client import PrometheusConnect

from .load import Load
from .shop import NAMESPACE, VERSIONS, Version

# 50 requests a second, a twentieth of them, for 40 seconds: the second step would serve that in eight.
MOST_SERVED_AT_FIVE_PERCENT = 100
HEADINGS = (
    "version",
    "outcome",
    "reason",
    "seconds to decide",
    "requests served",
    "errors users saw",
    "5xx by the gateway",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionResult:
    """How a version ended."""

    version: str
    outcome: str
    reason: str
    seconds: float
    served: int = 0
    errors: int = 0
    made_by_gateway: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """What users saw from before the takeover until after the hand-back."""

    sent: int
    answered: int
    lost: int
    counted_by_pods: int
    made_by_gateway: int
    errors: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Everything that is not as it must be."""
        found = list(self.troubles)
        if self.lost or self.made_by_gateway or self.answered != self.counted_by_pods:
            found.append(f"takeover: {self.summary()}")

        for name, count in self.errors.items():
            found += [f"takeover: users saw {count} errors of {name}"] if name != VERSIONS[2].name else []

        expected = {VERSIONS[1].name: "Promoted", VERSIONS[2].name: "RolledBack"}
        return found if self.outcomes == expected else [*found, f"takeover: {self.outcomes}, not {expected}"]

    def summary(self) -> str:
        """One line for people."""
        return (
            f"sent {self.sent} · answered {self.answered} · lost {self.lost} · counted by the pods "
            f"{self.counted_by_pods} · 5xx made by the gateway {self.made_by_gateway}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The whole run."""

    sent: int
    answered: int
    lost: int
    counted_by_pods: int
    made_by_gateway: int
    versions: list[VersionResult] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    takeover: Takeover | None = None

    def complaints(self) -> list[str]:
        """Everything that is not as it must be."""
        found = list(self.troubles)
        if self.lost:
            found.append(f"{self.lost} of {self.sent} requests got no answer")

        if self.answered != self.counted_by_pods + self.made_by_gateway:
            sides = f"{self.counted_by_pods} counted by pods + {self.made_by_gateway} made by the gateway"
            found.append(f"{self.answered} answers ≠ {sides}")

        for result, version in zip(self.versions, VERSIONS, strict=False):
            found += unlike(result, version)

        return [*found, *(self.takeover.complaints() if self.takeover else ())]

    def write(self, path: Path) -> None:
        """As JSON."""
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    def table(self) -> str:
        """As a table for people."""
        rows = [[*map(str, asdict(found).values())] for found in self.versions]
        widths = [max(len(row[place]) for row in (HEADINGS, *rows)) for place in range(len(HEADINGS))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (HEADINGS, *rows)
        ]
        total = (
            f"sent {self.sent} · answered {self.answered} · lost {self.lost} · counted by the pods "
            f"{self.counted_by_pods} · 5xx made by the gateway {self.made_by_gateway}"
        )
        takeover = ["", f"takeover and hand-back: {self.takeover.summary()}"] if self.takeover else []
        return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:], "", total, *takeover])


def unlike(result: VersionResult, version: Version) -> list[str]:
    """Where a version did not end as it must."""
    found = []
    if (result.outcome, result.reason) != (version.outcome, version.reason):
        found.append(f"{version.name}: {result.outcome}/{result.reason}, not {version.outcome}/{version.reason}")

    if version.name in {"v1", "v2", "v4"} and result.errors:
        found.append(f"{version.name}: users saw {result.errors} errors")

    if version.name == "v3" and not 0 < result.served <= MOST_SERVED_AT_FIVE_PERCENT:
        found.append(f"v3 served {result.served} requests: it was not rolled back at its first step")

    if version.name != "v5" and result.made_by_gateway:
        found.append(f"{version.name}: the gateway itself answered {result.made_by_gateway} times with 5xx")

    if version.name == "v4" and result.served:
        found.append(f"v4 served {result.served} requests before it could start")

    return found


def counted_by_pods(prometheus: str, run: str, namespace: str = NAMESPACE) -> int:
    """The sum of the pods' own counters at their end."""
    promql = f'sum(max_over_time(shop_requests_total{{namespace="{namespace}", run="{run}"}}[30m]))'
    with PrometheusConnect(url=prometheus, timeout=10) as source:
        answer: list[Any] = source.custom_query(promql)
        return int(float(answer[0]["value"][1])) if answer else 0


def account(load: Load, versions: list[VersionResult], begun: list[float], counted: int) -> Result:
    """Put the users' and the pods' view side by side. `begun` has the instant at which each version was applied."""
    requests = tuple(load.requests)
    lost = [found for found in requests if found.status is None]
    own = [found for found in requests if found.status is not None and found.version is None]
    ends = [*begun[1:], float("inf")]
    filled = [
        replace(
            result,
            served=sum(found.version == result.version for found in requests),
            errors=sum(found.version == result.version and found.status != 200 for found in requests),
            made_by_gateway=sum(begin <= found.sent_at < end for found in own),
        )
        for result, begin, end in zip(versions, begun, ends, strict=True)
    ]
    return Result(
        sent=load.sent,
        answered=len(requests) - len(lost),
        lost=len(lost),
        counted_by_pods=counted,
        made_by_gateway=len(own),
        versions=filled,
        troubles=sorted({found.trouble for found in lost}),
    )
