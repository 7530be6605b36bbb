"""Claims about what a metric source is asked, and until when."""

import time
from urllib.parse import parse_qs

from tests.cluster.api import REPLICA_SETS
from tests.cluster.metric_source import HALF_A_DAY, Answer
from tests.cluster.processes import within
from tests.cluster.simulated_counts import asked_at, is_raw
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.example import LATEST, Example


@claim
def query_variables(example: Example) -> None:
    """At each step the questions have its weight, and the revisions and the pods of both sides."""
    first = example.serve()
    answer = example.says(1.0)
    example.change()
    second = example.promoted(after=first)

    asked = {parse_qs(body)["query"][0] for _, body in answer.asked}
    orders = {promql for promql in asked if "orders_total" in promql}
    assert {promql.rpartition(" / ")[2] for promql in orders} == {"10", "50", "100"}
    assert all(f'revision=~"{first}|{second}"' in promql for promql in orders)
    memory = {promql for promql in asked if "process_resident_memory_bytes" in promql}
    pods = [f'namespace="{example.namespace}", pod=~"orders-{side}-[a-z0-9]{{5}}"' for side in (second, first)]
    assert memory == {" / ".join(f"avg(process_resident_memory_bytes{{{side}}})" for side in pods)}


@claim
def days_differ(example: Example) -> None:
    """In the watch the day before is asked for, and not after it; with `Warn` it is asked for again."""
    first = example.serve()
    answer = example.says(0.0)
    example.change()
    second = example.promoted(after=first)
    example.see(REPLICA_SETS, f"exams-{first}", lambda found: found["status"]["replicas"] == 0)
    assert comparisons_begun(answer) == 1

    example.edit(promotion={"afterwards": "Warn"})
    answer = example.says(0.0)
    example.change("3")
    example.promoted(after=second)
    assert within(LATEST, lambda: comparisons_begun(answer) > 1)


def comparisons_begun(answer: Answer) -> int:
    """How often a comparison with the day before began: it asks at first for an hour of that day."""
    raw = [body for _, body in answer.asked if is_raw(body)]
    hours = [body for body in raw if parse_qs(body)["query"][0].endswith("[1h]")]
    return sum(asked_at(body) < time.time() - HALF_A_DAY for body in hours)
