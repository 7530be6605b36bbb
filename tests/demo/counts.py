"""Requests as users saw them beside the same requests as the pods counted them."""

from dataclasses import dataclass, field
from typing import Any

from prometheus_api_client import PrometheusConnect

from .load import Load, Request
from .shop import NAMESPACE


@dataclass(frozen=True, slots=True)
class Served:
    """Requests that were answered, and how many of them with an error."""

    requests: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Where every request went, and what became of those that were lost."""

    sent: int = 0
    answered: int = 0
    lost: int = 0
    counted_by_pods: int = 0
    made_by_gateway: int = 0
    troubles: list[str] = field(default_factory=list)

    def imbalances(self) -> list[str]:
        """What does not add up. Nothing sent does not: it proves nothing."""
        found = list(self.troubles)
        if not self.sent:
            found.append("no request was sent")

        if self.lost:
            found.append(f"{self.lost} of {self.sent} requests got no answer")

        if self.sent != self.answered + self.lost:
            found.append(f"{self.sent} sent ≠ {self.answered} answered + {self.lost} lost")

        if self.answered != self.counted_by_pods + self.made_by_gateway:
            sides = f"{self.counted_by_pods} counted by pods + {self.made_by_gateway} made by the gateway"
            found.append(f"{self.answered} answers ≠ {sides}")

        return found

    def summary(self) -> str:
        """One line for people."""
        return (
            f"sent {self.sent} · answered {self.answered} · lost {self.lost} · counted by the pods "
            f"{self.counted_by_pods} · 5xx made by the gateway {self.made_by_gateway}"
        )


def unlike_pods(version: str, users: Served, pods: Served) -> list[str]:
    """Where users saw another number of answers or errors of a version than its pods gave."""
    found = []
    if users.requests != pods.requests:
        found.append(f"{version}: users had {users.requests} answers, its pods gave {pods.requests}")

    if users.errors != pods.errors:
        found.append(f"{version}: users saw {users.errors} errors, its pods gave {pods.errors}")

    return found


def seen_by_users(requests: list[Request]) -> dict[str, Served]:
    """What was served, by version."""
    found: dict[str, Served] = {}
    for request in requests:
        if request.version is not None:
            before = found.get(request.version, Served())
            failed = int(request.status != 200)
            found[request.version] = Served(before.requests + 1, before.errors + failed)

    return found


def made_by_gateway(requests: list[Request]) -> list[Request]:
    """Answers that no pod gave."""
    return [found for found in requests if found.status is not None and found.version is None]


def counts(load: Load, pods: dict[str, Served]) -> Counts:
    """Put the users' and the pods' view side by side."""
    lost = [found for found in load.requests if found.status is None]
    return Counts(
        sent=load.sent,
        answered=len(load.requests) - len(lost),
        lost=len(lost),
        counted_by_pods=sum(served.requests for served in pods.values()),
        made_by_gateway=len(made_by_gateway(load.requests)),
        troubles=sorted({found.trouble for found in lost}),
    )


def by_version(series: list[dict[str, Any]], run: str) -> dict[str, Served]:
    """What a vector by run and code says."""
    found: dict[str, Served] = {}
    for each in series:
        version, code = each["metric"]["run"].removeprefix(f"{run}-"), each["metric"]["code"]
        count, before = int(float(each["value"][1])), found.get(version, Served())
        failed = count if code != "200" else 0
        found[version] = Served(before.requests + count, before.errors + failed)

    return found


def seen_by_pods(prometheus: str, run: str, namespace: str = NAMESPACE) -> dict[str, Served]:
    """The pods' own counters at their end, by version: the label `run` of each pod is `<run>-<version>`."""
    selector = f'namespace="{namespace}", run=~"{run}-.+"'
    promql = f"sum by (run, code) (max_over_time(shop_requests_total{{{selector}}}[30m]))"
    return by_version(answer(prometheus, promql), run)


def pods_asked(prometheus: str, namespace: str) -> int:
    """How many pods Prometheus asks: of one that ends before it was asked nobody knows what it served."""
    found = answer(prometheus, f'count(up{{job="pods", namespace="{namespace}"}} == 1)')
    return int(float(found[0]["value"][1])) if found else 0


def answer(prometheus: str, promql: str) -> list[dict[str, Any]]:
    """A vector."""
    with PrometheusConnect(url=prometheus, timeout=10) as source:
        found: list[dict[str, Any]] = source.custom_query(promql)
        return found
