"""A process that has counted nothing shows every series at 0, so that Prometheus sees its first event."""

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tidegate.clients import Credentials
from tidegate.handlers.options import parse
from tidegate.handlers.process import Process
from tidegate.reconcile.kinds import WATCHED

WORK = {"counting", "counting the day before", "finding pages", "showing metrics"}
OF_KINDS = {f"{what} {watched.kind.key}" for what in ("reading", "keeping") for watched in WATCHED}
VALUES = {
    ("tidegate_rollout_duration_seconds_count", "outcome"): {"Promoted", "RolledBack"},
    ("tidegate_rollout_duration_seconds_sum", "outcome"): {"Promoted", "RolledBack"},
    ("tidegate_accidents_total", "what"): WORK | OF_KINDS,
    ("tidegate_turns_total", "result"): {"acted", "looked", "failed"},
    ("tidegate_queries_total", "result"): {"answered", "failed"},
    ("tidegate_hook_asks_total", "said"): {"Yes", "NotYet", "No"},
}


@pytest.fixture
async def page() -> str:
    """What a process exposes that has not begun."""
    process = Process(parse([]), Credentials(server="http://none", namespace="tidegate", tls=None))
    found = generate_latest(process._world.telemetry.registry).decode()
    await process._close()
    return found


@pytest.mark.parametrize(("name", "label"), VALUES)
def test_a_fresh_process_shows_a_series_at_0_for_every_value_of_a_label(name: str, label: str, page: str) -> None:
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]

    found = {sample.labels[label]: sample.value for sample in samples if sample.name == name}

    assert found == dict.fromkeys(VALUES[name, label], 0)
