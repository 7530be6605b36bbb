"""The chart's alerts of events ring in a real Prometheus at the first event of a process, and not before it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from tests.cluster.api import Object
from tests.cluster.manifest import rendered
from tests.integration.expositions import Exposition
from tests.integration.numbers import Numbers, scraping
from tidegate.cli.grafana import PANELS
from tidegate.decision.progress import Outcome
from tidegate.handlers.counters import begin
from tidegate.reconcile.accidents import Work
from tidegate.telemetry import Telemetry

EVENTS: dict[str, Callable[[Telemetry], None]] = {
    "TidegateRolledBack": lambda telemetry: telemetry.rollouts.labels(Outcome.ROLLED_BACK.value).observe(60),
    "TidegateAccident": lambda telemetry: telemetry.accidents.labels(Work.COUNTING).inc(),
}
LOOKED_AT: dict[str, Callable[[Telemetry], None]] = {
    "Rollouts that ended, by outcome": EVENTS["TidegateRolledBack"],
    "Requests to the API server": lambda telemetry: telemetry.request("PATCH", "/api/v1/pods", 403, 0.1),
}
SERIES = {
    "TidegateRolledBack": 'tidegate_rollout_duration_seconds_count{outcome="RolledBack"}',
    "TidegateAccident": 'tidegate_accidents_total{what="counting"}',
}
MINUTE = 60
QUARTER_OF_A_MINUTE = 15


@pytest.fixture(scope="module")
def questions() -> dict[str, str]:
    """What the chart's alerts and the panels ask."""
    found = yaml.safe_load_all(rendered("prometheusRule.enabled=true"))
    groups = next(item for item in found if item and item["kind"] == "PrometheusRule")["spec"]["groups"]
    alerts = {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}
    return alerts | {panel.title: f"({panel.query}) > 0" for panel in PANELS}


@pytest.fixture(scope="module")
def missed_in_shops() -> Object:
    """The alert that an operator for some namespaces is down."""
    found = yaml.safe_load_all(rendered("prometheusRule.enabled=true", "watchNamespaces={shop}"))
    groups = next(item for item in found if item and item["kind"] == "PrometheusRule")["spec"]["groups"]
    alerts: list[Object] = [rule for group in groups for rule in group["rules"]]
    return next(rule for rule in alerts if rule["alert"] == "TidegateDown")


@contextmanager
def scraped(folder: Path, page: Callable[[], str]) -> Iterator[Numbers]:
    """A Prometheus that has read the page once, and reads it again and again."""
    with Exposition() as exposition:
        exposition.pages = {"/metrics": page}
        job: dict[str, object] = {"job_name": "tidegate", "static_configs": [{"targets": [exposition.place]}]}
        with scraping(folder, [job]) as numbers:
            numbers.until("scrape_samples_scraped > 0")
            yield numbers


def begun() -> Telemetry:
    """That of a process which has counted nothing."""
    telemetry = Telemetry()
    begin(telemetry)
    return telemetry


def page_of(telemetry: Telemetry) -> Callable[[], str]:
    return lambda: generate_latest(telemetry.registry).decode()


def answered(names: Iterable[str], questions: dict[str, str], numbers: Numbers) -> set[str]:
    """Those questions that have an answer now: an alert rings, and a panel shows more than 0."""
    return {name for name in names if numbers.vector(questions[name])}


def test_the_first_event_of_a_process_is_seen_and_none_before_it(questions: dict[str, str], tmp_path: Path) -> None:
    telemetry, every = begun(), EVENTS | LOOKED_AT
    with scraped(tmp_path, page_of(telemetry)) as numbers:
        before = answered(every, questions, numbers)
        for happens in every.values():
            happens(telemetry)

        for name in every:
            numbers.until(f"count({questions[name]})")

    assert before == set()


