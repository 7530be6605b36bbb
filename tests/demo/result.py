"""What came of each version, and whether every request is accounted for."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .counts import Counts, Served, counts, made_by_gateway, seen_by_users, unlike_pods
from .hand_back import HandedBack
from .load import Load
from .shop import VERSIONS, Version
from .sizes import WEIGHTS, Sizes
from .till import BAD, GOOD

# 50 requests a second, a twentieth of them, for 40 seconds: the second step would serve that in eight.
MOST_SERVED_AT_FIVE_PERCENT = 100
NO_TRAFFIC = "simulated pods serve nothing: no request was sent, and none is accounted for"
HEADINGS = {
    "version": "version",
    "outcome": "outcome",
    "reason": "reason",
    "seconds": "seconds to decide",
    "served": "its pods' answers",
    "served_by_pods": "by their counters",
    "errors": "its pods' errors",
    "errors_by_pods": "errors by counters",
    "made_by_gateway": "gateway's own 5xx",
    "errors_in_all": "errors users saw",
}
WITHOUT_TRAFFIC = ("version", "outcome", "reason", "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionResult:
    """How a version ended, and its requests as users and as its pods counted them."""

    version: str
    outcome: str
    reason: str
    seconds: float
    served: int = 0
    served_by_pods: int = 0
    errors: int = 0
    errors_by_pods: int = 0
    made_by_gateway: int = 0

    @property
    def errors_in_all(self) -> int:
        """What users saw while it was put out: of its pods, and of the gateway itself."""
        return self.errors + self.made_by_gateway

    @property
    def users(self) -> Served:
        """What users had of it."""
        return Served(self.served, self.errors)

    @property
    def pods(self) -> Served:
        """What its pods gave."""
        return Served(self.served_by_pods, self.errors_by_pods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover(Counts):
    """What users saw from before the takeover until after the hand-back."""

    users: dict[str, Served] = field(default_factory=dict)
    pods: dict[str, Served] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, Sizes] = field(default_factory=dict)
    handed_back: HandedBack = field(default_factory=HandedBack)

    def complaints(self) -> list[str]:
        """Everything that is not as it must be."""
        found = self.imbalances()
        if self.made_by_gateway:
            found.append(f"the gateway itself answered {self.made_by_gateway} times")

        for name in sorted(self.users.keys() | self.pods.keys()):
            users = self.users.get(name, Served())
            found += unlike_pods(name, users, self.pods.get(name, Served()))
            if users.errors and name != VERSIONS[2].name:
                found.append(f"users saw {users.errors} errors of {name}")

        expected = {VERSIONS[1].name: "Promoted", VERSIONS[2].name: "RolledBack"}
        found += [f"{self.outcomes}, not {expected}"] if self.outcomes != expected else []
        found += [*self.unlike_sizes(), *self.handed_back.complaints()]
        return [f"takeover: {each}" for each in found]

    def unlike_sizes(self) -> list[str]:
        """Where a rollout had other sizes than it must: a good version goes by every step, a bad one by the first."""
        every = list(WEIGHTS)
        found = []
        for name, steps in ((GOOD.name, every), (BAD.name, every[:1])):
            complaints = self.sizes.get(name, Sizes()).complaints(steps)
            found += [f"{name}: {each}" for each in complaints]

        return found

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"takeover and hand-back: {self.summary()}",
            *(f"{name}: {found.summary()}" for name, found in self.sizes.items()),
            f"handed back: {self.handed_back.summary()}",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Counts):
    """The whole run. `simulated`: its pods are, so there was no traffic, and no takeover."""

    simulated: bool = False
    versions: list[VersionResult] = field(default_factory=list)
    takeover: Takeover | None = None

    def complaints(self) -> list[str]:
        """Everything that is not as it must be; of simulated pods only how their rollouts ended."""
        if self.simulated:
            return self.unlike_versions()

        taken = self.takeover.complaints() if self.takeover else ["the takeover of a Deployment is missing"]
        return [*self.imbalances(), *self.unlike_versions(), *taken]

    def unlike_versions(self) -> list[str]:
        """Versions that are missing, or not as they must be."""
        results = {result.version: result for result in self.versions}
        found = []
        for version in VERSIONS:
            if self.simulated and version.needs_pods:
                continue

            result = results.get(version.name)
            if result is None:
                found.append(f"{version.name} is missing")
                continue

            found += unlike_end(result, version)
            found += [] if self.simulated else unlike_traffic(result)

        return found

    def write(self, path: Path) -> None:
        """As JSON."""
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    def table(self) -> str:
        """As a table for people."""
        columns = WITHOUT_TRAFFIC if self.simulated else tuple(HEADINGS)
        rows = [tuple(HEADINGS[name] for name in columns)]
        rows += [tuple(str(getattr(found, name)) for name in columns) for found in self.versions]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        total = NO_TRAFFIC if self.simulated else self.summary()
        takeover = ["", *self.takeover.lines()] if self.takeover else []
        return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:], "", total, *takeover])


def unlike_end(result: VersionResult, version: Version) -> list[str]:
    """Where a rollout did not end as it must."""
    if (result.outcome, result.reason) == (version.outcome, version.reason):
        return []

    return [f"{version.name}: {result.outcome}/{result.reason}, not {version.outcome}/{version.reason}"]


def unlike_traffic(result: VersionResult) -> list[str]:
    """Where a version did not serve as it must."""
    name, found = result.version, unlike_pods(result.version, result.users, result.pods)
    if name != "v3" and result.errors:
        found.append(f"{name}: users saw {result.errors} errors")

    if name == "v3" and result.served and not result.errors:
        found.append(f"v3: none of {result.served} answers is an error: they are not told apart")

    if name == "v3" and not 0 < result.served <= MOST_SERVED_AT_FIVE_PERCENT:
        found.append(f"v3 served {result.served} requests: it was not rolled back at its first step")

    if name != "v5" and result.made_by_gateway:
        found.append(f"{name}: the gateway itself answered {result.made_by_gateway} times with 5xx")

    if name == "v4" and result.served:
        found.append(f"v4 served {result.served} requests before it could start")

    if name in {"v1", "v2", "v5"} and not result.served:
        found.append(f"{name} served nothing")

    return found


def account(load: Load, versions: list[VersionResult], begun: list[float], pods: dict[str, Served]) -> Result:
    """Put the users' and the pods' view side by side. `begun` has the instant at which each version was applied."""
    own, users = made_by_gateway(load.requests), seen_by_users(load.requests)
    ends = [*begun[1:], float("inf")]
    filled = []
    for result, begin, end in zip(versions, begun, ends, strict=True):
        seen, given = users.get(result.version, Served()), pods.get(result.version, Served())
        filled.append(
            replace(
                result,
                served=seen.requests,
                served_by_pods=given.requests,
                errors=seen.errors,
                errors_by_pods=given.errors,
                made_by_gateway=sum(begin <= found.sent_at < end for found in own),
            )
        )

    return Result(**asdict(counts(load, pods)), versions=filled)
