"""The Grafana dashboard, from one row per panel. It asks only for what the operator exports: a test holds it."""

import json
from dataclasses import dataclass
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${source}"}
CHOSEN = 'namespace=~"$namespace",release=~"$release"'
WIDTH, HEIGHT = 8, 8
COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One question over time. Two replicas export the same Releases: the greater of both is shown."""

    title: str
    query: str
    legend: str
    about: str
    unit: str = "short"


PANELS = (
    Panel(
        title="Releases by phase",
        query=f"sum by (phase) (max by (namespace, release, phase) (tidegate_release_phase{{{CHOSEN}}}))",
        legend="{{phase}}",
        about="How many Releases are in each phase.",
    ),
    Panel(
        title="Weight of candidates",
        query=f"max by (namespace, release) (tidegate_release_weight{{{CHOSEN}}}) > 0",
        legend="{{namespace}}/{{release}}",
        about="The share that each rollout under way has recorded.",
        unit="percent",
    ),
    Panel(
        title="Stalled or rolling back",
        query=f'max by (namespace, release, phase) (tidegate_release_phase{{{CHOSEN},phase=~"Stalled|RollingBack"}})',
        legend="{{namespace}}/{{release}} {{phase}}",
        about="What someone should look at: kubectl describe release says why.",
    ),
    Panel(
        title="Objectives, of their bound",
        query=(
            f"max by (namespace, release, objective) (tidegate_objective_value{{{CHOSEN}}})"
            " / on (namespace, release, objective)"
            f' max by (namespace, release, objective) (tidegate_objective_bound{{{CHOSEN},side="max"}})'
        ),
        legend="{{namespace}}/{{release}} {{objective}}",
        about="The latest value over the greatest that is allowed: above 1 is a breach.",
        unit="percentunit",
    ),
    Panel(
        title="Verdicts",
        query=(
            "sum by (verdict)"
            f" (max by (namespace, release, objective, verdict) (tidegate_objective_verdict{{{CHOSEN}}}))"
        ),
        legend="{{verdict}}",
        about="How many objectives have which verdict now.",
    ),
    Panel(
        title="Rollouts that ended, by outcome",
        query="sum by (outcome) (increase(tidegate_rollout_duration_seconds_count[1h]))",
        legend="{{outcome}}",
        about="In the last hour.",
    ),
    Panel(
        title="How long rollouts take",
        query=("histogram_quantile(0.5, sum by (outcome, le) (rate(tidegate_rollout_duration_seconds_bucket[1d])))"),
        legend="{{outcome}}",
        about="The median of a day.",
        unit="s",
    ),
    Panel(
        title="Questions to metric sources",
        query="sum by (result) (rate(tidegate_queries_total[5m]))",
        legend="{{result}}",
        about="While they fail, rollouts hold and nothing is rolled back.",
        unit="ops",
    ),
    Panel(
        title="Questions to hooks",
        query="sum by (said) (rate(tidegate_hook_asks_total[5m]))",
        legend="{{said}}",
        about="While a hook does not say yes, its rollout holds.",
        unit="ops",
    ),
    Panel(
        title="Turns",
        query="sum by (result) (rate(tidegate_turns_total[5m]))",
        legend="{{result}}",
        about="Looks at Releases: acted, only looked, or failed.",
        unit="ops",
    ),
    Panel(
        title="Releases waiting for a turn",
        query="max(tidegate_queue_length)",
        legend="waiting",
        about="More than a few for long: the operator, or the API server, is too slow.",
    ),
    Panel(
        title="Requests to the API server",
        # An answer of a new kind begins at 1, which is no rate yet.
        query=(
            "sum by (verb, status) (rate(tidegate_api_requests_total[5m])) > 0 or sum by (verb, status)"
            " (tidegate_api_requests_total unless present_over_time(tidegate_api_requests_total[1h] offset 5m)) / 300"
        ),
        legend="{{verb}} {{status}}",
        about="By verb and answer: a 403 is a role that is missing.",
        unit="ops",
    ),
    Panel(
        title="Lateness of the event loop",
        query="max(tidegate_loop_lag_seconds)",
        legend="late",
        about="The liveness probe fails at 5 s.",
        unit="s",
    ),
)


def dashboard() -> str:
    """The dashboard as JSON."""
    found = {
        "title": "Tidegate",
        "uid": "tidegate",
        "tags": ["tidegate"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": variables()},
        "panels": [drawn(number, panel) for number, panel in enumerate(PANELS)],
    }
    return json.dumps(found, indent=2) + "\n"


def variables() -> list[dict[str, Any]]:
    """The data source, and which Releases."""
    source = {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}
    namespace = "label_values(tidegate_release_phase, namespace)"
    release = 'label_values(tidegate_release_phase{namespace=~"$namespace"}, release)'
    return [source, chosen("namespace", namespace), chosen("release", release)]


def chosen(name: str, query: str) -> dict[str, Any]:
    """A choice of label values, all of them at first."""
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def drawn(number: int, panel: Panel) -> dict[str, Any]:
    """A panel in its place: rows of three."""
    return {
        "id": number + 1,
        "title": panel.title,
        "description": panel.about,
        "type": "timeseries",
        "datasource": SOURCE,
        "gridPos": {"x": number % COLUMNS * WIDTH, "y": number // COLUMNS * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": SOURCE, "expr": panel.query, "legendFormat": panel.legend}],
    }
