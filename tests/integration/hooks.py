"""Hooks for Releases: at an address that a test answers, or as a Job that ends at once or never."""

import json
from typing import Any

from tests.cluster.api import Object
from tests.cluster.metric_source import MetricServer

FOREVER = {"spec": {"containers": [{"name": "check", "image": "x"}], "nodeSelector": {"no": "such-node"}}}
AT_ONCE = {"spec": {"containers": [{"name": "check", "image": "x"}]}}


def hook(listener: MetricServer, when: str = "BeforeRise", **changes: Any) -> Object:
    http = {"url": f"{listener.address}/ask", "timeout": "1s"}
    return {"name": when.lower(), "when": when, "http": http, **changes}


def job_hook(template: Object, when: str = "BeforeRise", **changes: Any) -> Object:
    return {"name": when.lower(), "when": when, "job": {"template": template}, **changes}


def bodies(listener: MetricServer) -> list[Object]:
    return [json.loads(body) for _, body in listener.says.asked]
