"""Which pods a Service's EndpointSlices hold."""

from collections.abc import Iterable, Mapping
from typing import Any


def ready_pods(slices: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Names of pods that are ready endpoints and not on their way out."""
    return frozenset(
        target["name"]
        for found in slices
        for endpoint in found.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready", True)
        and not (endpoint.get("conditions") or {}).get("terminating")
        and (target := endpoint.get("targetRef"))
    )
