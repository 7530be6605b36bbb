"""Panels and alerts ask only for what the operator exports, by labels that it has."""

import json
import re

import pytest

from tests.unit.handlers.exported import exported
from tidegate.cli.generate import ROOT
from tidegate.cli.grafana import PANELS, dashboard
from tidegate.clients import writer
from tidegate.clients.kube import CALL_SECONDS
from tidegate.watch import queue

RULES = ROOT / "charts" / "tidegate" / "templates" / "prometheus-rule.yaml"
ALERTS = dict(re.findall(r"- alert: (\w+)\n\s+expr: (.+)", RULES.read_text()))
METRIC = re.compile(r"tidegate_\w+")
LABELS = re.compile(r"(?:by|on) \(([^)]*)\)|[{,](\w+)=")
QUESTIONS = {panel.title: panel.query for panel in PANELS} | ALERTS
# Every histogram has it.
BUCKET = "le"
# By the Prometheus operator: what begins is seen so late.
EVALUATED_EVERY = 30


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_panel_and_an_alert_ask_for_metrics_that_exist(name: str) -> None:
    metrics = await exported()
    asked = METRIC.findall(QUESTIONS[name])

    assert asked
    assert set(asked) <= set(metrics)


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_panel_and_an_alert_name_labels_that_their_metrics_have(name: str) -> None:
    metrics = await exported()
    found = {label.strip() for pair in LABELS.findall(QUESTIONS[name]) for label in ",".join(pair).split(",")} - {""}

    known = {BUCKET}.union(*(metrics[asked] for asked in METRIC.findall(QUESTIONS[name])))
    assert found <= known


def test_alerts_are_found_in_the_template() -> None:
    assert len(ALERTS) == RULES.read_text().count("alert:") > 5


def failed_by(seconds: float, each: float) -> int:
    """How many turns of a Release have failed by then, where each write of a rollback is refused after so long."""
    at, failed = 0.0, 0
    while at < seconds:
        wait, tried = writer.FIRST_WAIT_SECONDS, each
        for _ in range(writer.TRIES - 1):
            if tried >= writer.URGENT_SECONDS:
                break

            tried += wait + each
            wait = min(wait * 2, writer.LONGEST_WAIT_SECONDS)

        pause = min(queue.FIRST_WAIT_SECONDS * 2 ** min(failed, 10), queue.LONGEST_WAIT_SECONDS)
        at, failed = at + tried + pause, failed + 1

    return failed - 1


@pytest.mark.parametrize("each", [0.0, 0.2, 1.0, CALL_SECONDS], ids=["at once", "0.2 s", "1 s", "no answer"])
def test_a_rollback_that_is_refused_for_two_minutes_rings(each: float) -> None:
    over = int(re.findall(r"tidegate_release_failed_turns\) > (\d+)", ALERTS["TidegateTurnsFail"])[0])
    pending = re.findall(r"TidegateTurnsFail\n.+\n\s+for: (\d+)m", RULES.read_text())[0]

    assert failed_by(120 - 60 * int(pending) - EVALUATED_EVERY, each) > over


def test_every_legend_uses_labels_that_the_question_keeps() -> None:
    for panel in PANELS:
        kept = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", panel.query) for label in labels.split(",")}
        assert set(re.findall(r"{{(\w+)}}", panel.legend)) <= kept, panel.title


def test_the_dashboard_has_every_panel_in_a_place_of_its_own() -> None:
    panels = json.loads(dashboard())["panels"]

    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(PANELS)
    assert len({panel["id"] for panel in panels}) == len(PANELS)
