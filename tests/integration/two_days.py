"""What a gateway counted yesterday, and what it counts today: a page for each, for one Prometheus that keeps both."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tests.integration.expositions import Exposition, Served, Side, traefik

DAY = 24 * 3600
ROLES = ("stable", "candidate")
TODAY_PER_SECOND = 100
COUNTER = "traefik_service_requests_total"


@dataclass(frozen=True, slots=True)
class Turn:
    """From an instant on, in seconds since 1970, one of the Services has all the traffic, and some of it is bad."""

    since: float
    role: str
    bad: float


@dataclass(slots=True)
class Today:
    """A Release's traffic of today: it grows with the clock."""

    namespace: str
    turns: list[Turn] = field(default_factory=list)

    def turn(self, role: str, bad: float) -> None:
        self.turns = [*self.turns, Turn(time.time(), role, bad)]

    def page(self) -> str:
        now = time.time()
        return "".join(traefik(side_of(self.namespace, role, self.served(role, now))) for role in ROLES)

    def served(self, role: str, now: float) -> Served:
        turns = self.turns
        ends = [*(turn.since for turn in turns[1:]), now]
        spans = [(end - turn.since, turn.bad) for turn, end in zip(turns, ends, strict=True) if turn.role == role]
        requests = [int(span * TODAY_PER_SECOND) for span, _ in spans]
        errors = [int(number * bad) for number, (_, bad) in zip(requests, spans, strict=True)]
        return Served(requests=sum(requests), errors=sum(errors), slow=0)


def yesterdays(at: int) -> dict[str, Served]:
    """What both Services served in a second of yesterday: a rollout was under way. No two seconds near are alike."""
    stable = Served(requests=390 + at % 7, errors=4 + (at % 5 == 0), slow=0)
    return {"stable": stable, "candidate": Served(requests=10, errors=0, slow=0)}


def yesterdays_page(namespace: str, seconds: Iterable[int], *, begins_again: int = 0) -> str:
    """A sample a second of each counter; they begin again at 0 every so many seconds, if at all."""
    counted = dict.fromkeys(ROLES, Served(requests=0, errors=0, slow=0))
    lines: list[str] = []
    for at in seconds:
        again = begins_again and at % begins_again == 0
        for role, more in yesterdays(at).items():
            counted[role] = more if again else sum_of(counted[role], more)
            page = traefik(side_of(namespace, role, counted[role]))
            lines += [f"{line} {at * 1000}\n" for line in page.splitlines() if line.startswith(COUNTER)]

    return "".join(lines)


def sum_of(one: Served, other: Served) -> Served:
    return replace(one, requests=one.requests + other.requests, errors=one.errors + other.errors)


def side_of(namespace: str, role: str, served: Served) -> Side:
    return Side(namespace=namespace, release="web", revision="", role=role, served=served)


def runs(first: range, longest: int) -> Iterator[tuple[int, int]]:
    """Requests and errors of every run of yesterday's seconds that begins in some of them: so blocks may add up."""
    for begin in first:
        requests = errors = 0
        for at in range(begin, begin + longest):
            served = yesterdays(at).values()
            requests, errors = requests + sum(each.requests for each in served), errors + sum(e.errors for e in served)
            yield requests, errors


@dataclass(slots=True)
class Gateway:
    """Three targets: one as it is today, yesterday's samples of that one, and those of another that is gone since."""

    exposition: Exposition
    todays: list[Today] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=lambda: {"/same": "", "/gone": ""})

    def __post_init__(self) -> None:
        """Serve all of it."""
        today: dict[str, Callable[[], str]] = {"/today": lambda: "".join(each.page() for each in self.todays)}
        self.exposition.pages = {**today, "/same": lambda: self.kept["/same"], "/gone": lambda: self.kept["/gone"]}

    @property
    def jobs(self) -> list[dict[str, object]]:
        """How Prometheus scrapes it: today's more than twice in a cell of a second. What was kept is a long page."""
        return [
            self._job("/today", "now:9100", "300ms"),
            self._job("/same", "now:9100", "2s"),
            self._job("/gone", "gone:9100", "2s"),
        ]

    def _job(self, path: str, instance: str, interval: str) -> dict[str, object]:
        targets = [{"targets": [self.exposition.place], "labels": {"job": "gateway", "instance": instance}}]
        return {"job_name": path, "metrics_path": path, "scrape_interval": interval, "static_configs": targets}
