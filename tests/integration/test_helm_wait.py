"""Helm waits for a Release of a team's chart as for anything else: done is Promoted, and a bad version is a failure."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cluster.api import DEPLOYMENTS, RELEASES, ROUTES, Api, Object
from tests.cluster.binaries import helm
from tests.cluster.cache import run
from tests.cluster.local import ROOT
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.progress import Missing
from tests.integration.conftest import Setup
from tests.integration.deployments import awaited, deployment, emptied, taking_over
from tests.integration.manifests import promoted_after
from tests.integration.users_routes import users_route

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


VERSION = "{{ .Values.version }}"


def chart_of(namespace: str, where: Path) -> Path:
    """A team's chart with a Deployment behind a route and, once its values say so, a Release that refers to it."""
    (where / "templates").mkdir(parents=True)
    (where / "Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": "shop", "version": "1.0.0"}))
    (where / "values.yaml").write_text(yaml.safe_dump({"version": "1", "released": False}))
    always = yaml.safe_dump_all([deployment(namespace, VERSION, replicas=None), users_route(namespace)])
    release = f"{{{{ if .Values.released }}}}\n{yaml.safe_dump(taking_over(namespace))}{{{{ end }}}}\n"
    (where / "templates" / "all.yaml").write_text(f"{always}---\n{release}")
    return where


def test_helm_returns_once_a_deployment_of_its_chart_is_taken_over_and_for_later_versions(
    api: Api, setup: Setup, namespace: str, operator: Operator, tmp_path: Path
) -> None:
    team, chart = Team(setup, namespace), chart_of(namespace, tmp_path / "shop")
    upgrade = ("upgrade", "--install", "shop", chart, "--wait", "--rollback-on-failure", "--timeout", TIMEOUT)
    team.helm(*upgrade)

    team.helm(*upgrade, "--set", "released=true")

    status, found = team.status(), api.get(DEPLOYMENTS, namespace, "web")
    assert (status["phase"], emptied(found), awaited(found)) == ("Promoted", True, "")
    team.helm(*upgrade, "--set", "released=true", "--set-string", "version=2")
    api.until(RELEASES, namespace, "web", promoted_after(status["stable"]["revision"]))
    assert emptied(api.get(DEPLOYMENTS, namespace, "web"))
    assert [state for _, state in team.history()] == ["superseded", "superseded", "deployed"]
