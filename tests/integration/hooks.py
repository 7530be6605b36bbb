"""Hooks for Releases, at an address that a test answers or as a Job, and objectives that are Jobs."""

import json
from typing import Any

from tests.cluster.api import PODS, Api, Object
from tests.cluster.metric_source import MetricServer

# A Job of the one ends at once, of the other never.
FOREVER = {"spec": {"containers": [{"name": "check", "image": "x"}], "nodeSelector": {"no": "such-node"}}}
AT_ONCE = {"spec": {"containers": [{"name": "check", "image": "x"}]}}
MISSPELT = {"spec": {"containers": [{"name": "check", "image": "x", "comand": ["/bin/check"]}]}}


def hook(listener: MetricServer, when: str = "BeforeRise", **changes: Any) -> Object:
    http = {"url": f"{listener.address}/ask"}
    return {"name": when.lower(), "when": when, "http": http, **changes}


def job_hook(template: Object, when: str = "BeforeRise", **changes: Any) -> Object:
    return {"name": when.lower(), "when": when, "job": {"template": template}, **changes}


def check(template: Object, **changes: Any) -> Object:
    """An objective that is a Job."""
    mode = {"mode": changes.pop("mode")} if "mode" in changes else {}
    return {"name": "smoke", "job": {"template": template, **changes}, **mode}


def bodies(listener: MetricServer) -> list[Object]:
    return [json.loads(body) for _, body in listener.says.asked]


def fail_pod_of(api: Api, namespace: str, job: str) -> None:
    """What a kubelet says of a pod whose container ended badly."""
    selector = f"batch.kubernetes.io/job-name={job}"
    for pod in api.changes(PODS, namespace, 30):
        if pod["metadata"].get("labels", {}).get("batch.kubernetes.io/job-name") == job:
            break

    assert api.all(PODS, namespace, selector)
    api.merge(PODS, namespace, f"{pod['metadata']['name']}/status", {"status": {"phase": "Failed"}})
