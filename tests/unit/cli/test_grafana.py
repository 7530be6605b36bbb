"""Panels and alerts ask only for what the operator exports, by labels that it has."""

import json
import re

import pytest

from tests.unit.handlers.exported import exported
from tidegate.cli.generate import ROOT
from tidegate.cli.grafana import PANELS, dashboard

RULES = ROOT / "charts" / "tidegate" / "templates" / "prometheus-rule.yaml"
ALERTS = dict(re.findall(r"- alert: (\w+)\n\s+expr: (.+)", RULES.read_text()))
METRIC = re.compile(r"tidegate_\w+")
LABELS = re.compile(r"(?:by|on) \(([^)]*)\)|[{,](\w+)=")
QUESTIONS = {panel.title: panel.query for panel in PANELS} | ALERTS
# Every histogram has it.
BUCKET = "le"


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


def test_every_legend_uses_labels_that_the_question_keeps() -> None:
    for panel in PANELS:
        kept = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", panel.query) for label in labels.split(",")}
        assert set(re.findall(r"{{(\w+)}}", panel.legend)) <= kept, panel.title


def test_the_dashboard_has_every_panel_in_a_place_of_its_own() -> None:
    panels = json.loads(dashboard())["panels"]

    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(PANELS)
    assert len({panel["id"] for panel in panels}) == len(PANELS)