def test_an_event_before_the_first_scrape_of_a_process_rings(questions: dict[str, str], tmp_path: Path) -> None:
    telemetry = begun()
    for happens in EVENTS.values():
        happens(telemetry)

    with scraped(tmp_path, page_of(telemetry)) as numbers:
        assert answered(EVENTS, questions, numbers) == set(EVENTS)


def told_of(series: str, *spans: tuple[int, int, int]) -> str:
    """A page of the past: from so many minutes ago to so many the series had a value, every quarter of a minute."""
    now = int(time.time())
    samples = [
        (now - ago, value)
        for since, until, value in spans
        for ago in range(since * MINUTE, until * MINUTE, -QUARTER_OF_A_MINUTE)
    ]
    return "".join(f"{series} {value} {at * 1000}\n" for at, value in samples)


@pytest.mark.parametrize(
    ("spans", "rings"),
    [
        pytest.param([(40, 10, 0), (10, 0, 1)], True, id="ten minutes ago"),
        pytest.param([(40, 20, 0), (20, 0, 1)], False, id="twenty minutes ago"),
        pytest.param([(40, 20, 1), (10, 0, 1)], False, id="long ago, and Prometheus was away for ten minutes"),
        pytest.param([(20, 0, 1)], False, id="before the first scrape, twenty minutes ago"),
    ],
)
def test_an_event_rings_for_a_quarter_of_an_hour(
    spans: list[tuple[int, int, int]], rings: bool, questions: dict[str, str], tmp_path: Path
) -> None:
    page = "".join(told_of(series, *spans) for series in SERIES.values())

    with scraped(tmp_path, lambda: page) as numbers:
        assert all(numbers.vector(series) for series in SERIES.values())
        assert answered(SERIES, questions, numbers) == (set(SERIES) if rings else set())


@pytest.mark.parametrize(
    ("phase", "reason", "rings"),
    [
        pytest.param("Progressing", "MetricsUnavailable", True, id="a rollout"),
        pytest.param("RolledBack", "HookRefused", False, id="what was rolled back"),
        pytest.param("RolledBack", "HandBackWaits", True, id="deleted after a rollback"),
        pytest.param("RolledBack", "HandingBack", True, id="handed back after a rollback"),
        pytest.param("Promoted", "HandBackWaits", True, id="deleted"),
        pytest.param("Paused", "Paused", False, id="a pause"),
    ],
)
def test_what_waits_rings_by_its_reason_and_a_deleted_release_whatever_its_phase(
    phase: str, reason: str, rings: bool, questions: dict[str, str], tmp_path: Path
) -> None:
    of = 'namespace="shop",release="web"'
    page = (
        f'tidegate_release_phase{{{of},phase="{phase}"}} 1\n'
        f'tidegate_release_condition{{{of},type="Reconciling",reason="{reason}"}} 1\n'
    )
    with scraped(tmp_path, lambda: page) as numbers:
        numbers.until("tidegate_release_condition")
        assert len(numbers.vector(questions["TidegateRolloutHangs"])) == rings


def test_an_operator_is_missed_unless_one_of_its_replicas_leads(questions: dict[str, str], tmp_path: Path) -> None:
    telemetry = begun()
    with scraped(tmp_path, page_of(telemetry)) as numbers:
        standing_by = numbers.vector(questions["TidegateDown"])
        telemetry.leading.set(1)
        numbers.until("tidegate_leading == 1")
        leading = numbers.vector(questions["TidegateDown"])

    assert (bool(standing_by), bool(leading)) == (True, False)


def test_an_operator_of_some_namespaces_is_missed_while_another_leads(
    questions: dict[str, str], missed_in_shops: Object, tmp_path: Path
) -> None:
    page = 'tidegate_leading{namespace="elsewhere"} 1\n'
    with scraped(tmp_path, lambda: page) as numbers:
        numbers.until("tidegate_leading")
        assert not numbers.vector(questions["TidegateDown"])
        assert numbers.vector(missed_in_shops["expr"])
        assert missed_in_shops["labels"] == {"severity": "critical", "namespace": "tidegate"}
