"""Helm waits for a Release of a team's chart as for anything else: done is Promoted, and a bad version is a failure."""

import json
from pathlib import Path

import pytest

from tests.cluster.api import RELEASES, ROUTES, Api, Object
from tests.cluster.binaries import helm
from tests.cluster.cache import run
from tests.cluster.local import ROOT
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.progress import Missing
from tests.integration.conftest import Setup

CHART = ROOT / "examples" / "team-chart"
QUICK = {"dwell": "2s", "watch": "0s", "settle": "0s", "drain": "0s", "interval": "1s"}
# Far more than a rollout of this chart needs: whoever is told of a failure is told long before.
TIMEOUT = "110s"


@pytest.fixture
def team(setup: Setup, namespace: str, metrics: MetricServer) -> "Team":
    """A team with one version deployed."""
    metrics.says = Answer(value=0.0)
    found = Team(setup, namespace)
    found.helm("install", "shop", CHART, "--wait", "--timeout", TIMEOUT, *found.values)
    return found


class Team:
    """Who deploys a chart into a namespace."""

    def __init__(self, setup: Setup, namespace: str) -> None:
        self.api = setup.api
        self.namespace = namespace
        self._kubeconfig = setup.plane.kubeconfig("admin")

    def helm(self, *words: str | Path) -> str:
        """What Helm says. Raises Missing where it fails."""
        return run([helm(), "--kubeconfig", self._kubeconfig, "--namespace", self.namespace, *words])

    @property
    def values(self) -> list[str]:
        """A host of its own, no long waits, and the test's own metric source."""
        source = {"metricSource.kind": "MetricSource", "metricSource.name": "numbers"}
        named = {
            "host": f"{self.namespace}.example",
            **source,
            **{f"pace.{wait}": span for wait, span in QUICK.items()},
        }
        return [word for name, value in named.items() for word in ("--set", f"{name}={value}")]

    def upgrade(self, version: str, *words: str) -> str:
        """Bring a version and wait for it."""
        brought = ("--set-string", f"version={version}", *self.values)
        return self.helm("upgrade", "shop", CHART, "--timeout", TIMEOUT, *brought, *words)

    def status(self) -> Object:
        """What the Release says now."""
        found: Object = self.api.get(RELEASES, self.namespace, "web")["status"]
        return found

    def history(self) -> list[tuple[int, str]]:
        """Helm's revisions of the chart and their states."""
        return [(row["revision"], row["status"]) for row in json.loads(self.helm("history", "shop", "-o", "json"))]


def test_helm_returns_once_a_good_version_is_promoted(operator: Operator, team: Team) -> None:
    first = team.status()["stable"]["revision"]

    team.upgrade("2", "--wait")

    status = team.status()
    assert (status["phase"], status["history"][0]["outcome"]) == ("Promoted", "Promoted")
    assert status["stable"]["revision"] != first
    assert "candidate" not in status


def test_helm_fails_when_a_bad_version_is_rolled_back(operator: Operator, metrics: MetricServer, team: Team) -> None:
    first = team.status()["stable"]["revision"]
    metrics.says = Answer(value=0.9)

    with pytest.raises(Missing) as failed:
        team.upgrade("2", "--wait")

    # Told by the Release, in its words, and not by the end of the time.
    assert "not ready. status: Failed, message: errors: breach. candidate " in str(failed.value)
    assert "deadline" not in str(failed.value)
    status = team.status()
    assert (status["phase"], status["reason"]) == ("RolledBack", "ObjectiveBreached")
    assert status["stable"]["revision"] == first
    assert team.history()[-1] == (2, "failed")


def test_helm_puts_the_old_version_back_and_the_release_is_ready(
    api: Api, operator: Operator, metrics: MetricServer, team: Team
) -> None:
    first = team.status()["stable"]["revision"]
    metrics.says = Answer(value=0.9)

    with pytest.raises(Missing):
        team.upgrade("2", "--rollback-on-failure")

    assert team.history()[-2:] == [(2, "failed"), (3, "deployed")]
    status = team.status()
    assert status["stable"]["revision"] == first
    ready = next(found for found in status["conditions"] if found["type"] == "Ready")
    assert ready["status"] == "True"
    route = api.get(ROUTES, team.namespace, "web")
    assert [ref["weight"] for ref in route["spec"]["rules"][0]["backendRefs"]] == [100, 0]
