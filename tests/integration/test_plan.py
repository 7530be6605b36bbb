"""What the steps of a live Release can show: `tidegate plan` says it before a rollout, an Event while it is young."""

import os
import subprocess
import sys

from tests.cluster.api import RELEASES, Api
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.manifests import judged, phase_is
from tests.integration.steps import change, deploy, eventually_told

ERRORS = {"name": "errors", "errorRatio": {"max": "1%"}}
STEPS = [{"name": "first", "weight": 20, "dwell": "1s"}]


def plan(setup: Setup, namespace: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`tidegate plan`, as someone with a kubeconfig runs it."""
    command = [sys.executable, "-m", "tidegate", "plan", *words, "-n", namespace]
    where = ["--kubeconfig", str(setup.plane.kubeconfig())]
    environment = {**os.environ, "PYTHONPATH": "operator"}
    return subprocess.run([*command, *where], capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_the_last_hour_of_a_live_release_tells_how_long_its_steps_must_be(
    api: Api, setup: Setup, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **judged(objectives=[ERRORS], steps=STEPS))
    metrics.says = Answer(stable=0.005)

    found = plan(setup, namespace, "web")

    lines = found.stdout.splitlines()
    assert found.returncode == 1, found.stderr
    assert lines[0].startswith(f"{namespace}/web, errors: 100 requests/s, 0.5 % bad (traefik_service_requests_total")
    assert lines[4].split()[:5] == ["first", "20", "%", "1", "s"]
    assert lines[-1].endswith("too short alone: first")

    # A person waits longer than the two seconds that an operator gives a source by default.
    metrics.says = Answer(stable=0.005, seconds=3.0)
    elsewhere = plan(setup, namespace, "web", "--prometheus", metrics.address)
    assert (elsewhere.stdout, elsewhere.stderr) == (found.stdout, "")


def test_what_keeps_a_plan_from_being_told_is_said(
    api: Api, setup: Setup, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    missing = plan(setup, namespace, "web")
    assert (missing.returncode, missing.stderr) == (
        2,
        f"tidegate plan: there is no Release {namespace}/web, or it may not be read\n",
    )

    deploy(api, namespace, **judged(objectives=[ERRORS], steps=STEPS))
    metrics.says = Answer(status=503)
    silent = plan(setup, namespace, "web")
    assert silent.returncode == 2
    assert "MetricSource numbers answers with HTTP 503" in silent.stderr

    metrics.says = Answer(value=None)
    assert "stable had no request in the last hour" in plan(setup, namespace, "web").stdout


def test_a_rollout_tells_of_steps_that_are_too_short_for_its_traffic(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **judged(objectives=[ERRORS], steps=STEPS))
    metrics.says = Answer(value=0.005, stable=0.005)
    change(api, namespace, "2")

    words = "errors: too short to show 0.5 % → 1 % bad of 100 requests/s: first (20 % for 1 s) needs "
    eventually_told(api, namespace, "StepsTooShort", words)
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert len(found["status"]["history"]) == 2
